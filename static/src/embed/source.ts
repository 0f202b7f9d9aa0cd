// The code that stands in a page: which element holds it, its text without what highlighters put between, and its lines.

/** What highlighters and copy buttons put into code, and is none. */
const NO_CODE = ".linenos, .lineno, .line-number, .line-numbers, .gutter, button, script, style, template, [hidden]";

/** The element that holds a cell's code: `td.code` of a table with line numbers, `code` of a `pre`, the `pre` itself. */
export function codeOf(place: ParentNode): HTMLElement | null {
  for (const selector of ["td.code pre", "pre code", "pre", "code", "textarea"]) {
    const found = place.querySelector<HTMLElement>(selector);
    if (found) return found;
  }
  return null;
}

/** The nodes of text that are code. */
function* texts(element: Element): Generator<Text> {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, (node) => {
    if (node instanceof Element) return node.matches(NO_CODE) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
    return NodeFilter.FILTER_ACCEPT;
  });
  for (let node = walker.nextNode(); node; node = walker.nextNode()) yield node as Text;
}

/** The text of the code as it is, without an empty line at its beginning and white space at its end. */
export function textOf(element: Element): string {
  let text = "";
  for (const node of texts(element)) text += node.data;
  return text.replaceAll("\r\n", "\n").replace(/^\n/, "").trimEnd();
}

/** Where a line (1-based) of the code stands; null where there is no such line, or nothing in it. */
export function lineRange(element: Element, line: number): Range | null {
  const nodes = [...texts(element)];
  const whole = nodes.map(({ data }) => data).join("");
  const skipped = /^\r?\n/.test(whole) ? 1 : 0;
  let from = 0;
  for (let n = 1; n < line + skipped; n++) {
    from = whole.indexOf("\n", from) + 1;
    if (from === 0) return null;
  }
  const next = whole.indexOf("\n", from);
  const to = next < 0 ? whole.length : next;
  if (to <= from) return null;
  const range = document.createRange();
  let at = 0;
  let begun = false;
  for (const node of nodes) {
    const end = at + node.data.length;
    if (!begun && from < end) {
      range.setStart(node, from - at);
      begun = true;
    }
    if (begun && to <= end) {
      range.setEnd(node, to - at);
      return range;
    }
    at = end;
  }
  return null;
}
