// matplotlib's gallery, run in belljar and in a plain Pyodide page of the same files, and compared byte by byte: each figure
// that a script leaves open, as `savefig` writes it. (What belljar shows by itself is cut and scaled in its own way.)
//
//   make gallery [EVERY=4] [FROM=0 COUNT=50]     every fourth script, of those fifty; build/gallery/gallery.json has what
//                                                was found so far, and what is there is not run again
//
// A script that differs is run once more in a fresh Python on each side, and a third time in plain Pyodide: what doesn't
// give the same there twice is not deterministic, and proves nothing.

import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";

interface Runner {
  run(code: string, print: (text: string) => void): Promise<unknown>;
  close(): void | Promise<void>;
}

declare global {
  interface Window {
    gallery: Runner | undefined;
  }
}

type Outcome =
  | "same bytes"
  | "same pixels"
  | "differs"
  | "not deterministic"
  | "both fail"
  | "fails here"
  | "fails in plain";

interface Found {
  outcome: Outcome;
  told: string;
  figures: number;
}

/** What one side gave: of each figure the hashes of its PNG and of its pixels, or an error. */
interface Given {
  drawn: { png: string; rgba: string }[];
  error: string;
}

const OUT = "build/gallery";
const SCRIPTS = join(OUT, "scripts");
/** After so many scripts a Python makes room for the next one. */
const TOGETHER = 15;
/** What a script may take here: some take a minute on a busy machine, and plain Pyodide has no limit. */
const LIMIT_S = 240;
/** Every script finds matplotlib's settings as they are at first, and names of its own; what it draws is hashed at its end. */
const around = (code: string): string =>
  `import matplotlib
matplotlib.rcdefaults()
matplotlib.use("agg")
import matplotlib.pyplot as _plt
_plt.close("all")
_plt.show = lambda *args, **options: None
open("script.py", "w").write(${JSON.stringify(code).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)})
exec(compile(open("script.py", encoding="utf-8").read(), "script.py", "exec"), {"__name__": "__main__", "__file__": "script.py"})
def _told():
    import hashlib, io
    for number in _plt.get_fignums():
        hashes = []
        for kind in ("png", "rgba"):
            buffer = io.BytesIO()
            _plt.figure(number).savefig(buffer, format=kind)
            hashes.append(hashlib.sha256(buffer.getvalue()).hexdigest())
        print("\\ndrawn", *hashes)
    _plt.close("all")
_told()
None`;

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Gives what a script draws; a Python that is gone or hangs is replaced. */
class Side {
  #used = 0;
  constructor(
    readonly page: Page,
    readonly url: string,
  ) {}

  async fresh(): Promise<void> {
    await this.page.goto(this.url);
    await this.page.evaluate(async () => {
      window.gallery = (await window.first) as never;
    });
    this.#used = 0;
  }

  async run(code: string, alone = false): Promise<Given> {
    if (alone || this.#used === 0 || this.#used >= TOGETHER) await this.fresh();
    this.#used += 1;
    const timeout = new Promise<Given>((resolve) =>
      setTimeout(() => resolve({ drawn: [], error: `no answer within ${LIMIT_S} s` }), LIMIT_S * 1000),
    );
    const ran = this.page
      .evaluate(async (code) => {
        let told = "";
        try {
          await window.gallery?.run(code, (text) => {
            told += text;
          });
          return { told, error: "" };
        } catch (error) {
          return { told, error: String(error).trim().split("\n").slice(-1)[0]?.slice(0, 300) || "an error" };
        }
      }, around(code))
      .catch((error: Error) => ({ told: "", error: error.message.slice(0, 300) }))
      .then(({ told, error }) => ({
        drawn: [...told.matchAll(/^drawn ([0-9a-f]{64}) ([0-9a-f]{64})$/gm)].map(([, png = "", rgba = ""]) => ({
          png,
          rgba,
        })),
        error,
      }));
    const given = await Promise.race([ran, timeout]);
    if (given.error) this.#used = TOGETHER;
    return given;
  }
}

/** Whether figures are the same: in every byte, or in every pixel. */
function alike(a: Given, b: Given): "bytes" | "pixels" | undefined {
  if (a.error || b.error || a.drawn.length !== b.drawn.length) return undefined;
  if (a.drawn.every(({ png }, at) => png === b.drawn[at]?.png)) return "bytes";
  return a.drawn.every(({ rgba }, at) => rgba === b.drawn[at]?.rgba) ? "pixels" : undefined;
}

async function judge(code: string, ours: Side, plain: Side): Promise<Found> {
  let [here, there] = await Promise.all([ours.run(code), plain.run(code)]);
  let same = alike(here, there);
  if (!same) {
    [here, there] = await Promise.all([ours.run(code, true), plain.run(code, true)]);
    same = alike(here, there);
  }
  const figures = there.drawn.length;
  const found = (outcome: Outcome, told = ""): Found => ({ outcome, told, figures });
  if (here.error && there.error) return found("both fail", here.error);
  if (here.error) return found("fails here", here.error);
  if (there.error) return found("fails in plain", there.error);
  if (same) return found(same === "bytes" ? "same bytes" : "same pixels");
  const again = await plain.run(code, true);
  const steady = alike(there, again);
  return found(
    steady ? "differs" : "not deterministic",
    `${here.drawn.length} figures here, ${there.drawn.length} there`,
  );
}

async function main(): Promise<void> {
  const [from = 0, count = Number.POSITIVE_INFINITY, every = 1] = process.argv.slice(2).map(Number);
  const names = (readdirSync(SCRIPTS, { recursive: true }) as string[]).filter((name) => name.endsWith(".py")).sort();
  const sampled = names.filter((_, at) => at % every === 0);
  const report = join(OUT, "gallery.json");
  const all: Record<string, Found> = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : {};
  const port = await freePort();
  const server = spawn(".venv/bin/python", ["tests/bench/serve.py", "--port", String(port)], {
    stdio: "inherit",
    env: { ...process.env, BELLJAR_TIMEOUT: String(LIMIT_S) },
  });
  const executablePath = process.env.BELLJAR_CHROMIUM;
  const browser = await chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "--disable-gpu"],
  });
  try {
    while (!(await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null))?.ok) {
      if (server.exitCode !== null) throw new Error("The bench's server did not start.");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const side = async (name: string): Promise<Side> =>
      new Side(await browser.newPage(), `http://127.0.0.1:${port}/bench/${name}.html`);
    const [ours, plain] = [await side("ours"), await side("plain")];
    for (const name of sampled.slice(from, from + count)) {
      if (name in all) continue;
      const began = performance.now();
      const found = await judge(readFileSync(join(SCRIPTS, name), "utf8"), ours, plain);
      all[name] = found;
      console.log(`${found.outcome}: ${name} ${found.told} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
      writeFileSync(report, JSON.stringify(all, null, 1));
    }
  } finally {
    await browser.close();
    server.kill();
  }
  const counts = new Map<Outcome, number>();
  for (const { outcome } of Object.values(all)) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  console.log(`${Object.keys(all).length} of ${names.length} scripts so far:`, Object.fromEntries(counts));
  const wrong = Object.entries(all).filter(([, { outcome }]) => outcome === "differs" || outcome === "fails here");
  for (const [name, { outcome, told }] of wrong) console.log(`  ${outcome}: ${name} ${told}`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

await main();
