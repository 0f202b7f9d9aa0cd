// Hostile output of every kind in the real page: how long the page, and with it Stop, does not answer.
//
// A timer in the page measures the longest silence. The limit is a second, or four times what ordinary output costs on
// the machine at the time.

import type { BrowserContext } from "@playwright/test";
import { expect, type Notebook, test } from "../notebook";

declare global {
  interface Window {
    silence: { longest: number };
  }
}

/** What a cell shows, as Python; the sizes are those that were seen to freeze the page, unless said otherwise. */
const HOSTILE: Record<string, string> = {
  "colour changes": String.raw`print('\x1b[31ma\x1b[32mb' * 400_000)`,
  "carriage returns in a long line": String.raw`print('A' * 5_000_000 + '\rx' * 1_000_000)`,
  "a cursor that climbs over many lines": String.raw`print('\n' * 200_000 + ('\x1b[1A' + 'xxx') * 500_000)`,
  "two long lines in turns": String.raw`print('A' * 2_000_000 + '\n' + 'B' * 2_000_000 + '\r\x1b[Ax\r\x1b[Bx' * 300_000)`,
  "a long line that is erased and written": String.raw`print('A' * 5_000_000 + '\b\x1b[Kx' * 500_000)`,
  "Markdown links without end": "show(markdown='[a](' * 100_000)",
  "short Markdown links without end": "show(markdown='[a](' * 49_000)",
  "Markdown images and links without end": "show(markdown='![(' * 60_000)",
  "a Markdown fence with blanks": "show(markdown='```a' + ' ' * 190_000 + 'x')",
  "a Markdown heading with blanks": "show(markdown='# a' + ' ' * 190_000 + 'x')",
  "Markdown emphasis without number": "show(markdown='*a* ' * 1_500_000)",
  "Markdown emphasis up to the limit": "show(markdown='*a* ' * 49_000)",
  "Markdown items without number": String.raw`show(markdown='- a\n' * 49_000)`,
  "LaTeX with blanks": "show(latex='x' + ' ' * 200_000 + 'x')",
  "HTML that only opens": "[show(html='<' * 200_000) for _ in range(3)]",
  "HTML tables that only open": "[show(html='<table' * 33_000) for _ in range(3)]",
  "two hundred HTML displays": "[show(html='<b>x</b>') for _ in range(200)]",
  "SVG that uses what uses others":
    "show(svg=SVG % ''.join(f'<g id=\"g{i}\">' + f'<use href=\"#g{i - 1}\"/>' * 10 + '</g>' if i else '<g id=\"g0\"><path d=\"M0 0h9\"/></g>' for i in range(10)))",
  "SVG with sixty thousand movements":
    'show(svg=SVG % (\'<rect width="9" height="9"><animate attributeName="x" values="0;9" dur="1s" repeatCount="indefinite"/></rect>\' * 60_000))',
  "SVG nested two hundred thousand deep": "show(svg=SVG % ('<g>' * 200_000 + '</g>' * 200_000))",
  "SVG that uses many elements many times":
    "show(svg=SVG % ('<g id=\"a\">' + '<rect width=\"1\" height=\"1\"/>' * 9_000 + '</g>' + '<use href=\"#a\"/>' * 9_000))",
  "SVG with a marker at each of many points":
    "show(svg=SVG % (\"<marker id='m'>\" + \"<path d='M0 0h9'/>\" * 1_000 + \"</marker><path marker-mid='url(#m)' d='M0 0\" + 'l1 1' * 20_000 + \"'/>\"))",
  "SVG whose uses hide behind a value":
    'show(svg=SVG % \'\'.join(f\'<g class=">" id="g{i}">\' + f\'<use class=">" href="#g{i - 1}"/>\' * 10 + \'</g>\' if i else \'<g id="g0"><path d="M0 0h9"/></g>\' for i in range(10)))',
  "JSON of many parts": "show(**{'json': [[i] for i in range(200_000)]})",
  "a wide table":
    "import pandas as pd\nshow(html='x', wide=pd.DataFrame([range(1500)] * 60))\npd.DataFrame([range(1500)] * 60)",
  "a display that changes without end":
    "handle = display({'text/plain': ''}, raw=True, display_id=True)\nfor i in range(190): handle.update({'text/markdown': '*a* ' * 2_000}, raw=True)",
  "an error of many lines": String.raw`raise ValueError('\x1b[31ma\x1b[32m\n' * 15_000)`,
};

/** Hostile texts out of a seed: the parts that views look for, many times, in an order nobody thought of. */
function generated(seed: number): string {
  return String.raw`
import random
from IPython.display import display, clear_output, update_display
r = random.Random(${seed})
parts = ['\x1b[31m', '\x1b[0m', '\x1b[A', '\x1b[1K', '\x1b[K', '\r', '\b', '\t', '\n', '\x00', '\x9b', '\u2028', '\u202e', 'a', ' ', '*', '_', '[', '](', ')', '$', '$$',
  '#', '- ', '> ', '~~~', '<', '>', '<table>', '<b>', '</b>', '<style>', '<use href="#a"/>', '<g id="a">', '</g>', '<animate ', '"', "'", '&', '\\[', '{', 'height=', chr(96) * 3]
def text(n):
    few = r.sample(parts, r.randint(1, 4))
    return ''.join(r.choice(few) for _ in range(r.randint(1, 60))) * (n // 60)
mimes = ['text/html', 'text/markdown', 'text/latex', 'image/svg+xml', 'text/plain', 'application/json']
for i in range(25):
    what = r.randint(0, 9)
    if what < 3: print(text(60_000))
    elif what == 3: clear_output(wait=r.random() < .5)
    elif what == 4: update_display({'text/markdown': text(9_000), 'text/plain': ''}, display_id='d', raw=True)
    else: display({r.choice(mimes): text(40_000)}, raw=True, display_id='d' if r.random() < .3 else None)
`;
}

