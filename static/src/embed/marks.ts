// The mark on a line of code that stands in the page: a highlight of the browser's, which changes nothing in the document.

interface Registry {
  set(name: string, highlight: unknown): void;
}

const NAME = "belljar-failed";
const ranges = new Map<object, Range>();
let styled = false;

/** Marks a range for its owner; null takes the owner's mark away. Where the browser has no highlights nothing is seen. */
export function mark(owner: object, range: Range | null): void {
  if (range) ranges.set(owner, range);
  else if (!ranges.delete(owner)) return;
  const registry = (CSS as unknown as { highlights?: Registry }).highlights;
  const Highlight = (globalThis as unknown as { Highlight?: new (...ranges: Range[]) => unknown }).Highlight;
  if (!registry || !Highlight) return;
  if (!styled) {
    styled = true;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`::highlight(${NAME}){background-color:rgb(210 50 40/.22)}`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }
  registry.set(NAME, new Highlight(...ranges.values()));
}
