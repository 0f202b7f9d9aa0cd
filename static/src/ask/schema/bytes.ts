// Bytes of a file that may be anything: read within their bounds, or not at all.

/** Thrown by readers of files for what isn't as it should be; the file then counts as unknown. */
export class Unreadable extends Error {}

/** Numbers out of bytes. Each read throws `Unreadable` beyond the end. */
export class Bytes {
  readonly #view: DataView;

  constructor(readonly all: Uint8Array) {
    this.#view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  }

  get length(): number {
    return this.all.byteLength;
  }

  u8(at: number): number {
    return this.#within(at, 1).getUint8(at);
  }

  u16(at: number, little = false): number {
    return this.#within(at, 2).getUint16(at, little);
  }

  u32(at: number, little = false): number {
    return this.#within(at, 4).getUint32(at, little);
  }

  slice(from: number, length: number): Uint8Array {
    this.#within(from, length);
    return this.all.subarray(from, from + length);
  }

  #within(at: number, length: number): DataView {
    if (!(at >= 0 && length >= 0 && at + length <= this.length)) throw new Unreadable("It ends too soon.");
    return this.#view;
  }
}

/** A text of UTF-8, or of what else is named. */
export const textIn = (bytes: Uint8Array, encoding = "utf-8"): string => new TextDecoder(encoding).decode(bytes);
