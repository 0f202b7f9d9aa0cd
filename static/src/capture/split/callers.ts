// Functions that make an indirect call for others.
//
// V8 guesses from what it has seen what an indirect call will call, compiles that into the caller, and compiles all of it
// once more when it was wrong. For a long function that takes a processor away from a start: CPython's evaluation loop (79 kB)
// was compiled three times before the first figure. A call that is made through one function for all calls of its type is
// never guessed.

import { type Bytes, Writer } from "../../worker/wasm";
import { behindLocals, type Code, FUNCTION_TYPE } from "./code";
import { type IndirectCall, indirectCalls } from "./instructions";
import { CALL, CALL_INDIRECT, END, I32, parameters } from "./shared";

export class Callers {
  /** One for each type and table. */
  readonly calls: IndirectCall[] = [];
  readonly #code: Code;
  readonly #first: number;
  readonly #known = new Map<string, number>();

  /** `first`: index that the first one gets. */
  constructor(code: Code, first: number) {
    this.#code = code;
    this.#first = first;
  }

  /** Writes a function's body whose indirect calls are made through these. Throws for unknown instructions. */
  through(into: Writer, body: Bytes): void {
    let from = 0;
    for (const call of indirectCalls(behindLocals(body))) {
      into.piece(body.subarray(from, call.from)).bytes(CALL).number(this.#index(call));
      from = call.to;
    }
    into.piece(body.subarray(from));
  }

  #index(call: IndirectCall): number {
    const key = `${call.type} ${call.table}`;
    const found = this.#known.get(key);
    if (found !== undefined) return found;
    const index = this.#first + this.calls.push(call) - 1;
    this.#known.set(key, index);
    return index;
  }

  /** Their types: what the called one takes, and where it lies in the table. */
  types(): Bytes[] {
    return this.calls.map(({ type }) => {
      const { parameters: taken, results } = this.#type(type);
      const into = new Writer().bytes(FUNCTION_TYPE).number(taken.length + 1);
      into.piece(taken).bytes(I32).number(results.length).piece(results);
      return into.done();
    });
  }

  bodies(): Writer[] {
    return this.calls.map(({ type, table }) => {
      const into = new Writer().bytes(0);
      parameters(into, this.#type(type).parameters.length + 1);
      return into.bytes(CALL_INDIRECT).number(type).number(table).bytes(END);
    });
  }

  #type(index: number): Code["types"][number] {
    const found = this.#code.types[index];
    if (!found) throw new TypeError(`a type ${index} is missing`);
    return found;
  }
}
