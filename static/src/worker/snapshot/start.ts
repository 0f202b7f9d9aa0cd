// Starts an interpreter from a snapshot: its parts, some of them still on their way, become one.

import stamp from "belljar:stamp";
import { type Place, SNAPSHOT } from "../../protocol/snapshot";
import type { Arrivals } from "../arrivals";
import type { EmscriptenModule } from "../emscripten";
import { type ColdModule, Halves } from "../halves";
import { mountImage, type ReadImage } from "../image";
import { askedExports, bootPyodide, type Core, type PyCallable, type Pyodide } from "../pyodide";
import { lendSymbols } from "../symbols";
import type { Attach } from "./libraries";
import { fillMain, knowOffsets } from "./linking";
import { type RestoreSource, restoring, setTimeZone } from "./restore";
import type { SnapshotState } from "./state";

export const STDLIB = "/lib/python314.zip";

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
    places = found.cold;
    head = found.parts.hot;
    read = arrivals.reader([
      await hot,
      { name: SNAPSHOT.cold, size: found.parts.cold },
      { name: SNAPSHOT.rest, size: Number.POSITIVE_INFINITY },
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

export type Restored = Omit<RestoreSource, "env" | "linked" | "top" | "mountImage"> & {
  read(state: SnapshotState): Promise<ReadImage>;
};

export async function restoreFrom(core: Pick<Core, "lock" | "wasm">, { read, ...source }: Restored): Promise<Pyodide> {
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
      main: ({ exports }, _code, imports) => {
        sbrk = exports.sbrk as typeof sbrk;
        source.attach(0, { exports, imports });
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
