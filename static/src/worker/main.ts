// The worker: boots Python from transferred bytes, then runs one cell after the other. Hostile from the first user
// line on; the frame believes nothing it says beyond what the guards let through.
//
//   boot ─► stage… ─► ready ─► (warm ─► warmed) ─► run ─► … ─► done ─► run ─► …
//                └► failed                          └► crashed (the interpreter is gone)

import { Shelf } from "../common/shelf";
import { Timeline } from "../common/timing";
import { type BootSettings, type Piece, PROFILE, type WorkerCommand } from "../protocol/messages";
import { COLD, LATER_PARTS, LIBRARIES, SNAPSHOT, type SnapshotShape } from "../protocol/snapshot";
import { Arrivals } from "./arrivals";
import { say, sayText, sentence } from "./channel";
import { coreFrom } from "./core";
import { installFetch } from "./fetch-shim";
import { SessionFiles } from "./files";
import { dropFileSystems, scrubGlobals, scrubPrototypes, silenceConsole, spendTrustedTypes } from "./globals";
import type { ColdModule } from "./halves";
import { capMemory } from "./memory";
import { toCharacters, toUnits } from "./offsets";
import { Packages } from "./packages";
import { bootPyodide, hasJspi, type Pyodide } from "./pyodide";
import { HarnessSession, installHarness } from "./session";
import { restore, type SnapshotParts } from "./snapshot/start";

interface Live {
  files: SessionFiles;
  session: HarnessSession;
  image: Arrivals;
}

type Boot = Extract<WorkerCommand, { type: "boot" }>;

let packages: Packages | undefined;
/** What the frame hands over. */
const pieces = new Shelf<Piece>();
let live: Live | undefined;

const file = (name: string): Promise<Blob> => pieces.get(name) as Promise<Blob>;
const core = coreFrom(pieces);
/** Without shared memory: what all cells but an early one have to wait for. */
let wholeImage: Promise<unknown> | undefined;

const timeline = new Timeline(performance.timeOrigin);
const lap = (name: string): void => timeline.lap(`worker: ${name}`);
lap("reading its code");

/** Installs packages that come over while Python starts. */
async function installProfile(py: Pyodide, names: string[], loader: Packages, delivered: Promise<void>): Promise<void> {
  if (names.length === 0) return;
  say({ type: "stage", label: "waiting for packages" });
  await delivered;
  lap("waiting for packages");
  say({ type: "stage", label: `unpacking ${names.length} packages` });
  await loader.install(py, names);
  lap("packages");
}

function profile(names: string[], loader: Packages): Promise<void> {
  const delivered = names.length > 0 ? loader.delivered(PROFILE) : Promise.resolve();
  delivered.catch(() => {}); // reported once the runtime is up
  return delivered;
}

async function fromWheels({ load }: BootSettings, loader: Packages): Promise<Pyodide> {
  const delivered = profile(load, loader);
  const py = await bootPyodide(core);
  await installHarness(py, core.harness);
  lap("interpreter");
  await installProfile(py, load, loader, delivered);
  return py;
}

async function fromSnapshot(
  { settings, mailbox }: Boot,
  shape: SnapshotShape,
  loader: Packages,
  later: Arrivals,
): Promise<Pyodide> {
  const missing = settings.load.filter((name) => !shape.load.includes(name));
  const delivered = profile(missing, loader);
  const parts: SnapshotParts = {
    state: file(SNAPSHOT.state),
    libraries: pieces.get(LIBRARIES) as Promise<WebAssembly.Module[]>,
    cold: pieces.get(COLD) as Promise<ColdModule[]>,
    hot: file(SNAPSHOT.hot),
    heap: Array.from({ length: shape.heap }, (_, at) => pieces.get(SNAPSHOT.heap(at)) as Promise<ArrayBuffer>),
  };
  // Without shared memory a cell can't wait in its midst for what comes later.
  if (!mailbox) wholeImage = Promise.all(LATER_PARTS.map((part) => pieces.get(SNAPSHOT[part])));
  const py = await restore(core, parts, later, lap);
  for (const name of shape.load) loader.loaded.add(name);
  await installProfile(py, missing, loader, delivered);
  return py;
}

