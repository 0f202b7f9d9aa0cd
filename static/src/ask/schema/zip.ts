// Files within a ZIP, unpacked to a limit.

import { Bytes, textIn, Unreadable } from "./bytes";

/** Bytes of one file when it is unpacked, and files, at most. */
const UNPACKED = 64_000_000;
const FILES = 5_000;

/** Reads files of a ZIP by their names. Throws `Unreadable` for what is none. */
export class Zip {
  readonly #bytes: Bytes;
  readonly #files = new Map<string, { at: number; size: number; packed: boolean }>();

  constructor(all: Uint8Array) {
    this.#bytes = new Bytes(all);
    const end = this.#end();
    const count = this.#bytes.u16(end + 10, true);
    if (count > FILES) throw new Unreadable("It has too many files.");
    let at = this.#bytes.u32(end + 16, true);
    for (let one = 0; one < count; one++) {
      if (this.#bytes.u32(at, true) !== 0x02014b50) throw new Unreadable("Its list of files is damaged.");
      const [name, extra, comment] = [28, 30, 32].map((field) => this.#bytes.u16(at + field, true)) as [
        number,
        number,
        number,
      ];
      const method = this.#bytes.u16(at + 10, true);
      const path = textIn(this.#bytes.slice(at + 46, name));
      const size = this.#bytes.u32(at + 20, true);
      // An encrypted file is one that can't be read.
      if ((method === 0 || method === 8) && !(this.#bytes.u16(at + 8, true) & 1))
        this.#files.set(path, { at: this.#bytes.u32(at + 42, true), size, packed: method === 8 });
      at += 46 + name + extra + comment;
    }
  }

  /** A file's text; null where there is none of that name. */
  async text(path: string): Promise<string | null> {
    const file = this.#files.get(path);
    if (!file) return null;
    const { at, size, packed } = file;
    if (this.#bytes.u32(at, true) !== 0x04034b50) throw new Unreadable("A file in it is damaged.");
    const from = at + 30 + this.#bytes.u16(at + 26, true) + this.#bytes.u16(at + 28, true);
    const bytes = this.#bytes.slice(from, size);
    if (!packed) return textIn(bytes);
    return unpacked(bytes);
  }

  /** Where the list of files ends; a comment of up to 64 KiB may follow. */
  #end(): number {
    const least = Math.max(0, this.#bytes.length - 22 - 65_535);
    for (let at = this.#bytes.length - 22; at >= least; at--) if (this.#bytes.u32(at, true) === 0x06054b50) return at;
    throw new Unreadable("It is no ZIP.");
  }
}

async function unpacked(bytes: Uint8Array): Promise<string> {
  const reader = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let total = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return parts.join("") + decoder.decode();
      total += value.byteLength;
      if (total > UNPACKED) throw new Unreadable("A file in it is too large.");
      parts.push(decoder.decode(value, { stream: true }));
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error instanceof Unreadable ? error : new Unreadable("A file in it can't be unpacked.");
  }
}
