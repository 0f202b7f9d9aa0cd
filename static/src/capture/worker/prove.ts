// Third step of a capture: the proof that it can be restored. What is used of it meanwhile is what a start needs.

import type { CodePlaces, Place } from "../../protocol/snapshot";
import type { ReadImage } from "../../worker/image";
import type { Core, Pyodide } from "../../worker/pyodide";
import { type Restored, restoreFrom, STDLIB } from "../../worker/snapshot/start";
import type { SnapshotState } from "../../worker/snapshot/state";
import type { CapturedParts, RawSnapshot } from "../messages";
import { Probes } from "../split/probes";
import { imageFiles, layOut } from "./image";
import { standStill } from "./stillness";
import { wholeImage } from "./whole-image";

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
  const split = probes.halves(
    new Map(table.entries.filter(([, owner]) => owner === "main").map(([at, , name]) => [at, name])),
  );
  const hot = split.map((one) => one.hot);
  const cold = split.map((one) => one.cold ?? new Uint8Array());
  // A main module that is split knows its own places.
  if (hot[0] !== probes.originals[0]) table.entries = table.entries.filter(([, owner]) => owner !== "main");
  const all = new Uint8Array(await image.arrayBuffer());
  const bytes = new Map([...files].map(([path, { offset, length }]) => [path, all.subarray(offset, offset + length)]));
  // The libraries are linked: as files they would be sent once more, for nobody.
  const [head = new Blob(), behind = new Blob(), rest = new Blob()] = layOut(
    { index: state.image, bytes },
    [
      { ahead: hot, paths: (first ?? seen()).filter((path) => path !== STDLIB) },
      { ahead: cold, paths: [] },
    ],
    libraries,
  );
  const places: CodePlaces = { hot: placesOf(hot), cold: placesOf(cold) };
  const parts = { hot: head.size, cold: behind.size };
  Object.assign(state, { parts, cold: places.cold } satisfies Partial<SnapshotState>);
  return { state: `${JSON.stringify(places)}\n${JSON.stringify(state)}`, heap, hot: head, cold: behind, rest };
}

/** Where pieces come to lie that are put one behind the other. */
function placesOf(pieces: readonly Uint8Array[]): Place[] {
  let offset = 0;
  return pieces.map(({ length }) => {
    offset += length;
    return [offset - length, length];
  });
}
