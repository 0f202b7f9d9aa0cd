// Columns of a Parquet file: their names, kinds and the count of rows, out of its footer. Rows are read when they are asked for.

import { Bytes, textIn, Unreadable } from "./bytes";
import type { Column, RowReader, Table } from "./probe";

/** Columns that are told of, longest name in characters, elements of one list, and how deep things nest. */
const COLUMNS = 200;
const NAME_CHARS = 80;
const ELEMENTS = 100_000;
const DEPTH = 16;

/** Rows that are read at most. */
const MOST = 5_000_000;

/** Numbers of fields in the footer (parquet.thrift). */
const [SCHEMA, ROWS] = [2, 3];
const [TYPE, NAME, CHILDREN, CONVERTED, LOGICAL] = [1, 4, 5, 6, 10];

type Value = number | boolean | Uint8Array | Value[] | Map<number, Value>;

/** The table of a file. Throws `Unreadable` for one that is none, is damaged, or has its footer encrypted. */
export function parquetTable(all: Uint8Array): Table {
  const bytes = new Bytes(all);
  const end = bytes.length - 8;
  if (textIn(bytes.slice(end + 4, 4)) !== "PAR1") throw new Unreadable("It is no Parquet file.");
  const length = bytes.u32(end, true);
  const footer = new Compact(new Bytes(bytes.slice(end - length, length))).struct(0);
  const [schema, count] = [footer.get(SCHEMA), footer.get(ROWS)];
  if (!Array.isArray(schema) || typeof count !== "number") throw new Unreadable("Its footer has no schema.");
  const columns = columnsOf(schema);
  const rows: RowReader = async function* (wanted, most) {
    // Fetched when it is needed: few files are of this kind.
    const { parquetRows } = await import("./parquet-rows");
    const asked = wanted.map((at) => [at, columns[at]?.full ?? ""] as const);
    yield* parquetRows(all, asked, Math.min(most, count));
  };
  const told = columns.map(({ full: _, ...column }) => column);
  return { columns: told, named: true, count, rows: count <= MOST ? rows : null };
}

/** The columns right below the root; one that has parts of its own is one column of mixed kind. */
function columnsOf(schema: readonly Value[]): (Column & { full: string })[] {
  const columns: (Column & { full: string })[] = [];
  let within = 0;
  for (const element of schema.slice(1)) {
    if (!(element instanceof Map)) throw new Unreadable("Its schema has something that is no column.");
    const children = element.get(CHILDREN);
    const inner = typeof children === "number" ? children : 0;
    if (within > 0) {
      within += inner - 1;
      continue;
    }
    const name = element.get(NAME);
    if (!(name instanceof Uint8Array)) throw new Unreadable("Its schema has a column without a name.");
    const full = textIn(name);
    const kind = inner > 0 ? "mixed" : kindOf(element);
    if (columns.length < COLUMNS) columns.push({ name: full.slice(0, NAME_CHARS), kind, full });
    within = inner;
  }
  return columns;
}

/** A column's kind by its logical type, else by the older one, else by how it is stored. */
function kindOf(element: Map<number, Value>): Column["kind"] {
  const logical = element.get(LOGICAL);
  const [kind] = logical instanceof Map ? [...logical.keys()] : [];
  if (kind === 6 || kind === 7 || kind === 8) return "date";
  if (kind === 5 || kind === 10 || kind === 15) return "number";
  if (kind === 1 || kind === 4 || kind === 12 || kind === 14) return "text";
  const converted = element.get(CONVERTED);
  if (typeof converted === "number") {
    if (converted >= 6 && converted <= 10) return "date";
    if (converted === 5 || (converted >= 11 && converted <= 18)) return "number";
    if (converted === 0 || converted === 4 || converted === 19) return "text";
  }
  const type = element.get(TYPE);
  if (type === 0) return "boolean";
  // 96 bits are how older files store a moment.
  if (type === 3) return "date";
  return type === 6 || type === 7 ? "text" : "number";
}

/** Reads Thrift's compact protocol, whatever it describes. */
class Compact {
  #at = 0;

  constructor(readonly bytes: Bytes) {}

  struct(depth: number): Map<number, Value> {
    if (depth > DEPTH) throw new Unreadable("Its footer is nested too deep.");
    const fields = new Map<number, Value>();
    for (let id = 0; ; ) {
      const head = this.#byte();
      const type = head & 15;
      if (type === 0) return fields;
      id = head >> 4 ? id + (head >> 4) : this.#zigzag();
      // A truth is the type of its field.
      fields.set(id, type === 1 || type === 2 ? type === 1 : this.#value(type, depth + 1));
    }
  }

  #value(type: number, depth: number): Value {
    switch (type) {
      case 1:
      case 2:
        return this.#byte() === 1;
      case 3:
        return this.#byte();
      case 4:
      case 5:
      case 6:
        return this.#zigzag();
      case 7:
        return this.#skip(8);
      case 8:
        return this.#binary();
      case 9:
      case 10:
        return this.#list(depth);
      case 11:
        return this.#map(depth);
      case 12:
        return this.struct(depth);
      default:
        throw new Unreadable("Its footer has something of no known kind.");
    }
  }

  #list(depth: number): Value[] {
    if (depth > DEPTH) throw new Unreadable("Its footer is nested too deep.");
    const head = this.#byte();
    const size = head >> 4 === 15 ? this.#varint() : head >> 4;
    if (size > ELEMENTS) throw new Unreadable("Its footer has a list that is too long.");
    return Array.from({ length: size }, () => this.#value(head & 15, depth + 1));
  }

  #map(depth: number): Value[] {
    const size = this.#varint();
    if (size === 0) return [];
    if (size > ELEMENTS || depth > DEPTH) throw new Unreadable("Its footer has a table that is too large.");
    const types = this.#byte();
    return Array.from({ length: size * 2 }, (_, at) => this.#value(at % 2 ? types & 15 : types >> 4, depth + 1));
  }

  #binary(): Uint8Array {
    const size = this.#varint();
    const found = this.bytes.slice(this.#at, size);
    this.#at += size;
    return found;
  }

  #skip(bytes: number): number {
    this.bytes.slice(this.#at, bytes);
    this.#at += bytes;
    return 0;
  }

  #byte(): number {
    return this.bytes.u8(this.#at++);
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1, read = 0; read < 10; read++, factor *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new Unreadable("Its footer has a number that is too large.");
  }

  /** A number with its sign, as it is written: 0, -1, 1, -2, … */
  #zigzag(): number {
    const value = this.#varint();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }
}
