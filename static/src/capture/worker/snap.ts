// Second step of a capture: an interpreter that lives on the packed files, has imported what the profile is for, and is taken
// as it is then.

import stamp from "belljar:stamp";
import type { BootSettings } from "../../protocol/messages";
import type { EmscriptenModule } from "../../worker/emscripten";
import { mountImage } from "../../worker/image";
import { bootPyodide, type Core, ENVIRONMENT } from "../../worker/pyodide";
import { LIBRARY } from "../../worker/session";
import type { PackedFiles, RawSnapshot } from "../messages";
import { capture, initialOf } from "./capture";
import { record } from "./record";
import { standStill } from "./stillness";
import { freeLibraryFiles, zeroFreeMemory } from "./tidy";
import { wholeImage } from "./whole-image";

/** Small files that libraries write while they are imported; they are part of the state. */
const STATE_FOLDERS = ["/tmp/matplotlib"];

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
