// How tall an HTML result probably is. Its frame has no script and an opaque origin, so nobody can measure it: we count.

const ROW = 27;
const LINE = 21;
const PARAGRAPH = 28;
const MIN = 48;
const MAX = 480;

/** CSS pixels, between 48 and 480; more is scrolled or resized. `width`: of the column. */
export function estimateHeight(html: string, width: number): number {
  const sample = html.slice(0, 200_000);
  const tags = (name: string) => sample.match(new RegExp(`<${name}[\\s>]`, "gi"))?.length ?? 0;
  const rows = tags("tr");
  const blocks = tags("p") + tags("h[1-6]") + tags("ul") + tags("ol") + tags("table") + tags("pre");
  const breaks = tags("br") + tags("li") + tags("div") + tags("details");
  const text = sample
    .replace(/<(style|script|table)[\s\S]*?<\/\1>/gi, "")
    .replace(/<[^>]*>/g, "")
    .trim();
  const perLine = Math.max(20, Math.floor(width / 7.6));
  const lines = Math.max(breaks, Math.ceil(text.length / perLine));
  const drawn = Math.max(
    0,
    ...[...sample.matchAll(/\bheight\s*[=:]\s*["']?\s*(\d{1,4})(?:px|["'\s;>])/gi)].map((m) => Number(m[1])),
  );
  const estimate = rows * ROW + lines * LINE + blocks * PARAGRAPH + 24;
  return Math.round(Math.min(MAX, Math.max(MIN, estimate, Math.min(MAX, drawn + 24))));
}
