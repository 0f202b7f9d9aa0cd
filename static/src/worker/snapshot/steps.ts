// The three steps of making a snapshot, each in a worker of its own that never sees a line of user code and ends with
// it: the files of everything installed; an interpreter that lives on them; the proof that it can be restored.

import type { BootSettings, CaptureCommand } from "../../protocol/messages";
import { installFetch } from "../fetch-shim";
import { SessionFiles } from "../files";
import { capMemory } from "../memory";
import { Packages } from "../packages";
import type { Core } from "../pyodide";
import { HarnessSession } from "../session";
import { pack, prove, snap } from "./start";

/** What a first cell uses of each package, so that the files it reads are known. */
const TRIALS: Record<string, string> = {
  matplotlib: `
import matplotlib.pyplot as plt
plt.plot([1, 2], [2, 1], label="$x^2$")
plt.title("A")
plt.legend()
plt.show()
`,
  pandas: `
import pandas as pd
display(pd.DataFrame({"a": [1, 2]}).describe())
`,
};

/** The trial of the packages that are there: an import of another one would be waited for. */
function trial({ load }: BootSettings): string {
  return ["import sys\nprint(sys.version_info[:2])\n", ...load.map((name) => TRIALS[name] ?? "")].join("");
}

export async function captureStep(command: CaptureCommand, core: Core): Promise<void> {
  const { settings } = command;
  capMemory(settings.limits.memory_bytes);
  installFetch();
  const loader = new Packages(settings);
  if (command.type === "pack") {
    loader.deliver("", command.files, null);
    self.postMessage({ type: "packed", ...(await pack(core, loader, settings)) });
    return;
  }
  for (const name of settings.load) loader.loaded.add(name);
  if (command.type === "snap") {
    const raw = await snap(core, command, settings);
    self.postMessage({ type: "snapped", ...raw }, [raw.heap]);
    return;
  }
  const { state, heap, image } = command;
  const parts = await prove(core, { state, heap }, image, async (py) => {
    const session = new HarnessSession(py, loader, new SessionFiles(py.FS), settings, null);
    await session.run("trial", trial(settings), {
      timeout_ms: 60_000,
      input: false,
      svg: false,
      context: "trial",
      fresh: false,
    });
  });
  self.postMessage({ type: "captured", ...parts });
}
