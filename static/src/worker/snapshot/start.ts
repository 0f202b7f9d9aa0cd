// Three ways to a running interpreter: from the wheels, from an image of their files, from a snapshot of the heap.

import stamp from "belljar:stamp";
import { Probes } from "../../capture/split/probes";
import { capture, initialOf } from "../../capture/worker/capture";
import { record } from "../../capture/worker/record";
import { standStill } from "../../capture/worker/stillness";
import { freeLibraryFiles, zeroFreeMemory } from "../../capture/worker/tidy";
import {
  type BootSettings,
  type CapturedParts,
  type CodePlaces,
  type PackedFiles,
  type Place,
  type RawSnapshot,
  SNAPSHOT,
} from "../../protocol/messages";
import { type Arrivals, wholeImage } from "../arrivals";
import type { EmscriptenModule } from "../emscripten";
import { type ColdModule, Halves } from "../halves";
import { imageFiles, layOut, mountImage, packFiles, type ReadImage } from "../image";
import type { Packages } from "../packages";
import { askedExports, bootPyodide, type Core, ENVIRONMENT, type PyCallable, type Pyodide } from "../pyodide";
import { installHarness, LIBRARY } from "../session";
import { lendSymbols } from "../symbols";
import type { Attach } from "./libraries";
import { fillMain, knowOffsets } from "./linking";
import { type RestoreSource, restoring, setTimeZone } from "./restore";
import type { SnapshotState } from "./state";

const STDLIB = "/lib/python314.zip";
/** What an image holds. matplotlib's folder has its list of fonts, which takes a second to make. */
const IMAGE_ROOTS = [STDLIB, "/lib/python3.14", "/usr/lib", LIBRARY, "/tmp/matplotlib"];
/** Small files that libraries write while they are imported; they are part of the state. */
const STATE_FOLDERS = ["/tmp/matplotlib"];

/** A snapshot, of which some may still be on its way. */
export interface SnapshotParts {
  /** Two lines of JSON: CodePlaces for the frame, SnapshotState for the worker. */
  state: Promise<Blob>;
  libraries: Promise<WebAssembly.Module[]>;
  /** Cold halves, which may come at any time. */
  cold: Promise<ColdModule[]>;
  /** Head of the image. */
  hot: Promise<Blob>;
  heap: Promise<ArrayBuffer>[];
}

/** Starts from a snapshot. Throws when it is not of this belljar, or differs in anything. */
export async function restore(
  { lock, wasm }: Pick<Core, "lock" | "wasm">,
  { state, libraries, cold, hot, heap }: SnapshotParts,
  arrivals: Arrivals,
  lap: (name: string) => void,
): Promise<Pyodide> {
  let read: ReadImage | undefined;
  let places: Place[] = [];
  let head = 0;
  const halves = new Halves((id) => {
    const [offset, length] = places[id] ?? [0, 0];
    if (!read) throw new Error("code was needed before it was known where it lies");
    return read(head + offset, length);
  });
  void cold.then((compiled) => halves.give(compiled));
  const opened = async (found: SnapshotState): Promise<ReadImage> => {
    places = found.code;
    head = found.parts.hot;
    const { code, rest } = SNAPSHOT;
    read = arrivals.reader([
      await hot,
      { name: code, size: found.parts.code },
      { name: rest, size: Number.POSITIVE_INFINITY },
    ]);
    return read;
  };
  const parsed = async (): Promise<SnapshotState> => {
    const text = await (await state).text();
    const found = JSON.parse(text.slice(text.indexOf("\n"))) as SnapshotState;
    if (found.harness !== stamp) throw new Error("the snapshot is of another belljar");
    return found;
  };
  const attach: Attach = (id, found) => halves.attach(id, found);
  return restoreFrom({ lock, wasm }, { state: parsed(), libraries, heap, read: opened, attach, lap });
}

