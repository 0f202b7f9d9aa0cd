// A small, safe part of Markdown as a tree. Views turn it into elements by textContent; raw HTML stays visible text, images
// are shown where they are in the notebook itself and are their alternative text elsewhere, and a link is kept only when it
// points to http(s) — a person must press it.

import { type Budget, FORMULA, type Inline, inline } from "./inline";

export type { Inline } from "./inline";
export { inline } from "./inline";

export type Block =
  | { type: "heading"; level: 1 | 2 | 3 | 4; children: Inline[] }
  | { type: "paragraph"; children: Inline[] }
  | { type: "code"; text: string; info: string }
  | { type: "quote"; children: Inline[] }
  | { type: "list"; ordered: boolean; items: Inline[][] }
  | { type: "rule" }
  | { type: "math"; tex: string }
  | { type: "table"; align: Align[]; head: Inline[][]; rows: Inline[][][] }
  /** What came after the last element that was allowed, as it was written. */
  | { type: "rest"; text: string };

export type Align = "left" | "center" | "right" | undefined;

/** Elements of one text: some ten pages of prose. */
const ELEMENTS = 2_000;
const COLUMNS = 50;

const BULLET = /^ {0,3}[-*+] +(.*)$/;
const NUMBER = /^ {0,3}\d{1,9}[.)] +(.*)$/;
const QUOTED = /^ {0,3}>/;

/** Whether a line is the end of a block of code: as long a mark as the first, and nothing else. */
function closes(line: string, fence: string): boolean {
  const mark = line.trim();
  return mark.startsWith(fence) && mark === fence.charAt(0).repeat(mark.length);
}

/** "```info": the mark and the words after it. */
function fenceOf(line: string): { fence: string; info: string } | undefined {
  const from = indent(line);
  const char = line.charAt(from);
  if (char !== "`" && char !== "~") return undefined;
  let to = from;
  while (line[to] === char) to++;
  if (to - from < 3 || line.includes("`", to)) return undefined;
  return { fence: line.slice(from, to), info: line.slice(to).trim() };
}

/** "## Words ##": how many marks, and the words. */
function headingOf(line: string): { level: number; words: string } | undefined {
  const from = indent(line);
  let to = from;
  while (line[to] === "#") to++;
  if (to === from || to - from > 6 || line[to] !== " ") return undefined;
  const words = line.slice(to).trim();
  let end = words.length;
  while (words[end - 1] === "#") end--;
  const closed = end < words.length && (end === 0 || words[end - 1] === " ");
  return { level: to - from, words: closed ? words.slice(0, end).trimEnd() : words };
}

function isRule(line: string): boolean {
  const from = indent(line);
  const char = line.charAt(from);
  if (char === "" || !"-*_".includes(char)) return false;
  let marks = 0;
  for (let at = from; at < line.length; at++) {
    if (line[at] === char) marks += 1;
    else if (line[at] !== " ") return false;
  }
  return marks >= 3;
}

/** Up to three blanks may stand before a block's mark. */
function indent(line: string): number {
  let at = 0;
  while (at < 3 && line[at] === " ") at++;
  return at;
}

/** What ends the formula that begins with a line: "$$", or the end of its environment. */
function formulaEnd(line: string): string | undefined {
  const from = indent(line);
  // One that ends within its line, before its end, is a part of a sentence.
  if (line.startsWith("$$", from)) {
    const end = line.indexOf("$$", from + 2);
    return end < 0 || line.slice(end + 2).trim() === "" ? "$$" : undefined;
  }
  const name = /^\\begin\{([a-z]{1,20}\*?)\}/.exec(line.slice(from))?.[1];
  return name && `\\end{${name}}`;
}

/** A line of cells and below it one of dashes. */
function isTable(line: string, below: string): boolean {
  if (!line.includes("|") || !below.includes("-") || below.length > 4_000) return false;
  const marks = rowOf(below);
  return marks.length > 0 && marks.length <= COLUMNS && marks.every((mark) => /^:?-+:?$/.test(mark));
}

function alignments(line: string): Align[] {
  return rowOf(line).map((mark) => {
    const [left, right] = [mark.startsWith(":"), mark.endsWith(":")];
    return left && right ? "center" : right ? "right" : left ? "left" : undefined;
  });
}

/** The cells of a line; a "|" with a backslash, or within code, ends none. */
function rowOf(line: string): string[] {
  const cells: string[] = [];
  const words = line.trim();
  let from = words.startsWith("|") ? 1 : 0;
  let code = false;
  for (let at = from; at < words.length; at++) {
    const char = words.charAt(at);
    if (char === "\\") at++;
    else if (char === "`") code = !code;
    else if (char === "|" && !code) {
      cells.push(words.slice(from, at).trim());
      from = at + 1;
    }
  }
  const last = words.slice(from).trim();
  if (last !== "" || !words.endsWith("|")) cells.push(last);
  return cells;
}

