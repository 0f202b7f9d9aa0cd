// A module that notes which of its functions have run.

import { appended, type Bytes, KIND, SECTION, Writer } from "./binary";
import { type Code, instructions } from "./code";
import { changed, codeWriter, dylink, exported } from "./module";
import { count, I32_CONST, I32_STORE8, own } from "./shared";

/** The memory of a probe: one byte for each function, 1 where it has run. */
export const RAN = own("ran");

const PAGE = 65_536;
/** The memory's index follows the alignment, which is 0. */
const WITH_INDEX = 0x40;

/** The module with a memory more, in which each function notes that it has run. */
export function probe(code: Code): Bytes {
  const memory = count(code, KIND.memory, code.memories.length);
  const bodies = codeWriter(code).number(code.bodies.length);
  const noted = new Writer();
  code.bodies.forEach((one, position) => {
    const reader = instructions(code, one);
    noted.clear().piece(reader.since(one.from));
    noted.bytes(I32_CONST).signed(position).bytes(I32_CONST, 1);
    noted.bytes(I32_STORE8, WITH_INDEX).number(memory).bytes(0);
    noted.piece(reader.piece(one.to - reader.at));
    bodies.sized(noted);
  });
  const pages = Math.ceil(code.bodies.length / PAGE);
  const { sections } = code;
  const changes = {
    [SECTION.memory]: appended(sections.entries(SECTION.memory), 1, new Writer().bytes(0).number(pages).done()),
    [SECTION.export]: appended(sections.entries(SECTION.export), 1, exported(RAN, KIND.memory, memory)),
    [SECTION.code]: bodies.done(),
  };
  return changed(code, changes, dylink(code));
}
