// Tables of an SQLite database: their names, columns and counts of rows, and rows where they are asked for, out of its file
// (format 3).

import { Bytes, textIn, Unreadable } from "./bytes";
import type { Column, Part, RowReader, Rows } from "./probe";

/** Tables and columns that are told of; pages that are looked at. */
const TABLES = 100;
const COLUMNS = 200;
const PAGES = 100_000;

/** Longest statement that is read, in bytes, and longest name, in characters. */
const STATEMENT_BYTES = 100_000;
const ROW_BYTES = 64_000_000;
const NAME_CHARS = 80;

/** Bytes of a value by its type, below the types of texts and bytes. */
const SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

/** Kinds of pages of a B-tree. */
const [INDEX_INTERIOR, TABLE_INTERIOR, INDEX_LEAF, TABLE_LEAF] = [2, 5, 10, 13];

/** The tables of a database. Throws `Unreadable` for a file that is none, or that is damaged. */
export function sqliteTables(all: Uint8Array): Part[] {
  const file = new Database(new Bytes(all));
  const parts: Part[] = [];
  for (const { name, root, sql } of file.tables()) {
    const declared = columnsIn(sql);
    if (!declared.length || parts.length === TABLES) continue;
    const columns = declared.map(({ name: column, kind }) => ({ name: column.slice(0, NAME_CHARS), kind }));
    const rows: RowReader = (wanted, most) => [new Database(new Bytes(all)).rows(root, declared, wanted, most)];
    // Cells of a table without rows' ids, or with columns that are computed, lie in other places than they are declared.
    const plain = file.isTable(root) && !declared.some(({ computed }) => computed);
    parts.push({ name, table: { columns, named: true, count: file.count(root), rows: plain ? rows : null } });
  }
  return parts;
}

/** A column as its statement declares it. */
interface Declared extends Column {
  /** Its type is INTEGER, by which a key is the row's id. */
  whole: boolean;
  /** It is the row's id, which no record has. */
  id: boolean;
  /** Records that are older than the column lack it, and then it isn't empty. */
  filled: boolean;
  computed: boolean;
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
        const { values } = this.#record(page + this.bytes.u16(at + 8 + 2 * cell), 5, STATEMENT_BYTES);
        const [type, name, , root, sql] = values;
        if (type !== "table" || typeof name !== "string" || name.startsWith("sqlite_")) continue;
        if (typeof root === "number" && root > 0 && typeof sql === "string")
          yield { name: name.slice(0, NAME_CHARS), root, sql };
      }
    }
  }

  isTable(root: number): boolean {
    const at = (root - 1) * this.#size + (root === 1 ? 100 : 0);
    return [TABLE_INTERIOR, TABLE_LEAF].includes(this.bytes.u8(at));
  }

  /** The rows of a table, cells as texts. */
  *rows(
    root: number,
    columns: readonly Declared[],
    wanted: readonly number[],
    most: number,
  ): Rows & Generator<string[]> {
    const last = Math.max(-1, ...wanted);
    let read = 0;
    for (const { page, at } of this.#pagesOf(root)) {
      if (this.bytes.u8(at) !== TABLE_LEAF) continue;
      for (let cell = 0; cell < this.bytes.u16(at + 3); cell++) {
        if (read++ >= most) return;
        const { id, values } = this.#record(page + this.bytes.u16(at + 8 + 2 * cell), last + 1, ROW_BYTES);
        yield columns.slice(0, last + 1).map((column, place) => {
          if (column.id) return String(id);
          if (place >= values.length && column.filled) throw new Unreadable("It has rows older than a column.");
          return String(values[place] ?? "");
        });
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

  /** A row's id, and the first values of its record; of bytes a sign that there are some. */
  #record(
    cell: number,
    most: number,
    longest: number,
  ): { id: number | bigint; values: (string | number | bigint | null)[] } {
    const [length, afterLength] = this.#varint(this.bytes, cell);
    const [id, from] = this.#varint(this.bytes, afterLength);
    const payload = new Bytes(this.#payload(from, length, longest));
    const [head, first] = this.#varint(payload, 0);
    const values: (string | number | bigint | null)[] = [];
    let [at, body] = [first, head];
    while (at < head && values.length < most) {
      const [type, next] = this.#varint(payload, at);
      at = next;
      const size = type >= 12 ? Math.floor((type - 12) / 2) : (SIZES[type] ?? 0);
      values.push(this.#value(type, payload.slice(body, size)));
      body += size;
    }
    // The eight bytes of a negative one read as a large one.
    return { id: id < 2 ** 63 ? id : BigInt.asIntN(64, BigInt(id)), values };
  }

  #value(type: number, bytes: Uint8Array): string | number | bigint | null {
    if (type >= 12) return type % 2 === 1 ? textIn(bytes, this.#encoding) : "{…}";
    if (type === 7) return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0);
    if (type >= 1 && type <= 6) {
      if (bytes.length === 8) return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0);
      const whole = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
      return (bytes[0] as number) < 128 ? whole : whole - 256 ** bytes.length;
    }
    return type === 8 || type === 9 ? type - 8 : null;
  }

  /** A record's bytes; what has no room in its page lies on others, one leading to the next. */
  #payload(from: number, length: number, longest: number): Uint8Array {
    if (length > longest) throw new Unreadable("It has a record that is too long.");
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
    for (let read = 0; read < 8; read++) {
      const byte = bytes.u8(at + read);
      value = value * 128 + (byte & 127);
      if (byte < 128) return [value, at + read + 1];
    }
    // The ninth has eight bits.
    return [value * 256 + bytes.u8(at + 8), at + 9];
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
function columnsIn(sql: string): Declared[] {
  const columns: Declared[] = [];
  let [depth, quiet] = [0, true];
  let words: string[] = [];
  let inner: string[] = [];
  const close = (): void => {
    const [name = "", ...rest] = words;
    const low = rest.map((word) => word.toLowerCase());
    if (name !== "" && quiet && RULES.has(name.toLowerCase())) {
      // "PRIMARY KEY (id)" as a rule of its own.
      const [first, second] = inner;
      const keyed = second === undefined && [name.toLowerCase(), ...low].includes("primary");
      const key = keyed ? columns.find((column) => column.name.toLowerCase() === first?.toLowerCase()) : undefined;
      if (key?.whole) key.id = true;
    } else if (name !== "" && columns.length < COLUMNS) {
      const type = typeIn(rest);
      const whole = type.toLowerCase() === "integer";
      columns.push({
        name,
        kind: kindIn(type),
        whole,
        id: whole && low.includes("primary") && !low.includes("desc"),
        filled: low.includes("default"),
        computed: low.includes("generated") || low.includes("as"),
      });
    }
    [words, inner] = [[], []];
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
    } else if (depth === 2 && text !== ",") {
      inner.push(text);
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
