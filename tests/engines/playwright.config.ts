// Journeys through every engine, attacks and speed: one project for each, the same files for all. Playwright runs the tests; what drives the
// browsers is in `drivers`.
//
//   make engines                                       all journeys, all engines that are here
//   make engines-attacks, make engines-speed           the probes, and the first figure, beside Chromium's own
//   npx playwright test -c tests/engines --project=firefox -g "three kills"

import { defineConfig } from "@playwright/test";
import { DRIVERS, type EngineName } from "./drivers";
import type { EngineOptions } from "./fixtures";

const PORT = Number(process.env.BELLJAR_TEST_PORT ?? 8765);

export default defineConfig<Record<never, never>, EngineOptions>({
  testDir: ".",
  testMatch: "*/*.spec.ts",
  // Not below the folder of the browser tests, which may begin meanwhile and empty theirs.
  outputDir: "../../build/engines/results",
  // An engine takes a processor or two; what journeys measure is whether something is there, not how fast.
  workers: 1,
  fullyParallel: false,
  projects: (Object.keys(DRIVERS) as EngineName[]).map((name) => ({ name, use: { engineName: name } })),
  forbidOnly: Boolean(process.env.CI),
  // What passes at the second try is named as such.
  retries: 1,
  timeout: 180_000,
  globalTimeout: 40 * 60_000,
  reporter: [["list"], ["../browser/reporter.ts"], ["./reporter.ts"]],
  use: { baseURL: `http://127.0.0.1:${PORT}` },
  webServer: {
    command: `.venv/bin/belljar serve --host 127.0.0.1 --port ${PORT} --no-fetch`,
    cwd: "../..",
    url: `http://127.0.0.1:${PORT}/healthz`,
    env: { BELLJAR_COMPRESS: "off" },
    reuseExistingServer: !process.env.CI,
    timeout: 60_000,
    stdout: "ignore",
    stderr: "pipe",
  },
});
