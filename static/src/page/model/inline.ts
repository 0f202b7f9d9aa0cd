// Markdown's spans: emphasis, code, links. A scanner that looks at no character more than some ten times: where a mark's
// other half is looked for, the place is remembered until the scanner has passed it.

export type Inline =
  | { type: "text"; text: string }
  | { type: "code"; text: string }
  /** TeX. `display`: on a line of its own, in a formula's full size. */
  | { type: "math"; tex: string; display: boolean }
  /** Only what is at hand: `source` is "attachment:name", or "lifted:3" for what stood in the text itself. */
  | { type: "image"; alt: string; source: string }
  | { type: "strong" | "em"; children: Inline[] }
  | { type: "link"; href: string; children: Inline[] };

/** Elements that may still be made. What comes when there are none left is plain text. */
export interface Budget {
  left: number;
}

const ESCAPED = "\\`*_[]()#!<>-$|";
/** Characters of a formula. */
export const FORMULA = 2_000;
/** Marks within marks. */
const DEPTH = 4;

/** Where a character that `stop` holds for stands next; the text's length where none does. Asked with rising places. */
function finder(text: string, stop: (code: number) => boolean): (from: number) => number {
  let from = 0;
  let found = -1;
  return (at) => {
    if (at >= from && at <= found) return found;
    from = at;
    found = at;
    while (found < text.length && !stop(text.charCodeAt(found))) found++;
    return found;
  };
}

const is = (...chars: string[]) => {
  const codes = chars.map((char) => char.charCodeAt(0));
  return (code: number) => codes.includes(code);
};
const blank = (char: string) => /\s/.test(char);
const word = (char: string) => /\w/.test(char);

export function inline(text: string, depth = 0, budget: Budget = { left: Number.POSITIVE_INFINITY }): Inline[] {
  const out: Inline[] = [];
  let plain = 0;
  const tail: string[] = [];
  const flush = () => {
    if (tail.length === 0) return;
    out.push({ type: "text", text: tail.join("") });
    tail.length = 0;
  };
  const add = (piece: string) => {
    if (piece !== "") tail.push(piece);
  };
  const element = (one: Inline) => {
    flush();
    budget.left -= 1;
    out.push(one);
  };
  const next = {
    tick: finder(text, is("`")),
    dollar: finder(text, is("$")),
    star: finder(text, is("*")),
    under: finder(text, is("_")),
    bracket: finder(text, is("[", "]")),
    closing: finder(text, is("]")),
    address: finder(text, (code) => code === 0x29 || code <= 0x20 || (code > 0x7e && blank(String.fromCharCode(code)))),
  };
  /** End of "(address)" that begins at a place, or undefined. */
  const addressEnd = (at: number, least: number): number | undefined => {
    if (text[at] !== "(") return undefined;
    const end = next.address(at + 1);
    return text[end] === ")" && end - at > least ? end : undefined;
  };
  const inner = (from: number, to: number) => inline(text.slice(from, to), depth + 1, budget);

  /** Reads what begins at a place; gives where it ends, or undefined where nothing does. */
  const read = (at: number): number | undefined => {
    const char = text.charAt(at);
    if (char === "\\") {
      const escaped = text.charAt(at + 1);
      if (escaped === "" || !ESCAPED.includes(escaped)) return undefined;
      add(escaped);
      return at + 2;
    }
    if (char === "`") {
      let marks = 1;
      while (marks < 4 && text[at + marks] === "`") marks++;
      const end = next.tick(at + marks);
      if (end === at + marks || !text.startsWith("`".repeat(marks), end)) return undefined;
      const code = text.slice(at + marks, end);
      element({ type: "code", text: code.trim() || code });
      return end + marks;
    }
    if (char === "!" && text[at + 1] === "[") {
      const label = next.closing(at + 2);
      const end = text[label] === "]" ? addressEnd(label + 1, 0) : undefined;
      if (end === undefined) return undefined;
      const [alt, source] = [text.slice(at + 2, label), text.slice(label + 2, end)];
      // What would have to be fetched is its words.
      if (/^(attachment|lifted):/.test(source)) element({ type: "image", alt, source });
      else add(alt);
      return end + 1;
    }
    if (char === "$") {
      const display = text[at + 1] === "$";
      const from = display ? at + 2 : at + 1;
      const end = next.dollar(from);
      if (end === from || end === text.length || end - from > FORMULA) return undefined;
      if (display && text[end + 1] !== "$") return undefined;
      const tex = text.slice(from, end);
      // "5 $ or 6 $" and "$5 and $6" are prices.
      const price = blank(text.charAt(from)) || blank(text.charAt(end - 1)) || /\d/.test(text.charAt(end + 1));
      if (!display && price) return undefined;
      element({ type: "math", tex: tex.trim(), display });
      return display ? end + 2 : end + 1;
    }
    if (char === "[") {
      const label = next.bracket(at + 1);
      const end = text[label] === "]" ? addressEnd(label + 1, 1) : undefined;
      if (label === at + 1 || end === undefined) return undefined;
      const href = text.slice(label + 2, end);
      if (/^https?:\/\//i.test(href)) element({ type: "link", href, children: inner(at + 1, label) });
      else add(text.slice(at + 1, label));
      return end + 1;
    }
    if (char === "*") {
      const strong = text[at + 1] === "*";
      const from = strong ? at + 2 : at + 1;
      const end = next.star(from);
      if (end === from || end === text.length) return undefined;
      if (strong ? text[end + 1] !== "*" : blank(text.charAt(from))) return undefined;
      element({ type: strong ? "strong" : "em", children: inner(from, end) });
      return strong ? end + 2 : end + 1;
    }
    if (char === "_" && !word(text.charAt(at - 1))) {
      const end = next.under(at + 1);
      if (end === at + 1 || end === text.length) return undefined;
      if (blank(text.charAt(at + 1)) || word(text.charAt(end + 1))) return undefined;
      element({ type: "em", children: inner(at + 1, end) });
      return end + 1;
    }
    return undefined;
  };

  const mark = finder(text, is("\\", "`", "!", "[", "*", "_", "$"));
  let at = depth > DEPTH ? text.length : mark(0);
  while (at < text.length && budget.left > 0) {
    const before = text.slice(plain, at);
    const held = tail.length;
    add(before);
    const end = read(at);
    if (end === undefined) {
      tail.length = held;
      at = mark(at + 1);
    } else {
      plain = end;
      at = mark(end);
    }
  }
  add(text.slice(plain));
  flush();
  return out;
}
