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

/** What highlighters build around one block of code. */
const WRAPPER =
  ".highlight, [class*='highlight-'], [class*='highlight_'], [class*='language-'], [class*='codeBlock'], .codehilite, .sourceCode, .code-block, figure:has(> pre)";

/** Whether this is the column of line numbers beside code, and no code. */
export function isLineNumbers(element: Element): boolean {
  return element.closest(".linenos, .linenodiv, .lineno, .gutter, .line-numbers-wrapper") !== null;
}

/** The whole of a block: its code with all that highlighters have built around it, up to `within`. */
export function blockOf(code: HTMLElement, within?: Element): HTMLElement {
  let block = code.closest<HTMLElement>("table.highlighttable, table.codehilitetable, pre") ?? code;
  block = block.closest<HTMLElement>("table.highlighttable, table.codehilitetable") ?? block;
  for (let around = block.parentElement; around && around !== within; around = block.parentElement) {
    // Of two blocks in one box none is the box.
    if (
      !around.matches(WRAPPER) ||
      around.querySelectorAll("pre").length > block.querySelectorAll("pre").length + (block.matches("pre") ? 1 : 0)
    )
      break;
    block = around;
  }
  return block;
}

/** A piece of code: text that stands in a node, or the end of a line that is an element and no text (Docusaurus). */
interface Piece {
  text: string;
  node: Text | null;
}

/** The pieces that are code. */
function* piecesOf(element: Element): Generator<Piece> {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, (node) => {
    if (!(node instanceof Element) || node.matches("br")) return NodeFilter.FILTER_ACCEPT;
    return node.matches(NO_CODE) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
  });
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    yield node instanceof Text ? { text: node.data, node } : { text: "\n", node: null };
}

/** The text of the code as it is, without an empty line at its beginning and white space at its end. */
export function textOf(element: Element): string {
  let whole = "";
  for (const { text } of piecesOf(element)) whole += text;
  return whole.replaceAll("\r\n", "\n").replace(/^\n/, "").trimEnd();
}

/** Where a line (1-based) of the code stands; null where there is no such line, or nothing in it. */
export function lineRange(element: Element, line: number): Range | null {
  const pieces = [...piecesOf(element)];
  const whole = pieces.map(({ text }) => text).join("");
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
  for (const { text, node } of pieces) {
    const end = at + text.length;
    if (node && !begun && from < end) {
      range.setStart(node, from - at);
      begun = true;
    }
    if (node && begun && to <= end) {
      range.setEnd(node, to - at);
      return range;
    }
    at = end;
  }
  return null;
}
