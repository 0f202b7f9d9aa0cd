// Tables of an SQLite database: their names, columns and counts of rows, out of its file (format 3). No row is read.

import { Bytes, textIn, Unreadable } from "./bytes";
import type { Column, Part } from "./probe";

/** Tables and columns that are told of; pages that are looked at. */
const TABLES = 100;
const COLUMNS = 200;
const PAGES = 100_000;

/** Longest statement that is read, in bytes, and longest name, in characters. */
const STATEMENT_BYTES = 100_000;
const NAME_CHARS = 80;

/** Kinds of pages of a B-tree. */
const [INDEX_INTERIOR, TABLE_INTERIOR, INDEX_LEAF, TABLE_LEAF] = [2, 5, 10, 13];

/** The tables of a database. Throws `Unreadable` for a file that is none, or that is damaged. */
export function sqliteTables(all: Uint8Array): Part[] {
  const file = new Database(new Bytes(all));
  const parts: Part[] = [];
  for (const { name, root, sql } of file.tables()) {
    const columns = columnsIn(sql);
    if (!columns.length || parts.length === TABLES) continue;
    parts.push({ name, table: { columns, named: true, count: file.count(root), rows: null } });
  }
  return parts;
}

class Database {
  readonly #size: number;
  readonly #usable: number;
  readonly #encoding: string;
  #pages = 0;

  constructor(readonly bytes: Bytes) {
    if (textIn(bytes.slice(0, 16), "latin1") !== "SQLite format 3\0") throw new Unreadable("It is no database.");
    const size = bytes.u16(16);
    this.#size = size === 1 ? 65_536 : size;
    this.#usable = this.#size - bytes.u8(20);
    this.#encoding = ["utf-8", "utf-16le", "utf-16be"][bytes.u32(56) - 1] ?? "utf-8";
    if (this.#size < 512 || (this.#size & (this.#size - 1)) !== 0 || this.#usable < 480)
      throw new Unreadable("Its pages have no size that can be.");
  }

  /** Tables of people, as the schema's own table has them. */
  *tables(): Generator<{ name: string; root: number; sql: string }> {
    for (const { page, at } of this.#pagesOf(1)) {
      if (this.bytes.u8(at) !== TABLE_LEAF) continue;
      for (let cell = 0; cell < this.bytes.u16(at + 3); cell++) {
        const [type, name, , root, sql] = this.#record(page + this.bytes.u16(at + 8 + 2 * cell));
        if (type !== "table" || typeof name !== "string" || name.startsWith("sqlite_")) continue;
        if (typeof root === "number" && root > 0 && typeof sql === "string")
          yield { name: name.slice(0, NAME_CHARS), root, sql };
      }
    }
  }

  /** Rows of the tree that begins at a page. */
  count(root: number): number {
    let rows = 0;
    for (const { at } of this.#pagesOf(root)) {
      const kind = this.bytes.u8(at);
      // Of tables without a row's id the inner pages have rows, too.
      if (kind !== TABLE_INTERIOR) rows += this.bytes.u16(at + 3);
    }
    return rows;
  }

  /** All pages of a tree: where each begins, and where its header does. */
  *#pagesOf(root: number): Generator<{ page: number; at: number }> {
    const waiting = [root];
    for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
      if (number < 1 || ++this.#pages > PAGES) throw new Unreadable("Its pages lead nowhere, or in a circle.");
      const page = (number - 1) * this.#size;
      const at = number === 1 ? page + 100 : page;
      const kind = this.bytes.u8(at);
      if (kind === TABLE_INTERIOR || kind === INDEX_INTERIOR) {
        // The last child first, so that the first one is looked at next.
        waiting.push(this.bytes.u32(at + 8));
        for (let cell = this.bytes.u16(at + 3) - 1; cell >= 0; cell--)
          waiting.push(this.bytes.u32(page + this.bytes.u16(at + 12 + 2 * cell)));
      } else if (kind !== TABLE_LEAF && kind !== INDEX_LEAF) {
        throw new Unreadable("It has a page of no known kind.");
      }
      yield { page, at };
    }
  }

