// Blocks with Python's prompts: examples as people type them, each with the output that it should have.
//
//   >>> add(1, 2)
//   3

export interface Example {
  /** Without prompts. */
  source: string;
  /** The expected output, without the newline at its end; "" where there is none. */
  want: string;
  /** 1-based line of the block that the example begins in. */
  line: number;
}

const PROMPT = /^(\s*)>>>(?: |$)/;

/** Whether the first line that isn't empty has a prompt. */
export function hasPrompts(text: string): boolean {
  const first = text.split("\n", 200).find((line) => line.trim() !== "");
  return first !== undefined && PROMPT.test(first);
}

/** The examples of a block; what stands before the first prompt belongs to none. */
export function examples(text: string): Example[] {
  const found: Example[] = [];
  let source: string[] = [];
  let want: string[] = [];
  let indent = "";
  let line = 0;
  const end = () => {
    // An empty line ends the output: what follows is prose.
    const blank = want.findIndex((one) => one.trim() === "");
    const shown = blank < 0 ? want : want.slice(0, blank);
    if (source.length > 0) found.push({ source: source.join("\n"), want: shown.join("\n"), line });
    source = [];
    want = [];
  };
  text.split("\n").forEach((one, at) => {
    const bare = one.startsWith(indent) ? one.slice(indent.length) : one.trimStart();
    const prompt = PROMPT.exec(one);
    if (prompt) {
      end();
      indent = prompt[1] ?? "";
      line = at + 1;
      source.push(one.slice(indent.length + 4));
    } else if (source.length > 0 && want.length === 0 && /^\.\.\.(?: |$)/.test(bare)) source.push(bare.slice(4));
    else if (source.length > 0) want.push(bare);
  });
  end();
  return found;
}

/** The code of a block, as it would stand in a file. */
export function withoutPrompts(text: string): string {
  return examples(text)
    .map(({ source }) => source.trimEnd())
    .join("\n");
}

/**
 * Whether the output is the one that was expected. As in doctest: `<BLANKLINE>` is an empty line, "..." any text, white
 * space counts as one however much of it there is (numpy has aligned its numbers in more than one way), none at the ends of
 * lines, and of a traceback the last line does.
 */
export function matches(want: string, got: string): boolean {
  const wanted = normal(want);
  const given = normal(got);
  if (wanted === given) return true;
  if (/^Traceback \(/.test(wanted)) return lastLine(wanted) === lastLine(given);
  if (wanted.includes("...")) return pieces(wanted.split("..."), given);
  // 0.30000000000000004 and the like differ between machines in no way that matters, but objects' addresses do.
  const plain = (text: string) => text.replace(/ at 0x[0-9a-fA-F]{1,16}/g, "");
  return plain(wanted) === plain(given);
}

function normal(text: string): string {
  return text
    .split("\n")
    .map((line) => (line.trim() === "<BLANKLINE>" ? "" : line.trimEnd().replace(/[ \t]+/g, " ")))
    .join("\n")
    .trimEnd();
}

const lastLine = (text: string): string => text.split("\n").at(-1)?.trim() ?? "";

/** Whether the pieces stand in the text one behind the other, the first at its beginning and the last at its end. */
function pieces(parts: string[], text: string): boolean {
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (!text.startsWith(first) || !text.endsWith(last) || first.length + last.length > text.length) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
