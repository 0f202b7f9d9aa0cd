// matplotlib's gallery, run in belljar and in a plain Pyodide page of the same files, and compared byte by byte.
//
//   make gallery [FROM=0 COUNT=50]       build/gallery/gallery.json has what was found so far
//
// A script that differs is run once more in a fresh Python on each side, and a third time in plain Pyodide: what doesn't
// give the same there twice is not deterministic, and proves nothing.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";

interface Runner {
  run(code: string): Promise<{ plots: string[] }>;
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

/** What one side gave: figures, or an error. */
interface Given {
  plots: string[];
  error: string;
}

const OUT = "build/gallery";
const SCRIPTS = join(OUT, "scripts");
/** After so many scripts a Python makes room for the next one. */
const TOGETHER = 15;
/** Every script finds matplotlib's settings as they are at first, and names of its own. */
const around = (code: string): string =>
  `import matplotlib, runpy, sys\nmatplotlib.rcdefaults()\nmatplotlib.use("agg")\nimport matplotlib.pyplot as _plt\n_plt.close("all")
open("script.py", "w").write(${JSON.stringify(code).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)})
exec(compile(open("script.py", encoding="utf-8").read(), "script.py", "exec"), {"__name__": "__main__", "__file__": "script.py"})
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
      setTimeout(() => resolve({ plots: [], error: "no answer within 120 s" }), 120_000),
    );
    const ran = this.page
      .evaluate(async (code) => {
        try {
          const { plots } = (await window.gallery?.run(code)) ?? { plots: [] };
          return { plots: [...plots], error: "" };
        } catch (error) {
          return { plots: [], error: String(error).trim().split("\n").slice(-1)[0]?.slice(0, 300) ?? "" };
        }
      }, around(code))
      .catch((error: Error) => ({ plots: [], error: error.message.slice(0, 300) }));
    const given = await Promise.race([ran, timeout]);
    if (given.error) this.#used = TOGETHER;
    return given;
  }
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Whether figures are the same: in every byte, or in every pixel. */
async function alike(page: Page, a: string[], b: string[]): Promise<"bytes" | "pixels" | undefined> {
  if (a.length !== b.length) return undefined;
  if (a.every((plot, at) => digest(plot) === digest(b[at] ?? ""))) return "bytes";
  const pixels = async (plots: string[]): Promise<string> => {
    const hashes: string[] = [];
    for (const plot of plots) {
      hashes.push(
        await page.evaluate(async (png) => {
          const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
          const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
          const canvas = new OffscreenCanvas(picture.width, picture.height);
          const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
          context.drawImage(picture, 0, 0);
          const { data } = context.getImageData(0, 0, picture.width, picture.height);
          const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
          return `${picture.width} ${picture.height} ${[...hash].join()}`;
        }, plot),
      );
    }
    return hashes.join("\n");
  };
  return (await pixels(a)) === (await pixels(b)) ? "pixels" : undefined;
}

async function judge(code: string, ours: Side, plain: Side): Promise<Found> {
  let [here, there] = await Promise.all([ours.run(code), plain.run(code)]);
  let same = here.error || there.error ? undefined : await alike(ours.page, here.plots, there.plots);
  if (!same) {
    [here, there] = await Promise.all([ours.run(code, true), plain.run(code, true)]);
    same = here.error || there.error ? undefined : await alike(ours.page, here.plots, there.plots);
  }
  const figures = there.plots.length;
  const found = (outcome: Outcome, told = ""): Found => ({ outcome, told, figures });
  if (here.error && there.error) return found("both fail", here.error);
  if (here.error) return found("fails here", here.error);
  if (there.error) return found("fails in plain", there.error);
  if (same) return found(same === "bytes" ? "same bytes" : "same pixels");
  const again = await plain.run(code, true);
  const steady = await alike(plain.page, there.plots, again.plots);
  return found(
    steady ? "differs" : "not deterministic",
    `${here.plots.length} figures here, ${there.plots.length} there`,
  );
}

async function main(): Promise<void> {
  const [from = 0, count = Number.POSITIVE_INFINITY] = process.argv.slice(2).map(Number);
  const names = (readdirSync(SCRIPTS, { recursive: true }) as string[]).filter((name) => name.endsWith(".py")).sort();
  const report = join(OUT, "gallery.json");
  const all: Record<string, Found> = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : {};
  const port = await freePort();
  const server = spawn(".venv/bin/python", ["tests/bench/serve.py", "--port", String(port)], { stdio: "inherit" });
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
    for (const name of names.slice(from, from + count)) {
      const found = await judge(readFileSync(join(SCRIPTS, name), "utf8"), ours, plain);
      all[name] = found;
      console.log(`${found.outcome}: ${name} ${found.told}`);
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
