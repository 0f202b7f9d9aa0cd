// Splits a module in two: the functions that a start uses, and the others. This is the half with the former.
//
// An engine reads and validates all of a module before any of it runs; of Python's 22 MB of code a start and its first
// figure use a fraction. The hot half has everything of the original but the bodies of the functions that were never
// seen to run (and its data, where they come with the heap); the cold half (cold.ts) has those, and shares memory, tables,
// globals and tags with the hot one. Both are made at the capture.
// Of the functions that are in it, what never ran is set apart (regions.ts).
// Whichever half calls a function of the other one finds it in a table of their own, at the function's own position.
//
//   hot:  f0 …  f1 = call T[2]   f2 …        T: 0 "load the cold half"; 1 f0, 2 f1, 3 f2, … once it is there
//   cold: f0 = call T[1]   f1 …   f2 = call T[3]

import { EXPORTS, own } from "../../worker/halves";
import { type Bytes, KIND, SECTION, Writer } from "../../worker/wasm";
import { appended } from "./binary";
import { Callers } from "./callers";
import { type Code, exportsOf, FUNCTION_TYPE, roomier } from "./code";
import { Looks } from "./looks";
import { changed, codeWriter, dylink, exported, joined } from "./module";
import { type Came, Regions } from "./regions";
import * as wasm from "./shared";

const { CALL, CALL_INDIRECT, END, GLOBAL_GET, GLOBAL_SET, I32, I32_CONST, I32_EQZ, IF } = wasm;

/** Where the hot half's own things come to lie, behind the original's. */
function places(code: Code, looks: number) {
  const functions = wasm.count(code, KIND.function, code.bodies.length);
  const types = code.sections.entries(SECTION.type).count;
  return {
    table: wasm.count(code, KIND.table, code.tables.length),
    /** A global: the cold half is there. */
    loaded: wasm.count(code, KIND.global, code.globals.length),
    /** A global, of a module that looks for signals: so many looks were asked for out of turn. */
    turn: wasm.count(code, KIND.global, code.globals.length) + 1,
    /** A segment of all functions. */
    all: code.sections.entries(SECTION.element).count,
    ensure: functions,
    fill: functions + 1,
    look: functions + 2,
    regions: functions + 2 + looks,
    /** Types (i32) -> (), () -> () and () -> i32, those of regions, and those of callers. */
    asks: types,
    plain: types + 1,
    tells: types + 2,
    regionTypes: types + 2 + looks,
  };
}

/**
 * Functions of so many bytes stay whole, and make indirect calls through others. Of CPython's there are nine, its evaluation
 * loop (79 kB) among them: all pure Python runs in it, and somebody's code is soon where no start has been. V8 compiles it
 * anew for each wrong guess at what it calls; what is small is worth guessing.
 */
const LOOP = 20_000;

/** Names of exported functions by their index in a table. */
export type Placed = ReadonlyMap<number, string>;

/** Segments that put functions into the first table, one for each run of indices. */
function placements(code: Code, placed: Placed): Bytes[] {
  if (placed.size === 0) return [];
  const functions = exportsOf(code, KIND.function);
  const indices = [...placed.keys()].sort((one, other) => one - other);
  const runs: number[][] = [];
  for (const index of indices) {
    const run = runs.at(-1);
    if (run && run[0] !== undefined && index === run[0] + run.length) run.push(index);
    else runs.push([index]);
  }
  return runs.map((run) => {
    const into = new Writer()
      .bytes(0, I32_CONST)
      .signed(run[0] as number)
      .bytes(END)
      .number(run.length);
    for (const index of run) {
      const name = placed.get(index) as string;
      const found = functions.get(name);
      if (found === undefined) throw new TypeError(`a function ${name} is not exported`);
      into.number(found);
    }
    return into.done();
  });
}

/** The tables that are defined, with room for what is placed, and the one of the halves' own. */
function tables(code: Code, placed: Placed): Bytes {
  const { count, bytes } = code.sections.entries(SECTION.table);
  const [first, ...others] = code.tables;
  const own = Uint8Array.of(wasm.FUNCREF, 0, 1);
  if (!first || placed.size === 0) return appended({ count, bytes }, 1, own);
  const wider = roomier(first, Math.max(...placed.keys()) + 1);
  return appended({ count, bytes: joined([wider, ...others]) }, 1, own);
}

/**
 * The half that a start needs. `bits` says which functions are in it, `id` is what the cold half is asked for with.
 * Exports: all of the original's, and its own (see `isOwn`), in whose table a function of type (i32) -> () must be put
 * at 0 before anything runs. `placed` are exported functions that it puts into its first table by itself, by index. One
 * without `data` leaves its memory as it is. Where it is known what `ran` of a function, the rest of it is a function of
 * its own, but for functions of `loop` bytes or more.
 * Throws for a module that uses what is not known here, or lacks one of those functions.
 */
