// What a module imports and defines, in the index spaces of its instructions.

import { type Bytes, KIND, SECTION, Writer } from "../../worker/wasm";
import { Reader, Sections } from "./binary";

/** A function's body: [from, to) are its local variables and instructions, without the length ahead of them. */
export interface Body {
  /** Index of its type. */
  type: number;
  from: number;
  to: number;
}

/** Value types of parameters and results. */
export interface FunctionType {
  parameters: Bytes;
  results: Bytes;
}

export interface Global {
  /** Its value type and whether it is mutable, as in an import. */
  type: Bytes;
  mutable: boolean;
  /** All of its definition. */
  whole: Bytes;
}

export interface Code {
  sections: Sections;
  types: FunctionType[];
  /** Imported ones, by kind: indices of what is defined begin behind them. */
  imported: number[];
  /** Types and names of the imported functions, by index. */
  importedTypes: number[];
  importedNames: string[];
  /** Types of the tables, memories and tags that are defined, as in an import. */
  tables: Bytes[];
  memories: Bytes[];
  tags: Bytes[];
  globals: Global[];
  bodies: Body[];
  /** The content of the code section, in which the bodies lie. */
  code: Bytes;
}

export const FUNCTION_TYPE = 0x60;

/** Value types of one byte: numbers, vectors, references without an index. */
const isSimple = (type: number): boolean => type >= 0x64 && type <= 0x7f;

function valueType(reader: Reader): number {
  const type = reader.byte();
  // 0x63 and 0x64 have a heap type behind them.
  if (!isSimple(type) || type === 0x64) throw new TypeError(`a value type ${type} is not known here`);
  return type;
}

function limits(reader: Reader): void {
  const flags = reader.byte();
  reader.number();
  if (flags & 1) reader.number();
}

function tableType(reader: Reader): void {
  valueType(reader);
  limits(reader);
}

/** The index of each export of a kind, by name. */
export function exportsOf({ sections }: Code, kind: number): Map<string, number> {
  const found = new Map<string, number>();
  pieces(sections, SECTION.export, (reader) => {
    const name = new TextDecoder().decode(reader.piece(reader.number()));
    const its = reader.byte();
    const index = reader.number();
    if (its === kind) found.set(name, index);
  });
  return found;
}

/** A table's type with room for so many entries; what it may grow to stays. */
export function roomier(type: Bytes, length: number): Bytes {
  const reader = new Reader(type);
  const into = new Writer().bytes(valueType(reader), reader.byte());
  const least = reader.number();
  return into
    .number(Math.max(least, length))
    .piece(reader.piece(type.length - reader.at))
    .done();
}

/** Skips a constant expression. */
function constant(reader: Reader): void {
  for (;;) {
    const operation = reader.byte();
    if (operation === 0x0b) return;
    if (operation === 0x43) reader.skip(4);
    else if (operation === 0x44) reader.skip(8);
    // i32.const, i64.const, global.get, ref.null, ref.func: one number
    else if ([0x41, 0x42, 0x23, 0xd0, 0xd2].includes(operation)) reader.number();
    // add, sub and mul of both integers
    else if (![0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e].includes(operation)) {
      throw new TypeError(`an operation ${operation} in a constant is not known here`);
    }
  }
}

/** Calls `each` with a reader for each entry of a section; gives what each has taken. */
function pieces(sections: Sections, section: number, each: (reader: Reader) => void): Bytes[] {
  const { count, bytes } = sections.entries(section);
  const reader = new Reader(bytes);
  return Array.from({ length: count }, () => {
    const from = reader.at;
    each(reader);
    return reader.since(from);
  });
}

function imports(sections: Sections): Pick<Code, "imported" | "importedTypes" | "importedNames"> {
  const imported = [0, 0, 0, 0, 0];
  const importedTypes: number[] = [];
  const importedNames: string[] = [];
  pieces(sections, SECTION.import, (reader) => {
    reader.skip(reader.number());
    const name = reader.text();
    const kind = reader.byte();
    if (kind === KIND.function) {
      importedTypes.push(reader.number());
      importedNames.push(name);
    } else if (kind === KIND.table) tableType(reader);
    else if (kind === KIND.memory) limits(reader);
    else if (kind === KIND.global) {
      valueType(reader);
      reader.byte();
    } else if (kind === KIND.tag) {
      reader.byte();
      reader.number();
    } else throw new TypeError(`an import of kind ${kind} is not known here`);
    imported[kind] = (imported[kind] ?? 0) + 1;
  });
  return { imported, importedTypes, importedNames };
}

function globals(sections: Sections): Global[] {
  const found: Global[] = [];
  pieces(sections, SECTION.global, (reader) => {
    const from = reader.at;
    valueType(reader);
    const mutable = reader.byte() === 1;
    const type = reader.since(from);
    constant(reader);
    found.push({ type, mutable, whole: reader.since(from) });
  });
  return found;
}

function functionTypes(sections: Sections): FunctionType[] {
  const found: FunctionType[] = [];
  pieces(sections, SECTION.type, (reader) => {
    if (reader.byte() !== FUNCTION_TYPE) throw new TypeError("a type that is no function's is not known here");
    const types = (): Bytes => {
      const length = reader.number();
      const from = reader.at;
      for (let position = 0; position < length; position++) valueType(reader);
      return reader.since(from);
    };
    found.push({ parameters: types(), results: types() });
  });
  return found;
}

/** Reads a module. Throws for one that uses what is not known here. */
export function readCode(module: Bytes): Code {
  const sections = new Sections(module);
  const { count, bytes: code } = sections.entries(SECTION.code);
  const types = new Reader(sections.entries(SECTION.function).bytes);
  const lengths = new Reader(code);
  const bodies: Body[] = [];
  // By the ten thousand: nothing else is made for each.
  for (let position = 0; position < count; position++) {
    const length = lengths.number();
    const from = lengths.skip(length);
    bodies.push({ type: types.number(), from, to: from + length });
  }
  return {
    sections,
    types: functionTypes(sections),
    ...imports(sections),
    tables: pieces(sections, SECTION.table, tableType),
    memories: pieces(sections, SECTION.memory, limits),
    tags: pieces(sections, SECTION.tag, (reader) => {
      reader.byte();
      reader.number();
    }),
    globals: globals(sections),
    bodies,
    code,
  };
}

/** Value types of a function's parameters and local variables, by index. */
export function localTypes({ code, types }: Code, { type, from, to }: Body): number[] {
  const found = [...(types[type]?.parameters ?? [])];
  const reader = new Reader(code, from, to);
  for (let groups = reader.number(); groups > 0; groups--) {
    const length = reader.number();
    const local = valueType(reader);
    for (let left = length; left > 0; left--) found.push(local);
  }
  return found;
}

/** A reader of a function's instructions, behind its local variables. */
export function instructions({ code }: Code, { from, to }: Body): Reader {
  return behindLocals(code, from, to);
}

/** The same for a function that lies somewhere else. */
export function behindLocals(bytes: Bytes, from = 0, to = bytes.length): Reader {
  const reader = new Reader(bytes, from, to);
  for (let groups = reader.number(); groups > 0; groups--) {
    reader.number();
    reader.byte();
  }
  return reader;
}
