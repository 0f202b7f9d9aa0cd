// Pages of the same content, made with jupyterlite-sphinx, with markdown-exec and with belljar, in turn from file hosts of one
// kind: what is fetched before anybody asks for anything, and how long a first output takes.
//
//   make bench-beside        build/bench/beside.json

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { type Browser, chromium, type Page } from "@playwright/test";
import { endHosts, host, type Tier } from "../../browser/hosts";
import { type Figure, figure } from "../rows";

const OUT = "build/bench/beside";
const CELLS = ["core", "pandas"] as const;
const WANTED = "42";

interface Site {
  name: string;
  folder: string;
  tier: Tier;
  /** Asks for the output as a reader does, as soon as that is possible, and waits for it. */
  ask(page: Page): Promise<void>;
}

const bell = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByTestId("outputs").filter({ hasText: WANTED }).waitFor();
};

const SITES: readonly Site[] = [
  {
    name: "jupyterlite-sphinx",
    folder: "jupyterlite",
    tier: "bare",
    async ask(page) {
      await page.locator("[class*=jupyterlite]").first().click();
      const output = page.frameLocator("iframe").locator(".jp-OutputArea-output", { hasText: WANTED });
      await output.first().waitFor();
    },
  },
  {
    name: "markdown-exec",
    folder: "markdown-exec",
    tier: "bare",
    async ask(page) {
      // Its button does nothing until Python is there.
      const output = page.locator(".pyodide-output");
      for (;;) {
        await page.locator("[id$=run]").click();
        if ((await output.innerText()).includes(WANTED)) return;
        await page.waitForTimeout(50);
      }
    },
  },
  { name: "belljar, host that sends headers", folder: "belljar", tier: "headers", ask: bell },
  { name: "belljar, host that sends none", folder: "belljar", tier: "bare", ask: bell },
];

/** What markdown-exec's page fetches from elsewhere lies beside it, so that no side is measured over the internet. */
const NEARBY: readonly [RegExp, string][] = [
  [/https:\/\/cdn\.jsdelivr\.net\/pyodide\/v[\d.]+\/full\//g, "/elsewhere/pyodide/"],
  [/https:\/\/cdnjs\.cloudflare\.com\/ajax\/libs\/(?:ace|highlight\.js)\/[\d.]+\//g, "/elsewhere/"],
];
/** Files that are compressed as they are. */
const PACKED = /\.(?:whl|zip|png|woff2?|gz)$/;

interface Host {
  site: Site;
  base: string;
  /** Bytes that were sent since it was last set to 0. */
  sent: { bytes: number };
}

async function hosted(site: Site): Promise<Host> {
  const sent = { bytes: 0 };
  const packed = new Map<string, Buffer>();
  const base = await host(join(OUT, site.folder, "html"), site.tier, {
    fault: (path, body, headers) => {
      const told = path.endsWith(".html")
        ? Buffer.from(NEARBY.reduce((text, [far, near]) => text.replace(far, near), body.toString()))
        : body;
      let answer = told;
      if (!PACKED.test(path)) {
        headers["content-encoding"] = "gzip";
        answer = packed.get(path) ?? gzipSync(told);
        packed.set(path, answer);
      }
      sent.bytes += answer.length;
      return answer;
    },
  });
  return { site, base, sent };
}

const samples = new Map<string, number[]>();
const take = (key: string, value: number): void => void samples.set(key, [...(samples.get(key) ?? []), value]);

async function visit(browser: Browser, { site, base, sent }: Host, cell: string): Promise<void> {
  const context = await browser.newContext();
  try {
    // Quiet: what comes before anybody asks.
    sent.bytes = 0;
    const read = await context.newPage();
    await read.goto(`${base}${cell}.html`);
    await read.waitForTimeout(cell === "core" ? 4_000 : 6_000);
    take(`${site.name} ${cell} before`, sent.bytes);
  } finally {
    await context.close();
  }
  const asking = await browser.newContext();
  try {
    sent.bytes = 0;
    const page = await asking.newPage();
    page.setDefaultTimeout(120_000);
    const began = performance.now();
    await page.goto(`${base}${cell}.html`, { waitUntil: "commit" });
    await site.ask(page);
    take(`${site.name} ${cell} ms`, performance.now() - began);
    take(`${site.name} ${cell} bytes`, sent.bytes);
  } finally {
    await asking.close();
  }
}

function table(): string {
  const of = (key: string): Figure => figure(samples.get(key) ?? []) as Figure;
  const kilobytes = (bytes: number): string =>
    bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  const lines = ["| Page | Cell | before anybody asks | until the output | first output |", "|---|---|---|---|---|"];
  const reference = SITES[0] as Site;
  for (const cell of CELLS) {
    for (const { name } of SITES) {
      const [ms, bytes] = [of(`${name} ${cell} ms`).median, of(`${name} ${cell} bytes`).median];
      const ratio = (value: number, key: string): string =>
        name === reference.name ? "" : ` (${(value / of(`${reference.name} ${cell} ${key}`).median).toFixed(2)})`;
      const before = kilobytes(of(`${name} ${cell} before`).median);
      const until = `${kilobytes(bytes)}${ratio(bytes, "bytes")}`;
      lines.push(`| ${name} | ${cell} | ${before} | ${until} | ${(ms / 1e3).toFixed(1)} s${ratio(ms, "ms")} |`);
    }
  }
  return lines.join("\n");
}

const { values } = parseArgs({ options: { rounds: { type: "string" } } });
const rounds = Number(values.rounds ?? 3);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds takes a whole number, not ${values.rounds}.`);
execFileSync(".venv/bin/python", ["tests/bench/beside/sites.py", OUT], { stdio: "inherit" });
const hosts: Host[] = [];
for (const site of SITES) hosts.push(await hosted(site));
const executablePath = process.env.BELLJAR_CHROMIUM;
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic"];
const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args });
try {
  // The first visit of each compresses what it sends.
  for (const one of hosts) for (const cell of CELLS) await visit(browser, one, cell);
  samples.clear();
  for (let round = 0; round < rounds; round++) {
    for (const one of round % 2 ? [...hosts].reverse() : hosts) {
      for (const cell of CELLS) await visit(browser, one, cell);
    }
    console.error(`round ${round + 1} of ${rounds}`);
  }
  const found = { browser: browser.version(), cpus: cpus().length, load: loadavg(), rounds, samples: [...samples] };
  mkdirSync("build/bench", { recursive: true });
  writeFileSync("build/bench/beside.json", `${JSON.stringify(found, null, 2)}\n`);
  console.log(table());
} finally {
  await browser.close();
  await endHosts();
}
