// The other half of a module that was split (see hot.ts): the functions that no start needs.

import { letGo } from "../../common/buffers";
import { SHARED, TABLE } from "../../worker/halves";
import { type Bytes, KIND, SECTION, Writer } from "../../worker/wasm";
import { appended } from "./binary";
import { type Code, readCode } from "./code";
import { changed, codeWriter, joined } from "./module";
import { callThrough, count, END, FUNCREF, has, I32_CONST, shared, sharedGlobals } from "./shared";

/** An active segment that puts some functions into the table: its index, where it begins, the functions. */
function segment(code: Code, table: number, from: number, to: number): Bytes {
  const into = new Writer().bytes(2).number(table).bytes(I32_CONST);
  into.signed(from + 1).bytes(END, 0);
  into.number(to - from);
  for (let position = from; position < to; position++) into.number(count(code, KIND.function, position));
  return into.done();
}

/** The segments of all functions that are not in `bits`. */
function segments(code: Code, bits: Uint8Array, table: number): Bytes[] {
  const found: Bytes[] = [];
  const end = code.bodies.length;
  for (let from = 0; from < end; from++) {
    if (has(bits, from)) continue;
    let to = from + 1;
    while (to < end && !has(bits, to)) to++;
    found.push(segment(code, table, from, to));
    from = to;
  }
  return found;
}

/**
 * Made out of the original and of what is hot of it. Imports what the original imports, and from `SHARED` the hot half's own
 * exports. It is in a buffer of its own. Throws for what isn't a module.
 */
export function cold(original: Bytes | Code, bits: Uint8Array): Bytes {
  const code = original instanceof Uint8Array ? readCode(original) : original;
  const table = count(code, KIND.table, code.tables.length);
  const bodies = codeWriter(code).number(code.bodies.length);
  const stub = new Writer();
  code.bodies.forEach((one, position) => {
    if (has(bits, position)) {
      stub.clear().bytes(0);
      callThrough(stub, code, one.type, position + 1, table);
      bodies.sized(stub);
    } else bodies.number(one.to - one.from).piece(code.code.subarray(one.from, one.to));
  });
  const wanted = [
    ...shared(code).map(({ name, kind, type }) => new Writer().text(SHARED).text(name).bytes(kind).piece(type).done()),
    new Writer().text(SHARED).text(TABLE).bytes(KIND.table, FUNCREF, 0, 1).done(),
  ];
  const constants = code.globals.slice(sharedGlobals(code)).map(({ whole }) => whole);
  const elements = segments(code, bits, table);
  const vector = (entries: readonly Bytes[]): Bytes =>
    appended({ count: entries.length, bytes: joined(entries) }, 0, new Uint8Array());
  const changes = {
    [SECTION.import]: appended(code.sections.entries(SECTION.import), wanted.length, joined(wanted)),
    [SECTION.table]: null,
    [SECTION.memory]: null,
    [SECTION.tag]: null,
    [SECTION.global]: constants.length > 0 ? vector(constants) : null,
    [SECTION.export]: null,
    [SECTION.start]: null,
    [SECTION.element]: vector(elements),
    [SECTION.dataCount]: null,
    [SECTION.data]: null,
    [SECTION.code]: bodies.done(),
  };
  const whole = changed(code, changes, []);
  letGo(changes[SECTION.code].buffer);
  return whole;
}
