// Takes out of an interpreter, before its capture, what is of no use to anybody but would be stored, sent and copied with
// all the rest: what lies in freed blocks, and the files of libraries that are loaded.

import type { EmscriptenModule } from "../../worker/emscripten";

/** What of the main module's exports this needs. */
interface Allocators {
  memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(pointer: number): void;
  PyObject_Malloc(bytes: number): number;
  PyObject_Free(pointer: number): void;
  emscripten_stack_get_end(): number;
}

/** Largest block that malloc is asked for, and the largest that CPython's allocator serves from its own arenas. */
const LARGEST = 1 << 24;
const LARGEST_OBJECT = 512;
/** CPython's blocks and malloc's chunks differ by this much, on a 32-bit machine. */
const STEP = 8;

/** Where a handle of a library (struct dso of Emscripten's dynlink.h) has its file's bytes and their number, in words. */
const FILE_DATA = 7;
const FILE_SIZE = 8;
/** "\0asm" */
const MAGIC = 0x6d736100;

/**
 * Frees the files of the libraries that are loaded. Emscripten's dlopen reads each into memory, where it stays for
 * threads that might have to load it, too (load_library_done in dynlink.c); there are none.
 */
export function freeLibraryFiles({ LDSO, HEAPU32 }: EmscriptenModule, main: WebAssembly.Exports): void {
  const { free } = main as unknown as Allocators;
  for (const handle of Object.keys(LDSO.loadedLibsByHandle)) {
    const at = Number(handle) >>> 2; // 0 is the main module, which has no file
    const file = HEAPU32[at + FILE_DATA] ?? 0;
    if (at === 0 || HEAPU32[file >>> 2] !== MAGIC) continue;
    HEAPU32[at + FILE_DATA] = 0;
    HEAPU32[at + FILE_SIZE] = 0;
    free(file);
  }
}

/** Overwrites with zeros whatever is free. The heap does not grow. */
export function zeroFreeMemory(module: EmscriptenModule, main: WebAssembly.Exports): void {
  const { memory, malloc, free, PyObject_Malloc, PyObject_Free, emscripten_stack_get_end } =
    main as unknown as Allocators;
  // The stack grows down: between its end and its pointer lie the remains of calls that are over.
  module.HEAPU8.fill(0, emscripten_stack_get_end(), module.stackSave());
  const whole = Object.getOwnPropertyDescriptor(memory, "grow");
  Object.defineProperty(memory, "grow", {
    configurable: true,
    value: () => {
      throw new RangeError("nothing more while free memory is emptied");
    },
  });
  try {
    const pieces = takeAll(module, malloc, sizes(LARGEST, STEP));
    // Nothing is left for a further arena: what CPython still gives is free in those that it has.
    const objects = takeAll(module, PyObject_Malloc, sizes(LARGEST_OBJECT, STEP));
    for (const pointer of objects) PyObject_Free(pointer);
    for (const pointer of pieces) free(pointer);
  } finally {
    if (whole) Object.defineProperty(memory, "grow", whole);
    else delete (memory as { grow?: unknown }).grow;
  }
}

/** From large to small: by halves as long as that is more than a step, then step by step. */
function* sizes(largest: number, step: number): Generator<number> {
  let size = largest;
  for (; size > 2 * LARGEST_OBJECT; size >>= 1) yield size;
  for (; size >= step; size -= step) yield size;
}

function takeAll(module: EmscriptenModule, allocate: (bytes: number) => number, sizes: Iterable<number>): number[] {
  const taken: number[] = [];
  for (const size of sizes) {
    for (let pointer = allocate(size); pointer !== 0; pointer = allocate(size)) {
      module.HEAPU8.fill(0, pointer, pointer + size);
      taken.push(pointer);
    }
  }
  return taken;
}
