// A small, safe part of Markdown as a tree. Views turn it into elements by textContent; raw HTML stays visible text,
// images become their alternative text, and a link is kept only when it points to http(s) — a person must press it.

export type Inline =
  | { type: "text"; text: string }
  | { type: "code"; text: string }
  | { type: "strong" | "em"; children: Inline[] }
  | { type: "link"; href: string; children: Inline[] };

export type Block =
  | { type: "heading"; level: 1 | 2 | 3 | 4; children: Inline[] }
  | { type: "paragraph"; children: Inline[] }
  | { type: "code"; text: string; info: string }
  | { type: "quote"; children: Inline[] }
  | { type: "list"; ordered: boolean; items: Inline[][] }
  | { type: "rule" };

const BULLET = /^ {0,3}[-*+] +(.*)$/;
const NUMBER = /^ {0,3}\d{1,9}[.)] +(.*)$/;
const QUOTED = /^ {0,3}>/;

/** Whether a line is the end of a block of code: as long a mark as the first, and nothing else. */
function closes(line: string, fence: string): boolean {
  const mark = line.trim();
  return mark.startsWith(fence) && mark === fence.charAt(0).repeat(mark.length);
}

export function parse(source: string): Block[] {
  const lines = source.replace(/\r\n?/g, "\n").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  const line = () => lines[at] ?? "";
  const plain = () => line().trim() !== "" && !/^ {0,3}(#{1,6} |```|~~~|>|[-*+] |\d{1,9}[.)] )/.test(line());
  while (at < lines.length) {
    const text = line();
    const [, fence, info = ""] = /^ {0,3}(`{3,}|~{3,})(?!.*`) *(.*?) *$/.exec(text) ?? [];
    const heading = /^ {0,3}(#{1,6}) +(.*?)(?: +#+)?$/.exec(text);
    if (text.trim() === "") {
      at += 1;
    } else if (fence) {
      const body: string[] = [];
      for (at += 1; at < lines.length && !closes(line(), fence); at++) body.push(line());
      at += 1;
      blocks.push({ type: "code", text: body.join("\n"), info });
    } else if (heading) {
      const level = Math.min(4, heading[1]?.length ?? 1) as 1 | 2 | 3 | 4;
      blocks.push({ type: "heading", level, children: inline(heading[2] ?? "") });
      at += 1;
    } else if (/^ {0,3}([-*_])(?: *\1){2,} *$/.test(text)) {
      blocks.push({ type: "rule" });
      at += 1;
    } else if (QUOTED.test(text)) {
      const body: string[] = [];
      for (; QUOTED.test(line()); at++) body.push(line().replace(/^ {0,3}> ?/, ""));
      blocks.push({ type: "quote", children: inline(body.join(" ")) });
    } else if (BULLET.test(text) || NUMBER.test(text)) {
      const ordered = !BULLET.test(text);
      const pattern = ordered ? NUMBER : BULLET;
      const items: string[] = [];
      for (; at < lines.length && line().trim() !== ""; at++) {
        const item = pattern.exec(line());
        if (item) items.push(item[1] ?? "");
        else items[items.length - 1] += ` ${line().trim()}`;
      }
      blocks.push({ type: "list", ordered, items: items.map(inline) });
    } else {
      const body = [text.trim()];
      for (at += 1; at < lines.length && plain(); at++) body.push(line().trim());
      blocks.push({ type: "paragraph", children: inline(body.join(" ")) });
    }
  }
  return blocks;
}

// One alternative per construct; none can match across another's marks, so a hostile text costs linear time.
const TOKEN =
  /\\([\\`*_[\]()#!<>-])|(`{1,4})([^`]+)\2|!\[([^\]]*)\]\([^)\s]*\)|\[([^\][]+)\]\(([^)\s]+)\)|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|(?<![\w])_([^_\s][^_]*)_(?![\w])/g;

export function inline(text: string, depth = 0): Inline[] {
  const out: Inline[] = [];
  const add = (piece: string) => {
    const last = out.at(-1);
    if (piece === "") return;
    if (last?.type === "text") last.text += piece;
    else out.push({ type: "text", text: piece });
  };
  let at = 0;
  for (const match of depth > 4 ? [] : text.matchAll(TOKEN)) {
    add(text.slice(at, match.index));
    at = match.index + match[0].length;
    const [, escaped, , code, image, label, href, strong, star, under] = match;
    if (escaped !== undefined) add(escaped);
    else if (code !== undefined) out.push({ type: "code", text: code.trim() || code });
    else if (image !== undefined) add(image);
    else if (label !== undefined && href !== undefined) {
      if (/^https?:\/\//i.test(href)) out.push({ type: "link", href, children: inline(label, depth + 1) });
      else add(label);
    } else if (strong !== undefined) out.push({ type: "strong", children: inline(strong, depth + 1) });
    else out.push({ type: "em", children: inline(star ?? under ?? "", depth + 1) });
  }
  add(text.slice(at));
  return out;
}
