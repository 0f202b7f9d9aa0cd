// Writes WebAssembly modules (WebAssembly core specification, "Binary Format"): small ones, of which a start needs some, and
// what a capture makes.

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
