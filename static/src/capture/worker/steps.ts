// The three steps of making a snapshot, each in a worker of its own that never sees a line of user code and ends with
// it: the files of everything installed; an interpreter that lives on them; the proof that it can be restored.

import files from "belljar:trials";
import { INTERRUPT_BYTES, INTERRUPTED, SIGNAL } from "../../common/interrupt";
import type { RunOptions } from "../../protocol/messages";
import { Arrivals } from "../../worker/arrivals";
import { say } from "../../worker/channel";
import { installFetch } from "../../worker/fetch-shim";
import { SessionFiles } from "../../worker/files";
import { capMemory } from "../../worker/memory";
import { Packages } from "../../worker/packages";
import type { Core } from "../../worker/pyodide";
import { HarnessSession } from "../../worker/session";
import type { Command } from "../messages";
import { pack } from "./pack";
import { prove } from "./prove";
import { snap } from "./snap";
import { trials } from "./trials";

/** By when a cell that was begun waits, in milliseconds. */
const BEGUN_MS = 500;

/** After so many looks at the interrupt buffer a cell is in the midst of what it does. */
const LOOKS = 50;

/** An interrupt buffer in which an interrupt is found, once, a while after `stop`. */
function interrupting(): { buffer: Uint8Array; stop(): void } {
  let looks = Number.NEGATIVE_INFINITY;
  const signal = String(SIGNAL);
  const buffer = new Proxy(new Uint8Array(INTERRUPT_BYTES), {
    get: (bytes, key) => (key === signal && ++looks > LOOKS ? INTERRUPTED : Reflect.get(bytes, key)),
    set: (bytes, key, value) => {
      // Only that one was taken: the other bytes are the worker's own, and it writes them when a cell begins, too.
      if (key === signal) looks = Number.NEGATIVE_INFINITY;
      return Reflect.set(bytes, key, value);
    },
  });
  return {
    buffer,
    stop: () => {
      looks = 0;
    },
  };
}

/** Stops cells as people and clocks do: in the midst of computing, and while they wait. */
async function stops(session: HarnessSession, stop: () => void, options: RunOptions): Promise<void> {
  stop();
  await session.run("trial", "import asyncio, time\nwhile True: pass", options);
  for (const waiting of ["time.sleep(5)", "await asyncio.sleep(5)", "input()"]) {
    const run = session.run("trial", waiting, options);
    await new Promise((resolve) => setTimeout(resolve, BEGUN_MS));
    session.interrupt();
    await run;
  }
}

export async function captureStep(command: Command, core: Core): Promise<void> {
  const { settings } = command;
  capMemory(settings.limits.memory_bytes);
  installFetch();
  const loader = new Packages(settings, new Arrivals(null));
  if (command.type === "pack") {
    loader.deliver("", { files: command.files, images: [], error: null });
    self.postMessage({ type: "packed", ...(await pack(core, loader, settings)) });
    return;
  }
  for (const name of settings.load) loader.loaded.add(name);
  if (command.type === "snap") {
    const raw = await snap(core, command, settings);
    self.postMessage({ type: "snapped", ...raw }, [raw.heap]);
    return;
  }
  const { state, heap, image, main } = command;
  const { first, more } = trials(files, settings.load);
  const options = { timeout_ms: 60_000, input: false, svg: false, context: "trial", fresh: false };
  const parts = await prove(core, { state, heap }, { image, main }, async (py, read) => {
    py._api.on_fatal = (error) => say({ type: "crashed", reason: String(error).slice(0, 1_000) });
    // Nobody is there to send another package.
    const allowed = Object.entries(settings.packages).filter(([name]) => settings.load.includes(name));
    const alone = { ...settings, packages: Object.fromEntries(allowed) };
    const { buffer, stop } = interrupting();
    const session = new HarnessSession(
      py,
      loader,
      new SessionFiles(py._module.FS, settings.limits.file_bytes),
      alone,
      buffer,
    );
    await session.run("trial", first, options);
    read();
    for (const cell of more) await session.run("trial", cell, options);
    session.complete("pr", 2);
    await session.warm();
    await stops(session, stop, { ...options, input: true });
  });
  self.postMessage({ type: "captured", ...parts });
}