const HELPERS = `
from IPython.display import display
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99">%s</svg>'
TYPES = {'markdown': 'text/markdown', 'latex': 'text/latex', 'html': 'text/html', 'svg': 'image/svg+xml', 'json': 'application/json'}
def show(wide=None, **kinds):
    display({TYPES[kind]: value for kind, value in kinds.items()}, raw=True)
`;

/** The longest silence while something is done and for a moment after, in milliseconds. */
async function silence(notebook: Notebook, act: () => Promise<unknown>): Promise<number> {
  const { page } = notebook;
  await page.evaluate(() => {
    const held = { longest: 0 };
    let last = performance.now();
    window.silence = held;
    const timer = setInterval(() => {
      const now = performance.now();
      held.longest = Math.max(held.longest, now - last);
      last = now;
      if (window.silence !== held) clearInterval(timer);
    }, 10);
  });
  await act();
  await page.waitForTimeout(400);
  // Two frames: what was put into the page has been laid out.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30))));
  return page.evaluate(() => window.silence.longest);
}

test("no output of any kind keeps the page from answering for long", async ({ notebook }) => {
  test.setTimeout(180_000);
  const cell = await notebook.run(HELPERS);
  await expect(cell).toHaveAttribute("data-state", "ok");
  const editor = cell.locator(".cm-content, textarea").first();
  const run = async (code: string) => {
    await editor.click();
    await editor.press("ControlOrMeta+a");
    await notebook.page.keyboard.insertText(code);
    await cell.getByTestId("cell-run").click();
    await expect(cell).not.toHaveAttribute("data-state", /queued|loading|running/);
    await expect(cell).toHaveAttribute("data-state", /ok|error/);
  };
  await run("1");
  const ordinary = await silence(notebook, () => run("for i in range(3_000): print('line', i)"));
  const limit = Math.max(1_000, 4 * ordinary);
  // The gauge sees a page that is kept busy.
  const busy = await silence(notebook, () =>
    notebook.page.evaluate(() => {
      const end = performance.now() + 3_000;
      while (performance.now() < end);
    }),
  );
  expect(busy).toBeGreaterThan(2_900);
  const seen: Record<string, number> = {};
  const seeds = [1, 2, 3, 4, 5, 6].map((seed) => [`seed ${seed}`, generated(seed)] as const);
  for (const [name, code] of [...Object.entries(HOSTILE), ...seeds]) {
    seen[name] = Math.round(await silence(notebook, () => run(code)));
  }
  test.info().annotations.push({ type: "silence", description: JSON.stringify({ ordinary, limit, ...seen }) });
  const frozen = Object.entries(seen).filter(([, ms]) => ms > limit);
  expect(frozen, `ordinary ${ordinary} ms, seen ${JSON.stringify(seen)}`).toEqual([]);
});

test("a dear SVG is drawn when somebody asks, and the page goes on answering meanwhile", async ({ notebook }) => {
  const layers =
    "''.join(f'<g id=\"g{i}\">' + f'<use href=\"#g{i - 1}\"/>' * 10 + '</g>' if i else '<g id=\"g0\"><path d=\"M0 0h9\"/></g>' for i in range(8))";
  const cell = await notebook.run(`${HELPERS}\nshow(svg=SVG % ${layers})`);
  const ask = cell.getByTestId("output-demand");
  await expect(ask).toContainText("dear to draw");
  const quiet = await silence(notebook, async () => {
    await ask.click();
    await notebook.page.waitForTimeout(1_500);
  });
  expect(quiet).toBeLessThan(2_000);
  await cell.getByTestId("cell-run").click();
});

/** Milliseconds of the longest silence while a page with these cells from last time starts. */
async function opening(context: BrowserContext, hostile: boolean): Promise<number> {
  const page = await context.newPage();
  await page.addInitScript((many) => {
    const text = (source: string) => ({ kind: "text", source });
    const code = (source: string) => ({ kind: "code", source });
    const dear = [`# a${" ".repeat(100_000)}x`, "[a](".repeat(40_000), "*a* ".repeat(40_000)].map(text);
    const cells = Array.from({ length: 20_000 }, (_, i) => (i % 2 ? text(`*cell* ${i}`) : code(`${i}`)));
    localStorage.setItem("belljar.notebook", JSON.stringify({ cells: many ? [...dear, ...cells] : cells.slice(0, 4) }));
    const gauge = { longest: 0 };
    let last = performance.now();
    setInterval(() => {
      const now = performance.now();
      gauge.longest = Math.max(gauge.longest, now - last);
      last = now;
    }, 10);
    window.silence = gauge;
  }, hostile);
  await page.goto("/");
  await expect(page.getByTestId("status")).toContainText("ready", { timeout: 60_000 });
  const silent = await page.evaluate(() => window.silence.longest);
  if (hostile) expect(await page.getByTestId("cell").count()).toBeGreaterThan(3);
  await page.evaluate(() => localStorage.clear());
  await page.close();
  return silent;
}

test("a stored notebook keeps the page silent no longer, however many and hostile its cells", async ({ notebook }) => {
  const context = notebook.page.context();
  const control = await opening(context, false);
  const silent = await opening(context, true);
  expect(silent, `control: ${control} ms`).toBeLessThan(Math.max(1_500, 4 * control));
});
