// First step of a capture: Python with everything installed, and all files that are there then.

import type { BootSettings } from "../../protocol/messages";
import type { Packages } from "../../worker/packages";
import { bootPyodide, type Core } from "../../worker/pyodide";
import { installHarness, LIBRARY } from "../../worker/session";
import { STDLIB } from "../../worker/snapshot/start";
import type { PackedFiles } from "../messages";
import { layOut, packFiles } from "./image";

/** What an image holds. matplotlib's folder has its list of fonts, which takes a second to make. */
const IMAGE_ROOTS = [STDLIB, "/lib/python3.14", "/usr/lib", LIBRARY, "/tmp/matplotlib"];

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