  /** The texts and whole numbers of a record. */
  #record(cell: number): (string | number | null)[] {
    const [length, afterLength] = this.#varint(this.bytes, cell);
    const [, from] = this.#varint(this.bytes, afterLength);
    const payload = new Bytes(this.#payload(from, length));
    const [head, first] = this.#varint(payload, 0);
    const values: (string | number | null)[] = [];
    let [at, body] = [first, head];
    while (at < head && values.length < 16) {
      const [type, next] = this.#varint(payload, at);
      at = next;
      const size = type >= 12 ? Math.floor((type - 12) / 2) : ([0, 1, 2, 3, 4, 6, 8, 8, 0, 0][type] ?? 0);
      if (type >= 13 && type % 2 === 1) values.push(textIn(payload.slice(body, size), this.#encoding));
      else if (type >= 1 && type <= 4)
        values.push(payload.slice(body, size).reduce((sum, byte) => sum * 256 + byte, 0));
      else values.push(type === 8 || type === 9 ? type - 8 : null);
      body += size;
    }
    return values;
  }

  /** A record's bytes; what has no room in its page lies on others, one leading to the next. */
  #payload(from: number, length: number): Uint8Array {
    if (length > STATEMENT_BYTES) throw new Unreadable("It has a statement that is too long.");
    const most = this.#usable - 35;
    if (length <= most) return this.bytes.slice(from, length);
    const least = Math.floor(((this.#usable - 12) * 32) / 255) - 23;
    const fitting = least + ((length - least) % (this.#usable - 4));
    const here = fitting <= most ? fitting : least;
    const whole = new Uint8Array(length);
    whole.set(this.bytes.slice(from, here));
    let page = this.bytes.u32(from + here);
    for (let done = here; done < length; ) {
      if (page < 1 || ++this.#pages > PAGES) throw new Unreadable("Its pages lead nowhere, or in a circle.");
      const at = (page - 1) * this.#size;
      const piece = Math.min(this.#usable - 4, length - done);
      whole.set(this.bytes.slice(at + 4, piece), done);
      page = this.bytes.u32(at);
      done += piece;
    }
    return whole;
  }

  /** A number of one to nine bytes, and where what follows begins. */
  #varint(bytes: Bytes, at: number): [value: number, next: number] {
    let value = 0;
    for (let read = 0; read < 9; read++) {
      const byte = bytes.u8(at + read);
      value = value * 128 + (byte & 127);
      if (byte < 128) return [value, at + read + 1];
    }
    throw new Unreadable("It has a number that is too large.");
  }
}

/** Words that begin a rule for the whole table. */
const RULES = new Set(["constraint", "primary", "unique", "check", "foreign"]);

/** Words that end a column's type. */
const ENDS = new Set([...RULES, "not", "null", "default", "collate", "references", "generated", "as"]);

/** The words of a column's type. */
function typeIn(words: readonly string[]): string {
  const end = words.findIndex((word) => ENDS.has(word.toLowerCase()));
  return words.slice(0, end < 0 ? 5 : Math.min(end, 5)).join(" ");
}

/** Columns of a CREATE TABLE statement, as it declares them. Of other statements there are none. */
function columnsIn(sql: string): Column[] {
  const columns: Column[] = [];
  let [depth, quiet] = [0, true];
  let words: string[] = [];
  const close = (): void => {
    const [name = "", ...rest] = words;
    if (name !== "" && !(quiet && RULES.has(name.toLowerCase())) && columns.length < COLUMNS)
      columns.push({ name: name.slice(0, NAME_CHARS), kind: kindIn(typeIn(rest)) });
    words = [];
  };
  for (const { text, quoted } of wordsIn(sql)) {
    if (depth === 0 && !quoted && text.toLowerCase() === "virtual") return [];
    if (!quoted && text === "(") {
      depth++;
    } else if (!quoted && text === ")") {
      depth--;
      if (depth === 0) {
        close();
        return columns;
      }
    } else if (depth === 1 && !quoted && text === ",") {
      close();
    } else if (depth === 1) {
      if (!words.length) quiet = !quoted;
      words.push(text);
    }
  }
  return [];
}

/** A column's kind by the type that it declares, as SQLite itself judges it. */
function kindIn(type: string): Column["kind"] {
  const low = type.toLowerCase();
  if (/\bbool/.test(low)) return "boolean";
  if (/\b(?:date|time)/.test(low)) return "date";
  if (/int|real|floa|doub|num|dec/.test(low)) return "number";
  return /char|clob|text/.test(low) ? "text" : "mixed";
}

/** Words and signs of a statement, without comments. */
function* wordsIn(sql: string): Generator<{ text: string; quoted: boolean }> {
  const ends: Readonly<Record<string, string>> = { '"': '"', "`": "`", "'": "'", "[": "]" };
  for (let at = 0; at < sql.length; ) {
    const char = sql[at] as string;
    const end = ends[char];
    if (sql.startsWith("--", at) || sql.startsWith("/*", at)) {
      const stop = sql.indexOf(char === "-" ? "\n" : "*/", at + 2);
      at = stop < 0 ? sql.length : stop + (char === "-" ? 1 : 2);
    } else if (end !== undefined) {
      const parts: string[] = [];
      let stop = sql.indexOf(end, at + 1);
      // A quote within is written twice.
      while (end !== "]" && stop >= 0 && sql[stop + 1] === end) {
        parts.push(sql.slice(at + 1, stop + 1));
        at = stop + 1;
        stop = sql.indexOf(end, at + 1);
      }
      parts.push(sql.slice(at + 1, stop < 0 ? sql.length : stop));
      yield { text: parts.join(""), quoted: true };
      at = stop < 0 ? sql.length : stop + 1;
    } else if (/[\w$\u0080-\uffff]/.test(char)) {
      let stop = at + 1;
      while (stop < sql.length && /[\w$\u0080-\uffff]/.test(sql[stop] as string)) stop++;
      yield { text: sql.slice(at, stop), quoted: false };
      at = stop;
    } else {
      if (char === "(" || char === ")" || char === ",") yield { text: char, quoted: false };
      at++;
    }
  }
}
