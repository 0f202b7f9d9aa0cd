// From the command to the first cell, on a machine where nothing is: the wheels go into an empty environment, `belljar serve` is
// started on an empty folder, and a visitor has been waiting since.
//
//   node build/bench/first.mjs runtime     with the wheel belljar-runtime; no registry, no Node, no browser can be found
//   node build/bench/first.mjs registry    without it: fetched, compiled, captured here

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { loadavg } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "@playwright/test";

const PORT = 8791;
/** Milliseconds that a way may take. */
const MOST_MS = 1_200_000;

const way = process.argv[2] === "registry" ? "registry" : "runtime";
// Beside the wheels: half a gigabyte is too much for some machines' folder of temporary files.
mkdirSync("build/bench", { recursive: true });
const home = resolve(mkdtempSync("build/bench/first-"));
const seconds = (since: number) => ((performance.now() - since) / 1_000).toFixed(1);

function wheel(name: string): string {
  const found = readdirSync("dist").find((file) => file.startsWith(`${name}-`) && file.endsWith(".whl"));
  if (!found) throw new Error(`dist has no ${name} wheel: make wheel runtime-wheel`);
  return join("dist", found);
}

/** Seconds of a processor that a process has taken, with those of its children that have ended; NaN where nobody says. */
function cpu({ pid }: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) / 100, 0);
  } catch {
    return Number.NaN;
  }
}

function install(): void {
  const began = performance.now();
  execFileSync(process.env.PYTHON ?? "python3", ["-m", "venv", join(home, "venv")]);
  const wheels = way === "runtime" ? [wheel("belljar"), wheel("belljar_runtime")] : [wheel("belljar")];
  execFileSync(join(home, "venv/bin/pip"), ["install", "--quiet", "--disable-pip-version-check", ...wheels]);
  console.log(`installed after ${seconds(began)} s`);
}

function serve(): ChildProcess {
  const nobody = { HTTPS_PROXY: "http://127.0.0.1:9", HTTP_PROXY: "http://127.0.0.1:9", PATH: join(home, "nothing") };
  const env = { ...process.env, BELLJAR_ASSETS_DIR: join(home, "assets"), ...(way === "runtime" ? nobody : {}) };
  const server = spawn(join(home, "venv/bin/belljar"), ["serve", "--port", String(PORT)], { env, cwd: home });
  const began = performance.now();
  for (const stream of [server.stdout, server.stderr])
    stream.on("data", (text: Buffer) => {
      for (const line of text
        .toString()
        .split("\n")
        .filter((one) => one.trim()))
        console.log(`${seconds(began).padStart(7)} s  ${line}`);
    });
  return server;
}

async function visit(server: ChildProcess): Promise<void> {
  const executablePath = process.env.BELLJAR_CHROMIUM;
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args });
  try {
    const began = performance.now();
    const page = await browser.newPage();
    while (
      !(await page.goto(`http://127.0.0.1:${PORT}/`).then(
        () => true,
        () => false,
      ))
    ) {
      if (server.exitCode !== null) throw new Error("The server ended.");
      await new Promise((done) => setTimeout(done, 100));
    }
    console.log(`${seconds(began).padStart(7)} s  the page is there`);
    await page.getByTestId("status").filter({ hasText: "ready" }).waitFor({ timeout: MOST_MS });
    const ready = seconds(began);
    await page.getByTestId("add-code").click();
    await page.keyboard.insertText("6 * 7");
    await page.keyboard.press("Control+Enter");
    await page.getByTestId("outputs").getByText("42", { exact: true }).waitFor();
    console.log(`${way}: a cell could be run after ${ready} s, had run after ${seconds(began)} s;`);
    console.log(`${cpu(server).toFixed(0)} s of a processor; load ${loadavg()[0]?.toFixed(1)}`);
  } finally {
    await browser.close();
  }
}

let server: ChildProcess | undefined;
try {
  install();
  server = serve();
  await visit(server);
} finally {
  // It writes until it has ended.
  if (server?.kill()) await once(server, "exit");
  rmSync(home, { recursive: true, force: true });
}
