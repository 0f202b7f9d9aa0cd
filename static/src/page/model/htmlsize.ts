// How tall an HTML result probably is. Its frame has no script and an opaque origin, so nobody can measure it: we count.

const ROW = 27;
const LINE = 21;
const PARAGRAPH = 28;
const MIN = 48;
const MAX = 480;

/** Characters that are counted; what comes after them is below the end of the frame anyway. */
const SAMPLE = 200_000;
const BLOCK = new Set(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre"]);
const BREAK = new Set(["br", "li", "div", "details"]);
/** Elements whose text is no line of text, or was counted as rows. */
const SILENT = new Set(["style", "script", "table"]);

/** CSS pixels, between 48 and 480; more is scrolled or resized. `width`: of the column. Looks at each character once. */
export function estimateHeight(html: string, width: number): number {
  const sample = html.slice(0, SAMPLE);
  let [rows, blocks, breaks, text, drawn] = [0, 0, 0, 0, 0];
  /** Whose end is waited for. */
  let silent = "";
  let at = 0;
  while (at < sample.length) {
    const open = sample.indexOf("<", at);
    const before = open < 0 ? sample.length : open;
    if (silent === "") text += sample.slice(at, before).trim().length;
    if (open < 0) break;
    const next = sample.indexOf(">", open);
    const end = next < 0 ? sample.length : next;
    const tag = sample.slice(open + 1, Math.min(end, open + 12)).toLowerCase();
    const closing = tag.startsWith("/");
    const name = /^[a-z][a-z0-9]{0,9}/.exec(closing ? tag.slice(1) : tag)?.[0] ?? "";
    if (closing) {
      if (name === silent) silent = "";
    } else {
      if (name === "tr") rows += 1;
      else if (BLOCK.has(name)) blocks += 1;
      else if (BREAK.has(name)) breaks += 1;
      if (silent === "" && SILENT.has(name)) silent = name;
      drawn = Math.max(drawn, heightIn(sample.slice(open, Math.min(end + 1, open + ATTRIBUTES))));
    }
    at = end + 1;
  }
  const perLine = Math.max(20, Math.floor(width / 7.6));
  const lines = Math.max(breaks, Math.ceil(text / perLine));
  const estimate = rows * ROW + lines * LINE + blocks * PARAGRAPH + 24;
  return Math.round(Math.min(MAX, Math.max(MIN, estimate, Math.min(MAX, drawn + 24))));
}

/** Characters of one tag in which a height is looked for. */
const ATTRIBUTES = 2_000;

function heightIn(tag: string): number {
  const found = /\bheight\s{0,9}[=:]\s{0,9}["']?\s{0,9}(\d{1,4})(?:px|["'\s;>])/i.exec(tag);
  return Number(found?.[1] ?? 0);
}
