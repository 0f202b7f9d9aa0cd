// What the two halves of a module have in common: names, the index of each thing, how one calls the other.

import { type Bytes, KIND, type Writer } from "../../worker/wasm";
import type { Code } from "./code";

/** Types and operations. */
export const [I32, FUNCREF, NO_RESULT] = [0x7f, 0x70, 0x40];
export const [UNREACHABLE, NOP, BLOCK, LOOP, IF, ELSE, END] = [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x0b];
export const [BR, BR_IF, BR_TABLE, RETURN] = [0x0c, 0x0d, 0x0e, 0x0f];
export const [CALL, CALL_INDIRECT, RETURN_CALL, RETURN_CALL_INDIRECT] = [0x10, 0x11, 0x12, 0x13];
export const [LOCAL_GET, LOCAL_SET, LOCAL_TEE, GLOBAL_GET, GLOBAL_SET] = [0x20, 0x21, 0x22, 0x23, 0x24];
export const [I32_CONST, I32_EQZ, I32_EQ, I32_STORE8] = [0x41, 0x45, 0x46, 0x3a];
export const [REF_NULL, DROP] = [0xd0, 0x1a];
export const [TABLE_INIT, TABLE_GROW] = [
  [0xfc, 12],
  [0xfc, 15],
] as const;

/** How many there are of a kind, imported and defined: the index of one more. */
export function count(code: Code, kind: number, defined: number): number {
  return (code.imported[kind] ?? 0) + defined;
}

/** One bit for each function. */
export function bitsOf(ran: Uint8Array, length: number): Bytes {
  const bits = new Uint8Array(Math.ceil(length / 8));
  for (let position = 0; position < length; position++) {
    if (ran[position]) bits[position >> 3] = (bits[position >> 3] ?? 0) | (1 << (position & 7));
  }
  return bits;
}

export const has = (bits: Uint8Array, position: number): boolean =>
  (((bits[position >> 3] ?? 0) >> (position & 7)) & 1) === 1;

/** The globals up to the last mutable one. The others are constants, which both halves have. */
export function sharedGlobals({ globals }: Code): number {
  return globals.findLastIndex(({ mutable }) => mutable) + 1;
}

/** What the original defines and both halves use, by name and index. */
export function shared(code: Code): { name: string; kind: number; index: number; type: Bytes }[] {
  const of = (letter: string, kind: number, types: readonly Bytes[]) =>
    types.map((type, position) => ({ name: `${letter}${position}`, kind, index: count(code, kind, position), type }));
  const globals = code.globals.slice(0, sharedGlobals(code)).map(({ type }) => type);
  return [
    ...of("t", KIND.table, code.tables),
    ...of("m", KIND.memory, code.memories),
    ...of("e", KIND.tag, code.tags),
    ...of("g", KIND.global, globals),
  ];
}

/**
 * V8 inlines with up to ten times the budget where more than a fourth of a module's functions are shorter than 50 bytes
 * (src/wasm/inlining-tree.h; kSmallFunctionThreshold in module-decoder-impl.h). That is meant for code that no compiler has
 * inlined before, as CPython's has been and that of most of pandas has not. The halves of a module stay what it was: in
 * those of one that isn't meant a stub is no short function.
 */
const SHORT = 50;

const stubs = new WeakMap<Code, number>();

/** Bytes that a stub has at least. */
function least(code: Code): number {
  const known = stubs.get(code);
  if (known !== undefined) return known;
  const short = code.bodies.filter(({ from, to }) => to - from < SHORT).length;
  const found = short * 4 > code.bodies.length ? 0 : SHORT;
  stubs.set(code, found);
  return found;
}

/** Writes what is left of a stub: calls what lies at a position of the table, with what it was called with itself. */
export function callThrough(into: Writer, code: Code, type: number, slot: number, table: number): void {
  parameters(into, code.types[type]?.parameters.length ?? 0);
  into.bytes(I32_CONST).signed(slot).bytes(CALL_INDIRECT).number(type).number(table);
  while (into.length < least(code)) into.bytes(NOP);
  into.bytes(END);
}

export function parameters(into: Writer, length: number): void {
  for (let parameter = 0; parameter < length; parameter++) into.bytes(LOCAL_GET).number(parameter);
}
