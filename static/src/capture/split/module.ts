// Modules that differ from another one in some sections.

import { assemble, type Bytes, SECTION, Writer } from "../../worker/wasm";
import type { Code } from "./code";

/** Sections as they are, apart from those that are given; null leaves one out. */
export function changed(code: Code, changes: Record<number, Bytes | null>, custom: readonly Bytes[]): Bytes {
  const sections = new Map<number, Bytes>();
  for (const section of Object.values(SECTION)) {
    const content = section in changes ? changes[section] : code.sections.get(section);
    if (content) sections.set(section, content);
  }
  return assemble(sections, custom);
}

/** An entry of an export section. */
export function exported(name: string, kind: number, index: number): Bytes {
  return new Writer().text(name).bytes(kind).number(index).done();
}

export function joined(pieces: readonly Uint8Array[]): Bytes {
  const into = new Writer();
  for (const piece of pieces) into.piece(piece);
  return into.done();
}

/** What Emscripten's loader asks a module for. */
export function dylink(code: Code): Bytes[] {
  const found = code.sections.custom.get("dylink.0");
  return found ? [found] : [];
}

/** A writer for a code section that is somewhat larger than a module's. */
export function codeWriter(code: Code): Writer {
  return new Writer(Math.ceil(code.code.length * 1.25) + 80 * code.bodies.length + 1024);
}
