// A module that notes where control has come to in its functions.

import { own } from "../../worker/halves";
import { type Bytes, KIND, SECTION, Writer } from "../../worker/wasm";
import { appended } from "./binary";
import type { Code } from "./code";
import { places } from "./flow";
import { changed, codeWriter, dylink, exported } from "./module";
import { bitsOf, count, I32_CONST, I32_STORE8 } from "./shared";

/** The memory of a probe: one byte for each place of each function, 1 where control has come to it. */
export const RAN = own("ran");

const PAGE = 65_536;
/** The memory's index follows the alignment, which is 0. */
const WITH_INDEX = 0x40;

/** The module with a memory more, in which each function notes where control has come to. */
export function probe(code: Code): Bytes {
  const memory = count(code, KIND.memory, code.memories.length);
  const bodies = codeWriter(code).number(code.bodies.length);
  const noted = new Writer();
  let all = 0;
  for (const one of code.bodies) {
    noted.clear();
    let from = one.from;
    for (const at of places(code, one)) {
      noted.piece(code.code.subarray(from, at)).bytes(I32_CONST).signed(all++).bytes(I32_CONST, 1);
      noted.bytes(I32_STORE8, WITH_INDEX).number(memory).bytes(0);
      from = at;
    }
    bodies.sized(noted.piece(code.code.subarray(from, one.to)));
  }
  const pages = Math.ceil(all / PAGE);
  const { sections } = code;
  const changes = {
    [SECTION.memory]: appended(sections.entries(SECTION.memory), 1, new Writer().bytes(0).number(pages).done()),
    [SECTION.export]: appended(sections.entries(SECTION.export), 1, exported(RAN, KIND.memory, memory)),
    [SECTION.code]: bodies.done(),
  };
  return changed(code, changes, dylink(code));
}

/** What a probe has noted. */
export class Ran {
  /** One bit for each function: it ran. */
  readonly functions: Bytes;
  readonly #noted: Uint8Array;
  /** Where the places of each function begin in what was noted. */
  readonly #first: Uint32Array;

  constructor(code: Code, noted: Uint8Array) {
    this.#noted = noted;
    this.#first = new Uint32Array(code.bodies.length);
    let all = 0;
    code.bodies.forEach((one, position) => {
      this.#first[position] = all;
      all += places(code, one).length;
    });
    const ran = Uint8Array.from(code.bodies, (_, position) => noted[this.#first[position] as number] as number);
    this.functions = bitsOf(ran, ran.length);
  }

  /** Tells of the places of a function whether control has come to them. */
  in(position: number): (place: number) => boolean {
    const first = this.#first[position] as number;
    return (place) => this.#noted[first + place] === 1;
  }
}
