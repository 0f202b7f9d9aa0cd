// What starts and packages can do without at first: it is given once, to the frame, and kept here for every worker that there
// is. The road of a package's deferred files:
//
//   host:   the package is delivered, with a note that some of its files are deferred ─► PackageDelivery owes them
//           nothing runs, or a cell waits for them ("stalled") ─► they are fetched ─► "deferred"
//   frame:  Deferred ─► to each worker that has the package, as a piece
//                 └───► a page of them through shared memory, for a worker that can't hear while its cell runs
//   worker: its shelf of pieces, which Arrivals reads
//
// A snapshot's parts that starts can do without are here as well, and go to workers and through pages the same way.

import { Shelf } from "../common/shelf";
import { deferredOf, type Piece } from "../protocol/messages";
import { LATER_PARTS, SNAPSHOT } from "../protocol/snapshot";

/** Null where it can't be had; the next one that asks waits for it anew. */
export type Later = Blob | null;

export class Deferred {
  readonly #shelf = new Shelf<Later>();
  /** Names of what is here, or on its way. */
  readonly #known = new Set<string>();
  readonly #here = new Set<string>();

  /** `pieces`: what workers start from. */
  constructor(pieces: ReadonlyMap<string, Promise<Piece>>) {
    for (const name of LATER_PARTS.map((part) => SNAPSHOT[part])) {
      const piece = pieces.get(name);
      if (!piece) continue;
      this.#known.add(name); // it is on its way: who asks for a page of it waits
      void piece.then((part) => this.#put(name, part as Blob));
    }
  }

  /** The deferred files of a package have come, or can't be had. */
  put(name: string, files: Later): void {
    this.#put(deferredOf(name), files);
  }

  /** Those of a package, which are on their way. */
  of(name: string): Promise<Later> {
    this.#known.add(deferredOf(name));
    return this.#shelf.get(deferredOf(name));
  }

  /** What is asked for by the name of its piece, and whether it is here; undefined where nothing of that name ever comes. */
  find(piece: string): { blob: Promise<Later>; here: boolean } | undefined {
    if (!this.#known.has(piece)) return undefined;
    return { blob: this.#shelf.get(piece), here: this.#here.has(piece) };
  }

  #put(name: string, files: Later): void {
    this.#known.add(name);
    this.#shelf.put(name, files);
    if (files) this.#here.add(name);
    else this.#shelf.drop(name);
  }
}
