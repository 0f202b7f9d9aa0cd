// Reads images, of which some may be on its way: the sources, the tests, code that only some cells need.

import { whole } from "../common/blobs";
import { pageReader } from "../common/pager";
import type { WorkerMessage } from "../protocol/from-worker";
import { say } from "./channel";
import type { ReadImage } from "./image";

/** A stretch of an image that may come later. */
export interface Later {
  name: string;
  /** Bytes. */
  size: number;
}

/** Reads from what is on its way; blocks. */
type Paged = (name: string, offset: number, length: number) => Uint8Array<ArrayBuffer>;

/** Nothing of the cell may notice, so nothing of it goes on: the frame ends this worker and runs the cell in another one. */
function lack(page: Extract<WorkerMessage, { type: "page" }>): never {
  say(page);
  for (;;);
}

export class Arrivals {
  /** A cell has begun before all was here, in a worker that can't wait for more: what it lacks ends this Python. */
  early = false;
  readonly #here: (name: string) => Blob | undefined;
  readonly #paged: Paged | undefined;

  /**
   * `here`: what has come. `mailbox`: where the frame puts pages of what it has and this worker hasn't; without, all must
   * come in time.
   */
  constructor(mailbox: SharedArrayBuffer | null, here: (name: string) => Blob | undefined = () => undefined) {
    this.#here = here;
    if (!mailbox) return;
    this.#paged = (part, from, size) =>
      pageReader(mailbox, (offset, length) => say({ type: "page", part, offset, length }))(from, size);
  }

  /** An image that lies in these stretches, one behind the other. */
  reader(stretches: readonly (Blob | Later)[]): ReadImage {
    const files = new FileReaderSync();
    return (offset, length) => {
      if (length === 0) return new Uint8Array();
      let from = offset;
      for (const stretch of offset < 0 ? [] : stretches) {
        if (from < stretch.size) return this.#read(files, stretch, from, length);
        from -= stretch.size;
      }
      throw new Error("a file lies outside of its image");
    };
  }

  #read(files: FileReaderSync, stretch: Blob | Later, from: number, length: number): Uint8Array<ArrayBuffer> {
    const blob = stretch instanceof Blob ? stretch : this.#here(stretch.name);
    if (blob) {
      const piece = blob.slice(from, from + length);
      return new Uint8Array(whole(files.readAsArrayBuffer(piece), piece.size, "a file of the image"));
    }
    const { name } = stretch as Later;
    if (this.#paged) return this.#paged(name, from, length);
    if (this.early) lack({ type: "page", part: name, offset: from, length });
    throw new Error("a file of the image was needed before it had arrived");
  }
}
