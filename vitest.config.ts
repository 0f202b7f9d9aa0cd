import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/unit/**/*.test.ts"],
    environment: "node",
    // What hangs is to be noticed; how long something takes on a busy machine is not.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
