// Three ways to a running interpreter: from the wheels, from an image of their files, from a snapshot of the heap.

import stamp from "belljar:stamp";
import type { BootSettings, CapturedParts, LibraryPlaces, PackedFiles, RawSnapshot } from "../../protocol/messages";
import type { EmscriptenModule } from "../emscripten";
import { layOut, mountImage, packFiles, type ReadImage } from "../image";
import type { Packages } from "../packages";
import { bootPyodide, type Core, ENVIRONMENT, type Pyodide } from "../pyodide";
import { installHarness, LIBRARY } from "../session";
import { capture } from "./capture";
import { type Initial, MAIN_BYTES, takeInitial } from "./initial";
import { record } from "./record";
import { type RestoreSource, restoring, setTimeZone } from "./restore";
import type { SnapshotState } from "./state";
import { standStill } from "./stillness";
import { zeroFreeMemory } from "./tidy";

const STDLIB = "/lib/python314.zip";
/** What an image holds. matplotlib's folder has its list of fonts, which takes a second to make. */
const IMAGE_ROOTS = [STDLIB, "/lib/python3.14", "/usr/lib", LIBRARY, "/tmp/matplotlib"];
/** Small files that libraries write while they are imported; they are part of the state. */
const STATE_FOLDERS = ["/tmp/matplotlib"];

/** A snapshot, of which some may still be on its way. */
export interface SnapshotParts {
  /** Two lines of JSON: LibraryPlaces for the frame, SnapshotState for the worker. */
  state: Promise<Blob>;
  libraries: Promise<WebAssembly.Module[]>;
  /** Head of the image. */
  hot: Promise<Blob>;
  heap: Promise<ArrayBuffer>[];
}

/** The image behind its head. */
export interface ImageRest {
  /** All of it, once it is here. */
  rest(): Blob | undefined;
  /** Reads from it while it is on its way, where that is possible. */
  paged: ReadImage | null;
}

/** Bytes of an image in two blobs, of which the second may come later. */
export function reader(hot: Blob, { rest, paged }: ImageRest): ReadImage {
  const files = new FileReaderSync();
  return (offset, length) => {
    const cold = offset >= hot.size;
    const blob = cold ? rest() : hot;
    const from = cold ? offset - hot.size : offset;
    if (!blob) {
      if (!paged) throw new Error("a file of the image was needed before it had arrived");
      return paged(from, length);
    }
    return new Uint8Array(files.readAsArrayBuffer(blob.slice(from, from + length)));
  };
}

/** Starts from a snapshot. Throws when it is not of this belljar, or differs in anything. */
export async function restore(
  { lock, wasm }: Core,
  { state, libraries, hot, heap }: SnapshotParts,
  rest: ImageRest,
  lap: (name: string) => void,
): Promise<Pyodide> {
  const read = async (): Promise<ReadImage> => reader(await hot, rest);
  const parsed = async (): Promise<SnapshotState> => {
    const text = await (await state).text();
    const found = JSON.parse(text.slice(text.indexOf("\n"))) as SnapshotState;
    if (found.harness !== stamp) throw new Error("the snapshot is of another belljar");
    return found;
  };
  return restoreFrom({ lock, wasm }, { state: parsed(), libraries, heap, read: read(), lap });
}

const initialOf = (main: WebAssembly.Exports): Initial => takeInitial(main.memory as WebAssembly.Memory, 0, MAIN_BYTES);

type Restored = Omit<RestoreSource, "main" | "initial" | "mountImage"> & { read: Promise<ReadImage> };

async function restoreFrom(core: Omit<Core, "stdlib">, { read, ...source }: Restored): Promise<Pyodide> {
  source.state.catch(() => {}); // awaited further down
  let exports: WebAssembly.Exports = {};
  let initial: Initial | undefined;
  const stdlib = Promise.resolve(new Blob());
  const py = await bootPyodide(
    { ...core, stdlib },
    {
      main: (instance) => {
        exports = instance.exports;
        initial = initialOf(exports);
      },
      factory: (original) =>
        restoring(original as Parameters<typeof restoring>[0], {
          ...source,
          main: () => exports,
          initial: () => {
            const taken = initial as Initial;
            initial = undefined;
            return taken;
          },
          mountImage: async (module) => {
            const { image } = await source.state;
            module.FS.unlink(STDLIB); // an empty one, in whose place the image has the real one
            mountImage(module.FS, image, await read);
          },
        }),
      // A snapshot of Pyodide's own kind would be these bytes; any will do, ours is put in by the factory.
      options: {
        _loadSnapshot: new Uint8Array(16),
        _snapshotDeserializer: () => {
          throw new Error("the snapshot holds an object that is not known");
        },
      },
    },
  );
  source.lap("interpreter");
  setTimeZone(py._module);
  py.runPython("from belljar_harness import restored; restored.wake(); del restored");
  source.lap("self-check");
  return py;
}

