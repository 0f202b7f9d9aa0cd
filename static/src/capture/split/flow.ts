// The flow of control in a function: where it may come to, and how many values then lie on the stack (WebAssembly core
// specification 3.0, "Validation: Instructions"; that a module is valid is taken for granted).

import { Reader } from "./binary";
import { type Body, type Code, type FunctionType, instructions } from "./code";
import { operands } from "./instructions";
import * as wasm from "./shared";

const { BLOCK, LOOP, IF, ELSE, END, BR_IF, CALL, CALL_INDIRECT, NO_RESULT } = wasm;

/** A block and its like, or the function. */
export interface Frame {
  /** So many values lie below those of its own. */
  base: number;
  parameters: number;
  results: number;
  /** So many values a branch to it brings. */
  label: number;
  /** Nothing comes here: what goes before has left. */
  dead: boolean;
  /** What is around it is dead. */
  buried: boolean;
}

export interface Visitor {
  /** Control may come to this place, which was not decided by what goes before. `clean`: no values of its own are on the stack. */
  place(at: number, clean: boolean): void;
  /** Here the innermost frame, or one of its arms, ends. `clean`: it ends without values, or nothing comes here. */
  ends(at: number, clean: boolean): void;
}

/** By how much an instruction changes the number of values, for those that always do so by the same. */
const CHANGES = new Map<number, number>();
const change = (by: number, ...ranges: (number | [number, number])[]): void => {
  for (const range of ranges) {
    const [from, to] = typeof range === "number" ? [range, range] : range;
    for (let operation = from; operation <= to; operation++) CHANGES.set(operation, by);
  }
};
// nop; local.tee; table.get; loads; memory.grow; what takes one value and gives one; ref.is_null, ref.as_non_null
change(0, 0x01, 0x22, 0x25, [0x28, 0x35], 0x40, 0x45, 0x50, [0x67, 0x69], [0x79, 0x7b], [0x8b, 0x91], [0x99, 0x9f]);
change(0, [0xa7, 0xc4], 0xd1, 0xd4);
// local.get, global.get, memory.size, constants, ref.null, ref.func
change(1, 0x20, 0x23, 0x3f, [0x41, 0x44], 0xd0, 0xd2);
// drop, local.set, global.set, br_if; what takes two values and gives one; ref.eq
change(-1, 0x1a, 0x21, 0x24, BR_IF, [0x46, 0x4f], [0x51, 0x66], [0x6a, 0x78], [0x7c, 0x8a], [0x92, 0x98]);
change(-1, [0xa0, 0xa6], 0xd3);
// select; table.set; stores
change(-2, 0x1b, 0x1c, 0x26, [0x36, 0x3e]);

/** The same behind 0xfc. */
const BULK = [0, 0, 0, 0, 0, 0, 0, 0, -3, 0, -3, -3, -3, 0, -3, -1, 1, -3];

/** throw, throw_ref, br, br_table, return, return_call and its like, unreachable */
const LEAVES: readonly number[] = [0x08, 0x0a, 0x0c, 0x0e, 0x0f, 0x12, 0x13, 0x15, 0x00];

function unknown(what: string): never {
  throw new TypeError(`${what} is not known here`);
}

function typeOf(code: Code, index: number): FunctionType {
  return code.types[index] ?? unknown(`a type ${index}`);
}

function calledType(code: Code, index: number): FunctionType {
  const imported = code.importedTypes.length;
  const type = index < imported ? code.importedTypes[index] : code.bodies[index - imported]?.type;
  return typeOf(code, type ?? unknown(`a function ${index}`));
}

/** How many parameters and results a block has. */
function blockType(code: Code, reader: Reader): [number, number] {
  const at = reader.at;
  const type = reader.number();
  if (reader.at === at + 1 && type >= NO_RESULT) return [0, type === NO_RESULT ? 0 : 1]; // else the index of a type
  const { parameters, results } = typeOf(code, type);
  return [parameters.length, results.length];
}

/** Goes through a function. Throws a TypeError for what is not known here, as where something is caught, or doesn't come out even. */
export class Flow {
  /** The innermost comes last. */
  readonly frames: Frame[];
  readonly #code: Code;
  readonly #reader: Reader;
  readonly #visitor: Visitor;
  #height = 0;

  constructor(code: Code, body: Body, visitor: Visitor) {
    this.#code = code;
    this.#reader = instructions(code, body);
    this.#visitor = visitor;
    const { results } = typeOf(code, body.type);
    const whole = { base: 0, parameters: 0, results: results.length, label: results.length };
    this.frames = [{ ...whole, dead: false, buried: false }];
  }

  run(): void {
    this.#place();
    while (this.#reader.more) this.#step();
    if (this.frames.length > 0) unknown("a function without an end");
  }

  get #frame(): Frame {
    return this.frames.at(-1) ?? unknown("what follows a function");
  }

  #place(): void {
    const frame = this.frames.at(-1);
    if (!frame || frame.dead) return;
    this.#visitor.place(this.#reader.at, this.#height === frame.base);
  }

  #ends(at: number): void {
    const { dead, base, results } = this.#frame;
    if (!dead && this.#height !== base + results) unknown("a stack that doesn't come out even");
    this.#visitor.ends(at, dead || results === 0);
  }

  #open(operation: number): void {
    const around = this.#frame;
    if (operation === IF) this.#height--;
    const [parameters, results] = blockType(this.#code, this.#reader);
    const base = this.#height - parameters;
    const label = operation === LOOP ? parameters : results;
    this.frames.push({ base, parameters, results, label, dead: around.dead, buried: around.dead });
    if (operation === IF) this.#place();
  }

  #otherwise(at: number): void {
    this.#ends(at);
    const frame = this.#frame;
    frame.dead = frame.buried;
    this.#height = frame.base + frame.parameters;
    this.#place();
  }

  #close(at: number): void {
    this.#ends(at);
    const { base, results } = this.#frame;
    this.frames.pop();
    this.#height = base + results;
    this.#place();
  }

  #call({ parameters, results }: FunctionType): void {
    this.#height += results.length - parameters.length;
  }

  #step(): void {
    const reader = this.#reader;
    const at = reader.at;
    const operation = reader.byte();
    if (operation === BLOCK || operation === LOOP || operation === IF) this.#open(operation);
    else if (operation === ELSE) this.#otherwise(at);
    else if (operation === END) this.#close(at);
    else if (operation === CALL) this.#call(calledType(this.#code, reader.number()));
    else if (operation === CALL_INDIRECT) {
      this.#height--;
      this.#call(typeOf(this.#code, reader.number()));
      reader.number();
    } else this.#plain(operation);
  }

  #plain(operation: number): void {
    const reader = this.#reader;
    const from = reader.at;
    operands(reader, operation);
    if (LEAVES.includes(operation)) {
      this.#frame.dead = true;
      return;
    }
    const bulk = operation === 0xfc ? BULK[new Reader(reader.bytes, from).number()] : undefined;
    this.#height += CHANGES.get(operation) ?? bulk ?? unknown(`what an instruction ${operation} does`);
    if (operation === BR_IF) this.#place();
  }
}

/** Where control may come to in a function, its beginning first. Only that for one with what is not known here. */
export function places(code: Code, body: Body): number[] {
  const found: number[] = [];
  try {
    new Flow(code, body, { place: (at) => void found.push(at), ends: () => {} }).run();
    return found;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return [instructions(code, body).at];
  }
}
