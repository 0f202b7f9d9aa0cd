// What a capture lets go of before the heap is kept.

import { expect, test } from "vitest";
import { freeLibraryFiles } from "../../../static/src/capture/worker/tidy";
import type { EmscriptenModule } from "../../../static/src/worker/emscripten";

test("the file of a library that is loaded is freed once, and nothing else is", () => {
  const words = new Uint32Array(256);
  const library = (handle: number, file: number, magic: number): void => {
    words[(handle >>> 2) + 7] = file;
    words[(handle >>> 2) + 8] = 40;
    words[file >>> 2] = magic;
  };
  library(64, 512, 0x6d736100);
  library(128, 600, 0xffffffff); // another layout than is known here
  const freed: number[] = [];
  const module = {
    LDSO: { loadedLibsByHandle: { 0: {}, 64: {}, 128: {} } },
    HEAPU32: words,
  } as unknown as EmscriptenModule;
  const main = { free: (pointer: number) => freed.push(pointer) } as unknown as WebAssembly.Exports;
  freeLibraryFiles(module, main);
  freeLibraryFiles(module, main);
  expect(freed).toEqual([512]);
  expect([words[16 + 7], words[16 + 8]], "so that closing it frees nothing again").toEqual([0, 0]);
});