/** The blocks of a text; no more than `most` elements, and then what is left as it is. */
export function parse(source: string, most = ELEMENTS): Block[] {
  const lines = source.replace(/\r\n?/g, "\n").split("\n");
  const blocks: Block[] = [];
  const budget: Budget = { left: most };
  const spans = (text: string) => inline(text, 0, budget);
  let at = 0;
  const line = () => lines[at] ?? "";
  const plain = () =>
    line().trim() !== "" && !/^ {0,3}(#{1,6} |```|~~~|>|\$\$|\\begin\{|[-*+] |\d{1,9}[.)] )/.test(line());
  /** The next line that ends with a mark, from a line on; those asked for rise, so no line is looked at twice. */
  const known = new Map<string, number>();
  const ending = (mark: string, from: number): number => {
    let found = Math.max(from, known.get(mark) ?? 0);
    while (found < lines.length && !lines[found]?.trimEnd().endsWith(mark)) found++;
    known.set(mark, found);
    return found;
  };
  /** Whether lines from one to another are there, and no more than a formula is long. */
  const fits = (from: number, to: number): boolean => {
    if (to >= lines.length || to - from > FORMULA) return false;
    let size = 0;
    for (let one = from; one <= to && size <= FORMULA; one++) size += lines[one]?.length ?? 0;
    return size <= FORMULA;
  };
  while (at < lines.length) {
    if (budget.left <= 0) {
      blocks.push({ type: "rest", text: lines.slice(at).join("\n") });
      break;
    }
    const text = line();
    const { fence, info = "" } = fenceOf(text) ?? {};
    const heading = headingOf(text);
    if (text.trim() !== "") budget.left -= 1;
    if (text.trim() === "") {
      at += 1;
    } else if (fence) {
      const body: string[] = [];
      for (at += 1; at < lines.length && !closes(line(), fence); at++) body.push(line());
      at += 1;
      blocks.push({ type: "code", text: body.join("\n"), info });
    } else if (heading) {
      const level = Math.min(4, heading.level) as 1 | 2 | 3 | 4;
      blocks.push({ type: "heading", level, children: spans(heading.words) });
      at += 1;
    } else if (isTable(text, lines[at + 1] ?? "")) {
      const align = alignments(lines[at + 1] ?? "");
      const row = (words: string) => {
        const found = rowOf(words);
        return align.map((_, column) => spans(found[column] ?? ""));
      };
      const head = row(text);
      const rows: Inline[][][] = [];
      for (at += 2; at < lines.length && line().includes("|") && budget.left > 0; at++) {
        budget.left -= align.length;
        rows.push(row(line()));
      }
      blocks.push({ type: "table", align, head, rows });
    } else if (formulaEnd(text) !== undefined) {
      const end = formulaEnd(text) ?? "";
      const alone = text.trimEnd().endsWith(end) && text.trim().length > end.length + 1;
      const last = alone ? at : ending(end, at + 1);
      const tex =
        fits(at, last) &&
        lines
          .slice(at, last + 1)
          .join("\n")
          .trim();
      if (tex) {
        blocks.push({ type: "math", tex: tex.replace(/^\$\$|\$\$$/g, "") });
        at = last + 1;
      } else {
        // It has no end, or too far a one.
        blocks.push({ type: "paragraph", children: [{ type: "text", text }] });
        at += 1;
      }
    } else if (isRule(text)) {
      blocks.push({ type: "rule" });
      at += 1;
    } else if (QUOTED.test(text)) {
      const body: string[] = [];
      for (; QUOTED.test(line()); at++) body.push(line().replace(/^ {0,3}> ?/, ""));
      blocks.push({ type: "quote", children: spans(body.join(" ")) });
    } else if (BULLET.test(text) || NUMBER.test(text)) {
      const ordered = !BULLET.test(text);
      const pattern = ordered ? NUMBER : BULLET;
      const items: string[] = [];
      for (; at < lines.length && line().trim() !== "" && budget.left > 0; at++) {
        const item = pattern.exec(line());
        if (item) {
          budget.left -= 1;
          items.push(item[1] ?? "");
        } else items[items.length - 1] += ` ${line().trim()}`;
      }
      blocks.push({ type: "list", ordered, items: items.map(spans) });
    } else {
      const body = [text.trim()];
      for (at += 1; at < lines.length && plain(); at++) body.push(line().trim());
      blocks.push({ type: "paragraph", children: spans(body.join(" ")) });
    }
  }
  return blocks;
}
