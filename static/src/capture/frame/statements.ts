// JavaScript's statements, told apart by brackets, texts and regular expressions: as much of its grammar as it takes to
// leave out some functions of a script that a compiler has written.

/** What may stand before a regular expression; elsewhere a slash divides. */
const BEFORE_PATTERN = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|delete))\s*$/;
const OPEN = "([{";
const CLOSE = ")]}";

export interface Statement {
  text: string;
  /** It has a comma outside of all brackets, as `var one, other` has. */
  several: boolean;
}

/** Where a text in quotes ends, or a regular expression: behind its last character. */
function quoted(source: string, from: number): number {
  const end = source[from];
  let inClass = false;
  for (let at = from + 1; at < source.length; at++) {
    const char = source[at];
    if (char === "\\") at++;
    else if (end === "`" && char === "$" && source[at + 1] === "{") at = closing(source, at + 1) - 1;
    else if (end === "/" && char === "[") inClass = true;
    else if (end === "/" && char === "]") inClass = false;
    else if (char === end && !inClass) return at + 1;
    else if (char === "\n" && end !== "`") break;
  }
  throw new SyntaxError("a text without an end");
}

/** What one character begins: where it ends, or nothing if it is only itself. */
function skipped(source: string, at: number, from: number): number | undefined {
  const char = source[at];
  if (char === '"' || char === "'" || char === "`") return quoted(source, at);
  if (char !== "/") return undefined;
  const behind = source[at + 1];
  if (behind === "/") return source.indexOf("\n", at) + 1 || source.length;
  if (behind === "*") return source.indexOf("*/", at) + 2;
  return BEFORE_PATTERN.test(source.slice(Math.max(from, at - 20), at)) ? quoted(source, at) : undefined;
}

/** Where the bracket that opens at `from` is closed: behind it. */
function closing(source: string, from: number): number {
  let depth = 0;
  for (let at = from; at < source.length; at++) {
    const behind = skipped(source, at, from);
    const char = source[at] as string;
    if (behind !== undefined) at = behind - 1;
    else if (OPEN.includes(char)) depth++;
    else if (CLOSE.includes(char) && --depth === 0) return at + 1;
  }
  throw new SyntaxError("a bracket that nothing closes");
}

const DECLARED = /^\s*(?:async\s+)?function\b/;

/** The statements of a function's body. Throws a SyntaxError for what it can't tell apart. */
export function statements(body: string): Statement[] {
  const found: Statement[] = [];
  let from = 0;
  let several = false;
  const end = (to: number): void => {
    if (to > from) found.push({ text: body.slice(from, to), several });
    from = to;
    several = false;
  };
  for (let at = 0; at < body.length; at++) {
    const behind = skipped(body, at, from);
    const char = body[at] as string;
    if (behind !== undefined) at = behind - 1;
    else if (char === ";") end(at + 1);
    else if (char === ",") several = true;
    else if (OPEN.includes(char)) {
      at = closing(body, at) - 1;
      if (char === "{" && DECLARED.test(body.slice(from, from + 30))) end(at + 1);
    } else if (CLOSE.includes(char)) throw new SyntaxError("a bracket that nothing opens");
  }
  end(body.length);
  return found;
}

/** From the brace that opens a function's body to the one that closes it: the places of what is between them. */
export function bodyOf(source: string, brace: number): [from: number, to: number] {
  return [brace + 1, closing(source, brace) - 1];
}
