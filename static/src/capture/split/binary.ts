// WebAssembly's binary format as far as splitting a module needs it (WebAssembly core specification, "Binary Format"):
// sections, what is imported and defined, where each function's body lies. Instructions stay unread.

/** Section numbers. */
export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

/** The order in which the specification wants them. */
export const ORDER: readonly number[] = [
  SECTION.type,
  SECTION.import,
  SECTION.function,
  SECTION.table,
  SECTION.memory,
  SECTION.tag,
  SECTION.global,
  SECTION.export,
  SECTION.start,
  SECTION.element,
  SECTION.dataCount,
  SECTION.code,
  SECTION.data,
];

/** Kinds of imports and exports. */
export const KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;

export type Bytes = Uint8Array<ArrayBuffer>;

/** Reads numbers and pieces one behind the other. Throws a RangeError behind the end. */
export class Reader {
  readonly bytes: Bytes;
  at: number;
  readonly end: number;

  constructor(bytes: Bytes, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get more(): boolean {
    return this.at < this.end;
  }

  byte(): number {
    if (this.at >= this.end) throw new RangeError("the module ends too early");
    return this.bytes[this.at++] as number;
  }

  /** An unsigned number in LEB128. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  /** A part of the module, not copied. */
  piece(length: number): Bytes {
    const from = this.skip(length);
    return this.bytes.subarray(from, this.at);
  }

  /** Gives where it was. */
  skip(length: number): number {
    const from = this.at;
    if (length > this.end - from) throw new RangeError("the module ends too early");
    this.at += length;
    return from;
  }

  /** What lies between a place and here. */
  since(from: number): Bytes {
    return this.bytes.subarray(from, this.at);
  }

  text(): string {
    return new TextDecoder().decode(this.piece(this.number()));
  }
}

/** Something that is being written, byte by byte into one buffer. */
export class Writer {
  #bytes: Bytes;
  #length = 0;

  /** `room`: so many bytes are expected. */
  constructor(room = 64) {
    this.#bytes = new Uint8Array(room);
  }

  /** Bytes written. */
  get length(): number {
    return this.#length;
  }

  /** Single bytes. */
  bytes(...values: number[]): this {
    const at = this.#take(values.length);
    for (let position = 0; position < values.length; position++)
      this.#bytes[at + position] = values[position] as number;
    return this;
  }

  /** An unsigned number in LEB128. */
  number(value: number): this {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#put((rest % 0x80) | 0x80);
    return this.#put(rest);
  }

  /** A whole number of at least 0 as an operand of i32.const, which is signed. */
  signed(value: number): this {
    let rest = value;
    for (; rest >= 0x40; rest = Math.floor(rest / 0x80)) this.#put((rest % 0x80) | 0x80);
    return this.#put(rest);
  }

  text(value: string): this {
    const encoded = new TextEncoder().encode(value);
    return this.number(encoded.length).piece(encoded);
  }

  piece(bytes: Uint8Array): this {
    const at = this.#take(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** Something with its length ahead. */
  sized(inner: Writer): this {
    return this.number(inner.#length).piece(inner.done());
  }

  /** What has been written. It shares the writer's buffer, which is over with this. */
  done(): Bytes {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Makes it empty again. */
  clear(): this {
    this.#length = 0;
    return this;
  }

  #put(byte: number): this {
    const at = this.#take(1);
    this.#bytes[at] = byte;
    return this;
  }

  /** Makes room; gives where it begins. */
  #take(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return at;
  }
}

/** A vector as it stands in a module: how many entries, and their bytes. */
export interface Entries {
  count: number;
  bytes: Bytes;
}

/** What a section holds once entries were put behind its own. */
export function appended({ count, bytes }: Entries, more: number, added: Bytes): Bytes {
  return new Writer()
    .number(count + more)
    .piece(bytes)
    .piece(added)
    .done();
}

const NONE: Entries = { count: 0, bytes: new Uint8Array() };

/** The sections of a module by number; custom ones by name. */
export class Sections {
  readonly #known = new Map<number, Bytes>();
  readonly custom = new Map<string, Bytes>();

  /** Throws for what isn't a module. */
  constructor(module: Bytes) {
    const reader = new Reader(module);
    const [magic, version] = [reader.piece(4), reader.piece(4)];
    if (new TextDecoder().decode(magic) !== "\0asm" || version[0] !== 1) throw new TypeError("this is no module");
    while (reader.more) {
      const number = reader.byte();
      const content = reader.piece(reader.number());
      if (number !== SECTION.custom) this.#known.set(number, content);
      else {
        const inner = new Reader(content);
        this.custom.set(inner.text(), content);
      }
    }
  }

  get(section: number): Bytes | undefined {
    return this.#known.get(section);
  }

  entries(section: number): Entries {
    const content = this.#known.get(section);
    if (!content) return NONE;
    const reader = new Reader(content);
    return { count: reader.number(), bytes: content.subarray(reader.at) };
  }
}

/** Puts a module together, in a buffer of its own. `custom` goes ahead of everything else, each with its name in it. */
export function assemble(sections: ReadonlyMap<number, Bytes>, custom: readonly Bytes[]): Bytes {
  const all: [number, Bytes][] = custom.map((content) => [SECTION.custom, content]);
  for (const section of ORDER) {
    const content = sections.get(section);
    if (content) all.push([section, content]);
  }
  const length = all.reduce((sum, [, content]) => sum + content.length + 8, 8);
  const whole = new Writer(length).bytes(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  for (const [section, content] of all) whole.bytes(section).number(content.length).piece(content);
  return whole.done();
}