export function hot(
  code: Code,
  bits: Bytes,
  id: number,
  placed: Placed = new Map(),
  data = true,
  ran?: (position: number) => Came,
  loop = LOOP,
): Bytes {
  const looks = new Looks(code);
  const at = places(code, looks.count);
  const regions = new Regions(code, at.regions, at.regionTypes);
  const kept = code.bodies.map((one, position) => {
    if (!wasm.has(bits, position)) return undefined;
    return ran && one.to - one.from < loop ? regions.without(one, ran(position)) : code.code.subarray(one.from, one.to);
  });
  const callers = new Callers(code, at.regions + regions.bodies.length);
  const bodies = codeWriter(code);
  const next = new Writer();
  code.bodies.forEach((one, position) => {
    next.clear();
    const body = kept[position] && looks.through(kept[position], at.look);
    if (body && body.length >= loop) callers.through(next, body);
    else if (body) next.piece(body);
    else {
      next.bytes(0, CALL).number(at.ensure);
      wasm.callThrough(next, code, one.type, position + 1, at.table);
    }
    bodies.sized(next);
  });
  // ensure: the cold half is there, or is loaded by whoever stands at 0 of the table.
  next.clear().bytes(0, GLOBAL_GET).number(at.loaded).bytes(I32_EQZ, IF, wasm.NO_RESULT);
  next.bytes(I32_CONST).signed(id).bytes(I32_CONST, 0, CALL_INDIRECT).number(at.asks).number(at.table);
  next.bytes(I32_CONST, 1, GLOBAL_SET).number(at.loaded).bytes(END, END);
  bodies.sized(next);
  // fill: room for every function, and each at its position; the cold half then puts its own over the stubs.
  next.clear().bytes(0, wasm.REF_NULL, wasm.FUNCREF, I32_CONST).signed(code.bodies.length);
  next
    .bytes(...wasm.TABLE_GROW)
    .number(at.table)
    .bytes(wasm.DROP);
  next
    .bytes(I32_CONST, 1, I32_CONST, 0, I32_CONST)
    .signed(code.bodies.length)
    .bytes(...wasm.TABLE_INIT);
  next.number(at.all).number(at.table).bytes(END);
  bodies.sized(next);
  if (looks.count) bodies.sized(looks.body(at.turn));
  for (const one of regions.bodies) bodies.sized(next.clear().piece(looks.through(one, at.look)));
  for (const one of callers.bodies()) bodies.sized(one);

  const added = 2 + looks.count + regions.bodies.length + callers.calls.length;
  const types = new Writer().number(at.plain).number(at.plain);
  if (looks.count) types.number(at.tells);
  for (const type of regions.typesOf) types.number(type);
  const callerTypes = at.regionTypes + regions.types.length;
  for (let position = 0; position < callers.calls.length; position++) types.number(callerTypes + position);
  const all = new Writer().bytes(1, 0).number(code.bodies.length); // a passive segment of functions
  for (let position = 0; position < code.bodies.length; position++) {
    all.number(wasm.count(code, KIND.function, position));
  }
  const segments = placements(code, placed);
  const exports = [
    exported(EXPORTS.table, KIND.table, at.table),
    exported(EXPORTS.fill, KIND.function, at.fill),
    ...wasm.shared(code).map(({ name, kind, index }) => exported(own(name), kind, index)),
  ];
  const typeEntries = [Uint8Array.of(FUNCTION_TYPE, 1, I32, 0), Uint8Array.of(FUNCTION_TYPE, 0, 0)];
  if (looks.count) typeEntries.push(Uint8Array.of(FUNCTION_TYPE, 0, 1, I32));
  typeEntries.push(...regions.types, ...callers.types());
  const globals = Array.from({ length: 1 + looks.count }, () => Uint8Array.of(I32, 1, I32_CONST, 0, END));
  const more = (section: number, entries: number, bytes: Bytes): Bytes =>
    appended(code.sections.entries(section), entries, bytes);
  const changes: Record<number, Bytes | null> = {
    [SECTION.type]: more(SECTION.type, typeEntries.length, joined(typeEntries)),
    [SECTION.function]: more(SECTION.function, added, types.done()),
    [SECTION.table]: tables(code, placed),
    [SECTION.global]: more(SECTION.global, globals.length, joined(globals)),
    [SECTION.export]: more(SECTION.export, exports.length, joined(exports)),
    [SECTION.element]: more(SECTION.element, 1 + segments.length, joined([all.done(), ...segments])),
    [SECTION.code]: appended({ count: code.bodies.length, bytes: bodies.done() }, added, new Uint8Array()),
  };
  if (!data) for (const section of [SECTION.data, SECTION.dataCount]) changes[section] = null;
  return changed(code, changes, dylink(code));
}
