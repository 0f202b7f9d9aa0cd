// Fences: Python that stands in a text as a block of Markdown, as models without tools write it.

/** Names that a block of Python goes by. */
const PYTHON = new Set(["python", "python3", "py"]);

/** The code of a text's blocks of Python, in order; undefined where there is none. A block that isn't closed is none. */
export function fencedCode(text: string): string | undefined {
  const blocks: string[] = [];
  let open: { fence: string; python: boolean; lines: string[] } | undefined;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const fence = fenceOf(line);
    if (!open) {
      if (fence === "") continue;
      const name = line.trimStart().slice(fence.length).trim().split(/[\s{]/, 1)[0] ?? "";
      open = { fence, python: PYTHON.has(name.toLowerCase()), lines: [] };
    } else if (fence.startsWith(open.fence) && line.trim() === fence) {
      if (open.python) blocks.push(open.lines.join("\n"));
      open = undefined;
    } else {
      open.lines.push(line);
    }
  }
  const code = blocks.join("\n\n");
  return code.trim() === "" ? undefined : code;
}

/** The three or more signs that open or close a block; "" where the line has none. */
function fenceOf(line: string): string {
  const start = line.trimStart();
  if (line.length - start.length > 3) return "";
  const sign = start[0];
  if (sign !== "`" && sign !== "~") return "";
  let length = 0;
  while (start[length] === sign) length++;
  return length >= 3 ? start.slice(0, length) : "";
}