/** Starts from the wheels and gives every file that is there then. */
export async function pack(core: Core, packages: Packages, settings: BootSettings): Promise<PackedFiles> {
  const py = await bootPyodide(core);
  if (settings.load.length > 0) await packages.install(py, settings.load);
  installHarness(py);
  py.runPython(`
import compileall, py_compile, sys
keep = sys.dont_write_bytecode
sys.dont_write_bytecode = False
compileall.compile_dir(${JSON.stringify(LIBRARY)}, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
sys.dont_write_bytecode = keep
from belljar_harness import warming
warming.prepare(${JSON.stringify(settings.load)})
`);
  const packed = packFiles(py._module.FS, IMAGE_ROOTS);
  const { rest } = layOut(packed, []);
  return { index: packed.index, image: rest, packages: { ...py.loadedPackages } };
}

/** Starts on an image, imports what the profile is for and captures the interpreter. */
export async function snap(core: Core, input: PackedFiles, settings: BootSettings): Promise<RawSnapshot> {
  const recording = record();
  const goOn = standStill();
  let exports: WebAssembly.Exports = {};
  let initial: Initial | undefined;
  let mainTable = 0;
  const read = reader(new Blob(), { rest: () => input.image, paged: null });
  const py = await bootPyodide(core, {
    main: (instance) => {
      exports = instance.exports;
      initial = initialOf(exports);
      mainTable = (exports.__indirect_function_table as WebAssembly.Table).length;
    },
    options: {
      _makeSnapshot: true,
      env: { ...ENVIRONMENT, PYTHONHASHSEED: "0" },
      fsInit: async (fs: EmscriptenModule["FS"]) => mountImage(fs, input.index, read),
    },
  });
  Object.assign(py.loadedPackages, input.packages);
  py.runPython(`
import sys
sys.path.append(${JSON.stringify(LIBRARY)})
from belljar_harness import restored, start
restored.settle(${JSON.stringify(settings.load)})
del restored, start, sys
`);
  goOn();
  recording.stop();
  zeroFreeMemory(py._module, exports);
  const { state, heap } = capture({
    module: py._module,
    main: exports,
    mainTable,
    initial: initial as unknown as Initial,
    sides: recording.sides,
    harness: stamp,
    image: input.index,
    folders: STATE_FOLDERS,
  });
  return { state: JSON.stringify(state), heap: heap.buffer };
}

/**
 * Restores what was captured, once, as every user's worker will, and uses it. What it reads of the image meanwhile is
 * what a start needs at once; this goes to the image's head, behind the libraries. Throws when it can't be restored.
 */
export async function prove(
  core: Core,
  raw: RawSnapshot,
  image: Blob,
  use: (py: Pyodide) => Promise<void>,
): Promise<CapturedParts> {
  const state = JSON.parse(raw.state) as SnapshotState;
  const heap = new Blob([raw.heap]); // the restore lets go of the bytes
  const touched = new Set<number>();
  const read = reader(new Blob(), { rest: () => image, paged: null });
  const watched: ReadImage = (offset, length) => {
    touched.add(offset);
    return read(offset, length);
  };
  const files = new Map(state.image.files.map(([path, , , offset, length]) => [path, { offset, length }]));
  const libraries = state.libraries.map(({ names: [path = ""] }) => path);
  const compiled = libraries.map((path) => {
    const { offset, length } = files.get(path) ?? { offset: 0, length: 0 };
    return WebAssembly.compile(read(offset, length));
  });
  const source: Restored = {
    state: Promise.resolve(JSON.parse(raw.state) as SnapshotState), // of its own: a restore empties it
    libraries: Promise.all(compiled),
    heap: [Promise.resolve(raw.heap)],
    read: Promise.resolve(watched),
    lap: () => {},
  };
  await use(await restoreFrom(core, source));
  const all = new Uint8Array(await image.arrayBuffer());
  const bytes = new Map([...files].map(([path, { offset, length }]) => [path, all.subarray(offset, offset + length)]));
  const first = [...files].filter(([, { offset, length }]) => length > 0 && touched.has(offset)).map(([path]) => path);
  const places = layOut({ index: state.image, bytes }, [...libraries, ...first.filter((path) => path !== STDLIB)]);
  const lie = new Map(state.image.files.map(([path, , , offset, length]) => [path, [offset, length]]));
  const head: LibraryPlaces = libraries.map((path) => lie.get(path) as [number, number]);
  return { state: `${JSON.stringify(head)}\n${JSON.stringify(state)}`, heap, ...places };
}
