// Reads WebAssembly's binary format as far as splitting a module needs it (WebAssembly core specification, "Binary Format"):
// sections, what is imported and defined, where each function's body lies. Instructions stay unread.

import { type Bytes, SECTION, Writer } from "../../worker/wasm";

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