type Restored = Omit<RestoreSource, "env" | "linked" | "top" | "mountImage"> & {
  read(state: SnapshotState): Promise<ReadImage>;
};

async function restoreFrom(core: Pick<Core, "lock" | "wasm">, { read, ...source }: Restored): Promise<Pyodide> {
  source.state.catch(() => {}); // awaited further down
  let known: SnapshotState | undefined;
  let env: Record<string, unknown> = {};
  let show = (): void => {};
  let settings = {} as EmscriptenModule;
  let offsets: ReturnType<typeof knowOffsets> | undefined;
  let lend: ReturnType<typeof lendSymbols> | undefined;
  let sbrk: (bytes: number) => number;
  const stdlib = Promise.resolve(new Blob());
  const py = await bootPyodide(
    { ...core, stdlib },
    {
      before: async (imports) => {
        known = await source.state;
        source.lap("waiting for the state");
        offsets = knowOffsets(settings.GOT, known);
        env = imports.env as Record<string, unknown>;
        const asked = askedExports();
        if (asked) lend = lendSymbols(env, () => settings, asked);
      },
      main: ({ exports }, module, imports) => {
        sbrk = exports.sbrk as typeof sbrk;
        source.attach(0, { module, exports, imports });
        if (known) show = fillMain(known, exports, env);
        offsets?.pass(true);
        return lend?.(exports);
      },
      factory: (original) => {
        const factory = async (given: object): Promise<EmscriptenModule> => {
          settings = given as EmscriptenModule; // its own module object, from the beginning
          const made = await (original as Parameters<typeof restoring>[0])(given);
          offsets?.pass(false);
          return made;
        };
        return restoring(factory, {
          ...source,
          env: () => env,
          linked: () => show(),
          top: () => sbrk(0) >>> 0,
          mountImage: async (module) => {
            const state = await source.state;
            module.FS.unlink(STDLIB); // an empty one, in whose place the image has the real one
            mountImage(module.FS, state.image, await read(state));
          },
        });
      },
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
  py.pyimport<{ wake: PyCallable }>("belljar_harness.restored").wake();
  source.lap("self-check");
  return py;
}

/** Starts from the wheels and gives every file that is there then. */
export async function pack(core: Core, packages: Packages, settings: BootSettings): Promise<PackedFiles> {
  const py = await bootPyodide(core);
  if (settings.load.length > 0) await packages.install(py, settings.load);
  await installHarness(py, core.harness);
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
  const [image = new Blob()] = layOut(packed, []);
  return { index: packed.index, image, packages: { ...py.loadedPackages } };
}

/** Starts on an image, imports what the profile is for and captures the interpreter. */
export async function snap(core: Core, input: PackedFiles, settings: BootSettings): Promise<RawSnapshot> {
  let main: WebAssembly.Module | undefined;
  let exports: WebAssembly.Exports = {};
  let module: EmscriptenModule | undefined;
  const freeFiles = (): void => {
    if (module) freeLibraryFiles(module, exports);
  };
  const recording = record(freeFiles); // each leaves its place to what comes behind it
  const goOn = standStill();
  let initial = new Uint8Array();
  let mainTable = 0;
  let env: Record<string, unknown> = {};
  const read = wholeImage(input.image);
  const py = await bootPyodide(core, {
    before: async (imports) => {
      env = imports.env as Record<string, unknown>;
    },
    main: (instance, code) => {
      main = code;
      exports = instance.exports;
      initial = initialOf(exports);
      mainTable = (exports.__indirect_function_table as WebAssembly.Table).length;
      return undefined;
    },
    options: {
      _makeSnapshot: true,
      env: { ...ENVIRONMENT, PYTHONHASHSEED: "0" },
      fsInit: async (fs: EmscriptenModule["FS"]) => mountImage(fs, input.index, read),
    },
  });
  module = py._module;
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
  freeFiles();
  zeroFreeMemory(py._module, exports);
  const { state, heap } = capture({
    module: py._module,
    code: main as unknown as WebAssembly.Module,
    main: exports,
    mainTable,
    env,
    initial,
    sides: recording.sides,
    harness: stamp,
    image: input.index,
    folders: STATE_FOLDERS,
  });
  return { state: JSON.stringify(state), heap: heap.buffer };
}

/**
 * Restores what was captured, once, as every user's worker will, and uses it; `use` is given what to call once the first
 * cells are over. The code that runs in all of them and what is read of the
 * image until then is what a start needs at once; this goes to the image's head. Throws when it can't be restored.
 */
export async function prove(
  { lock }: Pick<Core, "lock">,
  raw: RawSnapshot,
  { image, main }: { image: Blob; main: Blob },
  use: (py: Pyodide, read: () => void) => Promise<void>,
): Promise<CapturedParts> {
  const state = JSON.parse(raw.state) as SnapshotState;
  const heap = new Blob([raw.heap]); // the restore lets go of the bytes
  const touched = new Set<number>();
  let first: string[] | undefined;
  const read = wholeImage(image);
  const watched: ReadImage = (offset, length) => {
    touched.add(offset);
    return read(offset, length);
  };
  const files = new Map([...imageFiles(state.image)].map(([path, offset, length]) => [path, { offset, length }]));
  const libraries = state.libraries.map(({ names: [path = ""] }) => path);
  const originals = libraries.map((path) => {
    const { offset, length } = files.get(path) ?? { offset: 0, length: 0 };
    return read(offset, length);
  });
  const probes = new Probes([new Uint8Array(await main.arrayBuffer()), ...originals]);
  const [wasm, ...compiled] = probes.modules;
  const source: Restored = {
    state: Promise.resolve(JSON.parse(raw.state) as SnapshotState), // of its own: a restore empties it
    libraries: Promise.all(compiled),
    heap: [Promise.resolve(raw.heap)],
    read: () => Promise.resolve(watched),
    attach: (id, { exports }) => probes.attach(id, exports),
    lap: () => {},
  };
  const seen = (): string[] =>
    [...files].filter(([, { offset, length }]) => length > 0 && touched.has(offset)).map(([path]) => path);
  const goOn = standStill(); // what control comes to is not to be a matter of chance
  const py = await restoreFrom({ lock, wasm: wasm as Promise<WebAssembly.Module> }, source);
  await use(py, () => {
    first = seen();
    probes.mark();
  });
  goOn();
  const { table } = state;
  const hot = probes.hot(
    new Map(table.entries.filter(([, owner]) => owner === "main").map(([at, , name]) => [at, name])),
  );
  // A main module that is split knows its own places.
  if (hot[0] !== probes.originals[0]) table.entries = table.entries.filter(([, owner]) => owner !== "main");
  const all = new Uint8Array(await image.arrayBuffer());
  const bytes = new Map([...files].map(([path, { offset, length }]) => [path, all.subarray(offset, offset + length)]));
  const [head = new Blob(), code = new Blob(), rest = new Blob()] = layOut({ index: state.image, bytes }, [
    { ahead: hot, paths: (first ?? seen()).filter((path) => path !== STDLIB && !libraries.includes(path)) },
    { ahead: probes.originals.slice(0, 1), paths: libraries },
  ]);
  const whole = placesOf(probes.originals);
  Object.assign(state, { parts: { hot: head.size, code: code.size }, code: whole } satisfies Partial<SnapshotState>);
  const places: CodePlaces = { hot: placesOf(hot), whole };
  return { state: `${JSON.stringify(places)}\n${JSON.stringify(state)}`, heap, hot: head, code, rest };
}

/** Where pieces come to lie that are put one behind the other. */
function placesOf(pieces: readonly Uint8Array[]): Place[] {
  let offset = 0;
  return pieces.map(({ length }) => {
    offset += length;
    return [offset - length, length];
  });
}
