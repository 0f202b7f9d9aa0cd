// Who asks for signals out of turn is answered in WebAssembly.
//
// CPython looks for an interrupt by its clock (worker/interrupts.ts), but also wherever something may take long: at each digit
// of an int that becomes a text, at some steps of a regular expression. A look is a call of JavaScript, for which str(7) takes
// a quarter longer. So of those only one of many is made.
//
//   look:  if (clock != interval) { turn += 1; if (turn % 64) return 0 }  return helper()

import { INTERVAL, LOOK } from "../../worker/interrupts";
import { type Bytes, KIND, Writer } from "../../worker/wasm";
import { behindLocals, type Code, exportsOf } from "./code";
import { operands } from "./instructions";
import { CALL, END, GLOBAL_GET, GLOBAL_SET, I32_CONST, IF, NO_RESULT, RETURN } from "./shared";

/** What CPython exports the address of its clock as. */
const CLOCK = "_Py_emscripten_signal_clock";

const [I32_LOAD, I32_NE, I32_ADD, I32_AND] = [0x28, 0x47, 0x6a, 0x71];

/** One of so many is made; a power of two. */
const EACH = 64;

export class Looks {
  /** The import that looks, and the global with the clock's address; undefined for a module that looks for nothing. */
  readonly #found: { helper: number; clock: number } | undefined;

  constructor(code: Code) {
    const helper = code.importedNames.indexOf(LOOK);
    const clock = exportsOf(code, KIND.global).get(CLOCK);
    this.#found = helper < 0 || clock === undefined ? undefined : { helper, clock };
  }

  /** So many functions are needed: one, or none. */
  get count(): number {
    return this.#found ? 1 : 0;
  }

  /** A function's body whose looks go through the function `index`. Throws for unknown instructions. */
  through(body: Bytes, index: number): Bytes {
    if (!this.#found) return body;
    const into = new Writer(body.length + 8);
    const reader = behindLocals(body);
    let from = 0;
    while (reader.more) {
      const at = reader.at;
      const operation = reader.byte();
      if (operation !== CALL) operands(reader, operation);
      else if (reader.number() === this.#found.helper) {
        into.piece(body.subarray(from, at)).bytes(CALL).number(index);
        from = reader.at;
      }
    }
    return from === 0 ? body : into.piece(body.subarray(from)).done();
  }

  /** The body of that function; `turn` is a global of its own. */
  body(turn: number): Writer {
    const into = new Writer().bytes(0);
    if (!this.#found) return into.bytes(END);
    const { helper, clock } = this.#found;
    into.bytes(GLOBAL_GET).number(clock).bytes(I32_LOAD, 2, 0, I32_CONST).signed(INTERVAL);
    into.bytes(I32_NE, IF, NO_RESULT, GLOBAL_GET).number(turn).bytes(I32_CONST, 1, I32_ADD, GLOBAL_SET).number(turn);
    into
      .bytes(GLOBAL_GET)
      .number(turn)
      .bytes(I32_CONST)
      .signed(EACH - 1)
      .bytes(I32_AND, IF, NO_RESULT);
    return into.bytes(I32_CONST, 0, RETURN, END, END, CALL).number(helper).bytes(END);
  }
}
