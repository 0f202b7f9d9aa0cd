import { defineConfig } from "vitest/config";

/** What belljar knows of the inside of others; needs fetched assets, so it is apart from the unit tests. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["tests/contract/*.test.ts"],
    environment: "node",
    // Pyodide is imported as it is.
    server: { deps: { external: [/belljar-contract-/] } },
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
