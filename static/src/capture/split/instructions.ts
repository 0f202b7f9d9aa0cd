// Instructions, as far as their operands' lengths (WebAssembly core specification 3.0, "Binary Format: Instructions").

import type { Reader } from "./binary";

/** An indirect call: where it stands, what it calls. */
export interface IndirectCall {
  from: number;
  to: number;
  type: number;
  table: number;
}

const CALL_INDIRECT = 0x11;

/** Instructions with so many numbers behind them. */
const NUMBERS = new Map<number, number>();
const many = (numbers: number, ...operations: number[]): void => {
  for (const operation of operations) NUMBERS.set(operation, numbers);
};
// block, loop, if, try; catch, throw, rethrow, br, br_if, call, return_call, call_ref, return_call_ref, delegate
many(1, 0x02, 0x03, 0x04, 0x06, 0x07, 0x08, 0x09, 0x0c, 0x0d, 0x10, 0x12, 0x14, 0x15, 0x18);
// locals, globals, tables, memory.size and .grow, i32.const, i64.const, ref.null, ref.func, br_on_null, br_on_non_null
many(1, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2, 0xd5, 0xd6);
// unreachable, nop, else, throw_ref, end, return, catch_all, drop, select, ref.is_null, ref.eq, ref.as_non_null
many(0, 0x00, 0x01, 0x05, 0x0a, 0x0b, 0x0f, 0x19, 0x1a, 0x1b, 0xd1, 0xd3, 0xd4);
for (let numeric = 0x45; numeric <= 0xc4; numeric++) many(0, numeric);

/** The same behind 0xfc: conversions that saturate; memory and table instructions. */
const BULK = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];

function numbers(reader: Reader, count: number): void {
  for (let left = count; left > 0; left--) reader.number();
}

function memory(reader: Reader): void {
  const alignment = reader.number();
  if (alignment & 0x40) reader.number(); // which memory
  reader.number();
}

function vector(reader: Reader, each: () => void): void {
  for (let left = reader.number(); left > 0; left--) each();
}

function simd(reader: Reader): void {
  const operation = reader.number();
  if (operation <= 11 || operation === 92 || operation === 93) memory(reader);
  else if (operation <= 13) reader.skip(16);
  else if (operation >= 21 && operation <= 34) reader.skip(1);
  else if (operation >= 84 && operation <= 91) {
    memory(reader);
    reader.skip(1);
  }
}

function unknown(operation: number): never {
  throw new TypeError(`an instruction ${operation} is not known here`);
}

/** Skips an instruction's operands. Throws for an unknown one. */
export function operands(reader: Reader, operation: number): void {
  const count = NUMBERS.get(operation);
  if (count !== undefined) numbers(reader, count);
  else if (operation >= 0x28 && operation <= 0x3e) memory(reader);
  else if (operation === 0x43) reader.skip(4);
  else if (operation === 0x44) reader.skip(8);
  else if (operation === CALL_INDIRECT || operation === 0x13) numbers(reader, 2);
  else if (operation === 0x0e) {
    vector(reader, () => reader.number());
    reader.number();
  } else if (operation === 0x1c) vector(reader, () => reader.number());
  else if (operation === 0x1f) {
    reader.number();
    vector(reader, () => numbers(reader, reader.byte() < 2 ? 2 : 1));
  } else if (operation === 0xfc) {
    const bulk = reader.number();
    numbers(reader, BULK[bulk] ?? unknown(bulk));
  } else if (operation === 0xfd) simd(reader);
  else unknown(operation);
}

/** The indirect calls of a function whose instructions a reader stands before. Throws for unknown instructions. */
export function indirectCalls(reader: Reader): IndirectCall[] {
  const found: IndirectCall[] = [];
  while (reader.more) {
    const from = reader.at;
    const operation = reader.byte();
    if (operation === CALL_INDIRECT) {
      const [type, table] = [reader.number(), reader.number()];
      found.push({ from, to: reader.at, type, table });
    } else operands(reader, operation);
  }
  return found;
}
