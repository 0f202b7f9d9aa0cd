// The line of Python that opens a file, out of its name and first bytes: encoding, separator and decimal comma as they are.

export interface Sniffed {
  /** undefined: UTF-8. */
  encoding: string | undefined;
  separator: string;
  decimal: "." | ",";
  thousands: string | undefined;
}

const LINES = 30;
/** Characters of a field that are looked at. */
const FIELD = 40;
const COMMA = /^-?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+$/;
const POINT = /^-?\d+\.\d+$/;
const GROUPED = /^-?\d{1,3}(?:\.\d{3})+(?:,\d+)?$/;
/** Words that can't be names. */
const KEYWORDS = new Set(
  "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield pd".split(
    " ",
  ),
);

/** How a text file is written. The last line may be cut. */
export function sniff(head: Uint8Array): Sniffed {
  const { text, encoding } = decoded(head);
  const lines = text.split(/\r\n|\r|\n/).slice(0, LINES);
  if (lines.length > 1) lines.pop();
  const full = lines.filter((line) => line.trim() !== "");
  let best = { separator: ",", score: 0 };
  for (const separator of [",", ";", "\t", "|"]) {
    const counts = full.map((line) => fields(line, separator).length - 1);
    const first = counts[0] ?? 0;
    const same = counts.filter((count) => count === first).length / Math.max(1, counts.length);
    // A decimal comma is one of each line, too: more columns win only where the lines agree as well.
    const score = first === 0 ? 0 : same * 100 + first + (separator === "," ? 0 : 0.5);
    if (score > best.score) best = { separator, score };
  }
  const { separator } = best;
  const values = full.slice(1).flatMap((line) => fields(line, separator).map((value) => value.trim().slice(0, FIELD)));
  const comma =
    separator !== "," &&
    values.filter((value) => COMMA.test(value)).length > values.filter((value) => POINT.test(value)).length;
  const grouped = comma && values.some((value) => GROUPED.test(value));
  return { encoding, separator, decimal: comma ? "," : ".", thousands: grouped ? "." : undefined };
}

/** Of a table of more bytes only the first rows are read at once. */
const WHOLE_UP_TO = 200 * 1024 * 1024;

/** Python that shows what is in a folder. */
export const folderCode = (path: string): string => `import os\n\nsorted(os.listdir(${quoted(path)}))`;

/** Python that opens the file and shows how it begins. `size`: bytes of the file. */
export function openingCode(path: string, head: Uint8Array, size = head.length): string {
  const name = variable(path);
  const file = quoted(path);
  const ending = /\.(\w{1,8})$/.exec(path)?.[1]?.toLowerCase() ?? "";
  const frame = (call: string) => `import pandas as pd\n\n${name} = ${call}\n${name}.head()`;
  if (/^(xlsx|xlsm|xls|ods)$/.test(ending))
    return `import pandas as pd\n\n${name} = pd.read_excel(${file}, sheet_name=None)  # all sheets, by name\n${name}`;
  if (ending === "parquet") return frame(`pd.read_parquet(${file})`);
  if (ending === "json") return `import json\n\n${name} = json.load(open(${file}, encoding="utf-8"))\n${name}`;
  if (ending === "jsonl" || ending === "ndjson") return frame(`pd.read_json(${file}, lines=True)`);
  if (/^(png|jpe?g|gif|webp|bmp|tiff?)$/.test(ending))
    return `from PIL import Image\n\n${name} = Image.open(${file})\n${name}`;
  const { encoding, separator, decimal, thousands } = sniff(head);
  if (
    !/^(csv|tsv|tab|dat|txt)$/.test(ending) ||
    (ending === "txt" && separator === "," && !decoded(head).text.includes(","))
  )
    return encoding === undefined && head.includes(0)
      ? `${name} = open(${file}, "rb").read()\nlen(${name})`
      : `${name} = open(${file}, encoding="${encoding ?? "utf-8"}").read()\nprint(${name}[:2000])`;
  const given = [
    file,
    separator !== "," && `sep=${quoted(separator)}`,
    encoding && `encoding="${encoding}"`,
    decimal === "," && `decimal=","`,
    thousands && `thousands="${thousands}"`,
    size > WHOLE_UP_TO && "nrows=100_000",
  ];
  return frame(`pd.read_csv(${given.filter(Boolean).join(", ")})`);
}

function decoded(head: Uint8Array): { text: string; encoding: string | undefined } {
  const [first, second] = head;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return { text: new TextDecoder(first === 0xff ? "utf-16le" : "utf-16be").decode(head), encoding: "utf-16" };
  try {
    // A letter may be cut at the end of the piece.
    const decoder = new TextDecoder("utf-8", { fatal: true });
    return { text: decoder.decode(head, { stream: true }), encoding: undefined };
  } catch {
    return { text: new TextDecoder("windows-1252").decode(head), encoding: "cp1252" };
  }
}

/** Fields of a line, separators in quotes left alone. */
function fields(line: string, separator: string): string[] {
  const found: string[] = [];
  let [start, inside] = [0, false];
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"') inside = !inside;
    else if (line[at] === separator && !inside) {
      found.push(line.slice(start, at));
      start = at + 1;
    }
  }
  found.push(line.slice(start));
  return found;
}

/** A name for what is in the file. */
function variable(path: string): string {
  const stem = (path.split("/").at(-1) ?? "").replace(/\.[^.]*$/, "").toLowerCase();
  const name = stem
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 30);
  return name === "" ? "data" : /^\d/.test(name) || KEYWORDS.has(name) ? `data_${name}` : name;
}

/** A Python string: JSON's escapes are Python's, too. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (char) =>
    /\p{L}|\p{N}/u.test(char) ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