async function boot(command: Boot): Promise<void> {
  lap("waiting for the start");
  const { settings } = command;
  capMemory(settings.limits.memory_bytes);
  installFetch();
  const later = new Arrivals(command.mailbox, (name) => pieces.here(name) as Blob | undefined);
  const loader = new Packages(settings, later);
  packages = loader;
  say({ type: "stage", label: "starting Python" });
  const { snapshot } = command;
  const py = await (snapshot ? fromSnapshot(command, snapshot, loader, later) : fromWheels(settings, loader));
  const files = new SessionFiles(py._module.FS, settings.limits.file_bytes);
  const interrupt = command.interrupt ? new Uint8Array(command.interrupt) : null;
  const session = new HarnessSession(py, loader, files, settings, interrupt);
  py._api.on_fatal = (error) => say({ type: "crashed", reason: sentence(error) });
  dropFileSystems(py.FS.filesystems);
  silenceConsole();
  spendTrustedTypes();
  scrubPrototypes();
  scrubGlobals();
  reportViolations();
  lap("session");
  live = { files, session, image: later };
  say({
    type: "ready",
    python: session.python,
    pyodide: py.version,
    jspi: hasJspi,
    packages: [...loader.loaded],
    steps: timeline.steps,
  });
}

/** Commands other than boot and packages need a session; the frame never sends them before `ready`. */
async function serve(command: WorkerCommand, { files, session, image }: Live): Promise<void> {
  switch (command.type) {
    case "run":
      image.early = command.early;
      if (!command.early) await wholeImage;
      try {
        return await session.run(command.run, command.code, command.options);
      } finally {
        image.early = false; // what completes code, or was left behind, must not end this Python
      }
    case "warm":
      await wholeImage;
      await session.warm();
      return say({ type: "warmed" });
    case "interrupt":
      return session.interrupt();
    case "input":
      return session.answer(command.id, command.text);
    case "complete": {
      const { code, cursor } = command;
      const { matches, start } = JSON.parse(session.complete(code, toCharacters(code, cursor))) as {
        matches: { text: string; type: string }[];
        start: number;
      };
      const from = toUnits(code, start);
      return say({ type: "completed", id: command.id, matches: matches.slice(0, 1_000), start: from });
    }
    case "inspect": {
      const found = session.inspect(command.code, toCharacters(command.code, command.cursor));
      return sayText(`{"type":"inspected","id":${JSON.stringify(command.id)},"found":${found}}`);
    }
    case "file_write":
      return files.write(command.path, command.blob);
    case "file_remove":
      return files.remove(command.path);
    case "folder_mount":
      return files.folders.mount(command.path, command.files);
    case "folder_remove":
      return files.folders.remove(command.path);
    case "ping":
      return sayText(JSON.stringify({ type: "pong", nonce: command.nonce }));
    default:
      return undefined;
  }
}

/** Tells what the browser refuses. Starts after the boot: Pyodide itself probes for an import that the policy stops. */
function reportViolations(): void {
  // lib.webworker.d.ts doesn't know that workers get this event too (CSP level 3, "violation reporting").
  self.addEventListener("securitypolicyviolation" as "message", (event: Event) => {
    const { effectiveDirective, blockedURI } = event as SecurityPolicyViolationEvent;
    say({ type: "blocked", by: "csp", what: effectiveDirective.slice(0, 200), target: blockedURI.slice(0, 500) });
  });
}

self.addEventListener("message", (event: MessageEvent<WorkerCommand>) => {
  const command = event.data;
  if (command.type === "piece") {
    pieces.put(command.name, command.value);
  } else if (command.type === "boot") {
    boot(command).catch((error: unknown) => say({ type: "failed", reason: sentence(error) }));
  } else if (command.type === "packages") {
    packages?.deliver(command.id, command);
  } else if (live) {
    serve(command, live).catch((error: unknown) => say({ type: "crashed", reason: sentence(error) }));
  }
});
