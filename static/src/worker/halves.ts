// The cold halves of the modules that a restored interpreter consists of: each is loaded when one of its functions is
// first called, in the middle of whatever runs.

import { assemble, KIND, SECTION } from "../capture/split/binary";
import { cold } from "../capture/split/cold";
import { EXPORTS, HOT_SECTION, isOwn, SHARED, sharing } from "../capture/split/shared";
import { letGo } from "../protocol/buffers";

/** What user code may put others in the place of. */
const { Module, Instance } = WebAssembly;
const customSections = WebAssembly.Module.customSections;

/** Gives the original of a module: the main one is 0, libraries follow in their order. Blocks. */
export type ReadOriginal = (id: number) => Uint8Array<ArrayBuffer>;

/** A cold half that somebody else has compiled; null for a module that is whole. */
export type ColdModule = WebAssembly.Module | null;

interface Hot {
  module: WebAssembly.Module;
  exports: WebAssembly.Exports;
  imports: WebAssembly.Imports;
}

/** Exports without those that are nobody else's business. */
export function publicExports(exports: WebAssembly.Exports): WebAssembly.Exports {
  const open = { ...exports };
  // They come last; a main module has thousands of others.
  for (const name of Object.keys(exports).reverse()) {
    if (!isOwn(name)) break;
    Reflect.deleteProperty(open, name);
  }
  return open;
}

/** A function of WebAssembly's, of type (i32) -> (), out of JavaScript's: only such a one can be put into a table. */
function asFunction(act: (id: number) => void): CallableFunction {
  const name = [1, 0x66]; // "f"
  const bytes = assemble(
    new Map([
      [SECTION.type, Uint8Array.of(1, 0x60, 1, 0x7f, 0)],
      [SECTION.import, Uint8Array.of(1, ...name, ...name, KIND.function, 0)],
      [SECTION.export, Uint8Array.of(1, ...name, KIND.function, 0)],
    ]),
    [],
  );
  return new Instance(new Module(bytes), { f: { f: act } }).exports.f as CallableFunction;
}

export class Halves {
  readonly #hot = new Map<number, Hot>();
  readonly #read: ReadOriginal;
  #compiled: readonly ColdModule[] = [];
  #asked: CallableFunction | undefined;

  constructor(read: ReadOriginal) {
    this.#read = read;
  }

  /** A module has been instantiated and nothing in it has run. Does nothing for one that is whole. */
  attach(id: number, { module, exports, imports }: Hot): void {
    const table = exports[EXPORTS.table] as WebAssembly.Table | undefined;
    if (!table) return;
    this.#asked ??= asFunction((wanted) => this.#load(wanted));
    this.#hot.set(id, { module, exports, imports });
    table.set(0, this.#asked);
  }

  /** Those that are compiled already need not be compiled in the middle of something. */
  give(compiled: readonly ColdModule[]): void {
    this.#compiled = compiled;
  }

  /** Numbers of the modules whose cold half is there. */
  readonly loaded: number[] = [];

  #compile(id: number, hot: Uint8Array): WebAssembly.Module {
    const original = this.#read(id);
    const half = cold(original, hot);
    const code = new Module(half);
    for (const { buffer } of [original, half]) letGo(buffer);
    return code;
  }

  #load(id: number): void {
    const found = this.#hot.get(id);
    if (!found) throw new Error(`the code of module ${id} is missing`);
    const { module, exports, imports } = found;
    const [bits] = customSections(module, HOT_SECTION);
    const hot = new Uint8Array(bits as ArrayBuffer);
    const code = this.#compiled[id] ?? this.#compile(id, hot);
    (exports[EXPORTS.table] as WebAssembly.Table).grow(hot.length * 8);
    (exports[EXPORTS.fill] as () => void)();
    new Instance(code, { ...imports, [SHARED]: sharing(exports) });
    this.#hot.delete(id);
    this.loaded.push(id);
  }
}
