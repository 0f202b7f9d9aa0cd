// Rows of delimited text (CSV, TSV) as RFC 4180 has them, one after the other; whoever stops listening stops the reading.

/** What may stand between cells, the likeliest first. */
const DELIMITERS = [",", ";", "\t", "|"];

/** Cells of a row, and characters of a cell, that are kept; what is beyond is passed over. */
const CELLS = 1_000;
const CELL_CHARS = 10_000;

/** The delimiter of a text: the one that its first line has most of. */
export function delimiterOf(text: string): string {
  const counts = DELIMITERS.map((delimiter) => {
    let count = 0;
    let quoted = false;
    for (let at = 0; at < text.length && at < 20_000; at++) {
      const char = text[at];
      if (char === '"') quoted = !quoted;
      if (quoted) continue;
      if (char === "\n" || char === "\r") break;
      if (char === delimiter) count++;
    }
    return count;
  });
  return DELIMITERS[counts.indexOf(Math.max(...counts))] as string;
}

/** The rows of a text. Lines without anything are none. */
export function* rowsOf(text: string, delimiter: string): Generator<string[]> {
  const mark = delimiter.charCodeAt(0);
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let row: string[] = [];
  while (at < text.length) {
    let cell: string;
    if (text.charCodeAt(at) === 34) {
      [cell, at] = quotedCell(text, at + 1);
    } else {
      const from = at;
      while (at < text.length && !ends(text.charCodeAt(at), mark)) at++;
      cell = text.slice(from, Math.min(at, from + CELL_CHARS));
    }
    // What follows a closing quote belongs to nothing.
    while (at < text.length && !ends(text.charCodeAt(at), mark)) at++;
    if (row.length < CELLS) row.push(cell);
    if (text.charCodeAt(at) === mark) {
      at++;
      if (at < text.length) continue;
      if (row.length < CELLS) row.push("");
    }
    if (text.charCodeAt(at) === 13 && text.charCodeAt(at + 1) === 10) at++;
    at++;
    if (row.length > 1 || row[0] !== "") yield row;
    row = [];
  }
}

const ends = (code: number, mark: number): boolean => code === mark || code === 10 || code === 13;

/** A cell in quotes, and where what follows its last one begins. */
function quotedCell(text: string, from: number): [cell: string, at: number] {
  const parts: string[] = [];
  let chars = 0;
  for (let at = from; ; ) {
    const quote = text.indexOf('"', at);
    const end = quote < 0 ? text.length : quote;
    if (chars < CELL_CHARS) parts.push(text.slice(at, Math.min(end, at + CELL_CHARS)));
    chars += end - at;
    if (text.charCodeAt(end + 1) !== 34) return [parts.join(""), end + 1];
    parts.push('"');
    at = end + 2;
  }
}
