// Browser tests: real Chromium, the real server, real Python. `make test` prepares all three.

import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const PORT = Number(process.env.BELLJAR_TEST_PORT ?? 8765);

/** Tests of how long something may take or how much it weighs, and the verdict on the attacks, which comes after them all. */
const ALONE = [
  "**/attacks/resources.spec.ts",
  "**/attacks/verdict.spec.ts",
  "**/flows/memory.spec.ts",
  "**/flows/silence.spec.ts",
  "**/flows/stop.spec.ts",
];

/** A browser that is installed already; Playwright's own otherwise. */
const installed = [
  process.env.BELLJAR_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
const executablePath = installed.find((path) => path !== undefined && existsSync(path));
const asRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: "tests/browser",
  outputDir: "test-results",
  // One file after the other in each of three, which mostly wait. What measures time must run alone:
  // `--project=alone --workers=1`.
  workers: 3,
  fullyParallel: false,
  projects: [
    { name: "together", testIgnore: ALONE },
    { name: "alone", testMatch: ALONE },
  ],
  forbidOnly: Boolean(process.env.CI),
  // What fails twice in a row has failed; what passes at the second try is named as such. Attacks are not tried again:
  // their outcomes are kept, and a retry reads the same one.
  retries: 1,
  // What hangs is to be noticed; how long something takes on a busy machine is not.
  timeout: 180_000,
  // Whatever hangs outside of a test, the run ends; but a long soak takes its time.
  globalTimeout: process.env.BELLJAR_SOAK_RUNS ? 0 : 45 * 60_000,
  expect: { timeout: 40_000 },
  reporter: [["list"], ["./tests/browser/reporter.ts"]],
  use: {
    baseURL: `http://127.0.0.1:${PORT}`,
    browserName: "chromium",
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [
        // Chromium refuses its own sandbox as root; these tests are about the page's, not the process's.
        ...(asRoot ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // The seal must hold without the browser's rule for local addresses, which the witness's is. The others are
        // pages that each window's address bar loads for itself, half a second of a processor.
        "--disable-features=LocalNetworkAccessChecks,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,WebUIOmniboxPopup",
      ],
    },
  },
  webServer: {
    command: `.venv/bin/belljar serve --host 127.0.0.1 --port ${PORT} --no-fetch`,
    url: `http://127.0.0.1:${PORT}/healthz`,
    // Minutes of compressing in the background would be measured with everything that takes time.
    env: { BELLJAR_COMPRESS: "off" },
    reuseExistingServer: !process.env.CI,
    timeout: 60_000,
    stdout: "ignore",
    stderr: "pipe",
  },
});
