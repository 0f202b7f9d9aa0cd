// The cold halves of the modules that a restored interpreter consists of: each is loaded when one of its functions is
// first called, in the middle of whatever runs. capture/split makes both halves, hot.ts there says how one calls the other.

import { letGo } from "../common/buffers";
import { assemble, KIND, SECTION } from "./wasm";

/** What user code may put others in the place of. */
const { Module, Instance } = WebAssembly;

/** The module's name in imports of a cold half, and what a hot one's own exports begin with. */
export const SHARED = "belljar";
export const own = (name: string): string => `${SHARED}:${name}`;

/** Exports that are nobody else's business. */
export const isOwn = (name: string): boolean => name.startsWith(own(""));

/** The table through which the halves call each other: each function at its position, counted from 1. */
export const TABLE = "functions";
/** Own exports of a hot half: that table, and the function that puts all of the hot half's functions into it. */
export const EXPORTS = { table: own(TABLE), fill: own("fill") } as const;

/** What a cold half imports from `SHARED`: the hot one's own exports, without what they begin with. */
function sharing(exports: WebAssembly.Exports): WebAssembly.ModuleImports {
  const given = Object.entries(exports).filter(([name]) => isOwn(name));
  return Object.fromEntries(given.map(([name, value]) => [name.slice(own("").length), value]));
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

/** Gives the cold half of a module: the main one is 0, libraries follow in their order. Blocks. */
export type ReadCold = (id: number) => Uint8Array<ArrayBuffer>;

/** A cold half that somebody else has compiled; null for a module that is whole. */
export type ColdModule = WebAssembly.Module | null;

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

/** A module that has been instantiated. */
interface Hot {
  exports: WebAssembly.Exports;
  imports: WebAssembly.Imports;
}

export class Halves {
  readonly #hot = new Map<number, Hot>();
  readonly #read: ReadCold;
  #compiled: readonly ColdModule[] = [];
  #asked: CallableFunction | undefined;

  constructor(read: ReadCold) {
    this.#read = read;
  }

  /** A module has been instantiated and nothing in it has run. Does nothing for one that is whole. */
  attach(id: number, { exports, imports }: Hot): void {
    const table = exports[EXPORTS.table] as WebAssembly.Table | undefined;
    if (!table) return;
    this.#asked ??= asFunction((wanted) => this.#load(wanted));
    this.#hot.set(id, { exports, imports });
    table.set(0, this.#asked);
  }

  /** Those that are compiled already need not be compiled in the middle of something. */
  give(compiled: readonly ColdModule[]): void {
    this.#compiled = compiled;
  }

  /** Numbers of the modules whose cold half is there. */
  readonly loaded: number[] = [];

  #compile(id: number): WebAssembly.Module {
    const bytes = this.#read(id);
    const code = new Module(bytes);
    letGo(bytes.buffer);
    return code;
  }

  #load(id: number): void {
    const found = this.#hot.get(id);
    if (!found) throw new Error(`the code of module ${id} is missing`);
    const { exports, imports } = found;
    const code = this.#compiled[id] ?? this.#compile(id);
    (exports[EXPORTS.fill] as () => void)();
    new Instance(code, { ...imports, [SHARED]: sharing(exports) });
    this.#hot.delete(id);
    this.loaded.push(id);
  }
}
