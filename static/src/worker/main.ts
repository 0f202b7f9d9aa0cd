// The worker: boots Python from transferred bytes, then runs one cell after the other. Hostile from the first user
// line on; the frame believes nothing it says beyond what the guards let through.
//
//   boot ─► stage… ─► ready ─► (warm ─► warmed) ─► run ─► … ─► done ─► run ─► …
//                └► failed                          └► crashed (the interpreter is gone)

import { type BootSettings, PROFILE, type WorkerCommand } from "../protocol/messages";
import { say, sayText } from "./channel";
import { installFetch } from "./fetch-shim";
import { SessionFiles } from "./files";
import { dropFileSystems, scrubGlobals, scrubPrototypes, silenceConsole, spendTrustedTypes } from "./globals";
import { capMemory } from "./memory";
import { Packages } from "./packages";
import { bootPyodide, hasJspi } from "./pyodide";
import { HarnessSession } from "./session";

interface Live {
  files: SessionFiles;
  session: HarnessSession;
}

let packages: Packages | undefined;
let live: Live | undefined;

const sentence = (error: unknown): string => {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.trim().slice(0, 1_000);
};

async function boot(command: Extract<WorkerCommand, { type: "boot" }>): Promise<void> {
  const settings: BootSettings = command.settings;
  capMemory(settings.limits.memory_bytes);
  installFetch();
  const loader = new Packages(settings);
  packages = loader;
  const profile = settings.load.length > 0 ? loader.delivered(PROFILE) : Promise.resolve();
  profile.catch(() => {}); // reported below, after the runtime is up
  say({ type: "stage", label: "starting Python" });
  const py = await bootPyodide(command.core, command.wasm);
  if (settings.load.length > 0) {
    say({ type: "stage", label: "waiting for packages" });
    await profile;
    say({ type: "stage", label: `unpacking ${settings.load.length} packages` });
    await loader.install(py, settings.load);
  }
  const files = new SessionFiles(py.FS);
  const interrupt = command.interrupt ? new Uint8Array(command.interrupt) : null;
  const session = new HarnessSession(py, loader, files, settings, interrupt);
  py._api.on_fatal = (error) => say({ type: "crashed", reason: sentence(error) });
  dropFileSystems(py.FS.filesystems);
  silenceConsole();
  spendTrustedTypes();
  scrubPrototypes();
  scrubGlobals();
  reportViolations();
  live = { files, session };
  const python = py.runPython("'.'.join(map(str, __import__('sys').version_info[:3]))") as string;
  say({ type: "ready", python, pyodide: py.version, jspi: hasJspi, packages: [...loader.loaded] });
}

/** Commands other than boot and packages need a session; the frame never sends them before `ready`. */
async function serve(command: WorkerCommand, { files, session }: Live): Promise<void> {
  switch (command.type) {
    case "run":
      return session.run(command.run, command.code, command.options);
    case "warm":
      await session.warm();
      return say({ type: "warmed" });
    case "interrupt":
      return session.interrupt();
    case "input":
      return session.answer(command.id, command.text);
    case "complete": {
      const { matches, start } = JSON.parse(session.complete(command.code, command.cursor)) as {
        matches: { text: string; type: string }[];
        start: number;
      };
      return say({ type: "completed", id: command.id, matches: matches.slice(0, 1_000), start });
    }
    case "file_write":
      return files.write(command.path, command.blob);
    case "file_remove":
      return files.remove(command.path);
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
  if (command.type === "boot") {
    boot(command).catch((error: unknown) => say({ type: "failed", reason: sentence(error) }));
  } else if (command.type === "packages") {
    packages?.deliver(command.id, command.files, command.error);
  } else if (live) {
    serve(command, live).catch((error: unknown) => say({ type: "crashed", reason: sentence(error) }));
  }
});
