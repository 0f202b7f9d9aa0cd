// Emscripten's bookkeeping of a main module, whose outcome a restored interpreter knows beforehand.
//
// At each start its loader gives every exported function a place in the table, wraps each JavaScript function in a module of
// its own, and looks at every entry of the table to know where each function lies: 40,000 objects that nobody asks for
// again. It leaves alone what is known before it begins: offsets that are set already, and a table that shows nothing.

import { assemble, KIND, SECTION, Writer } from "../wasm";
import type { SnapshotState, TableEntry } from "./state";

/** JavaScript's functions among the imports, with the signature that Emscripten has given them ("vi": takes an integer). */
export type Signed = CallableFunction & { sig?: string };

/** Codes of WebAssembly's types by Emscripten's letters. */
const CODES: Record<string, number> = { i: 0x7f, p: 0x7f, j: 0x7e, f: 0x7d, d: 0x7c, e: 0x6f };
const FUNCREF = 0x70;
const FUNCTION_TYPE = 0x60;

/** What Emscripten finds of a symbol that it need not look up. */
const KNOWN = { value: 0 };

/**
 * Lets Emscripten's global offset table know the symbols of libraries. Each is made when it is first asked for. Call
 * before the main module is instantiated. While `pass(true)` holds nothing is made, and every symbol is known.
 */
export function knowOffsets(
  table: Record<string, WebAssembly.Global>,
  { got }: SnapshotState,
): { pass(through: boolean): void } {
  const [names, offsets] = got;
  const values = new Map(names.split(" ").map((name, position) => [name, offsets[position]]));
  let passing = false;
  const get = (_: object, name: string): unknown => {
    if (passing) return KNOWN;
    const value = values.get(name);
    if (value === undefined) return undefined;
    const made = new WebAssembly.Global({ value: "i32", mutable: true }, value);
    table[name] = made;
    return made;
  };
  Object.setPrototypeOf(table, new Proxy(Object.create(null), { get }));
  return {
    pass: (through) => {
      passing = through;
    },
  };
}

/** Puts JavaScript's functions into the table, all of them by one module. Throws when one is missing. */
function placeScripts(table: WebAssembly.Table, entries: readonly TableEntry[], env: Record<string, unknown>): void {
  const types = new Map<string, number>();
  const functions: Record<string, unknown> = {};
  const imports = new Writer();
  const segments = new Writer();
  entries.forEach(([index, , name], position) => {
    const { sig } = (env[name] ?? {}) as Signed;
    if (sig === undefined) throw new Error(`the function ${name} of the table is missing`);
    functions[position] = env[name];
    if (!types.has(sig)) types.set(sig, types.size);
    imports
      .text("f")
      .text(String(position))
      .bytes(KIND.function)
      .number(types.get(sig) as number);
    segments.bytes(0, 0x41).signed(index).bytes(0x0b, 1).number(position);
  });
  imports.text("t").text("t").bytes(KIND.table, FUNCREF, 0, 0);
  const signatures = new Writer().number(types.size);
  for (const [result = "v", ...parameters] of types.keys()) {
    signatures.bytes(FUNCTION_TYPE).number(parameters.length);
    for (const letter of parameters) signatures.bytes(CODES[letter] as number);
    signatures.bytes(...(result === "v" ? [0] : [1, CODES[result] as number]));
  }
  const counted = (count: number, content: Writer): Uint8Array<ArrayBuffer> =>
    new Writer().number(count).piece(content.done()).done();
  const bytes = assemble(
    new Map([
      [SECTION.type, signatures.done()],
      [SECTION.import, counted(entries.length + 1, imports)],
      [SECTION.element, counted(entries.length, segments)],
    ]),
    [],
  );
  new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    f: functions as WebAssembly.ModuleImports,
    t: { t: table },
  });
}

const { get } = WebAssembly.Table.prototype;

/** An entry of a table, whatever it shows. */
export const entryOf = (table: WebAssembly.Table, index: number): unknown => get.call(table, index);

/**
 * Gives JavaScript's functions their old places, and the main module's where it has not done so itself; makes room for
 * what JavaScript adds while it starts. Call right after the instantiation; what this gives makes the table show its entries again.
 */
export function fillMain(
  { table: { entries, own } }: SnapshotState,
  exports: WebAssembly.Exports,
  env: Record<string, unknown>,
): () => void {
  const table = exports.__indirect_function_table as WebAssembly.Table;
  if (table.length < own) table.grow(own - table.length);
  for (const [index, owner, name] of entries) {
    if (owner !== "main") continue;
    const wanted = exports[name];
    if (!wanted) throw new Error(`the function ${name} of the table is missing`);
    table.set(index, wanted);
  }
  placeScripts(
    table,
    entries.filter(([, owner]) => owner === "script"),
    env,
  );
  Object.defineProperty(table, "get", { value: () => null, configurable: true });
  return () => void Reflect.deleteProperty(table, "get");
}
