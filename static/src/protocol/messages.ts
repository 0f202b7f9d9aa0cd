// Every message between the rooms, as discriminated unions. Types only; guards.ts rebuilds what arrives.
//
//   host  ⇄  frame     over one MessagePort, handed over once          HostMessage / FrameMessage
//   frame ⇄  worker    postMessage; out of the worker come only JSON   WorkerCommand / WorkerMessage
//                      text and file blobs, never live objects

import type { Blocked, Bundle, ErrorInfo, FileChange, Status } from "./results";
import type { Step } from "./timing";

/** Version of this protocol; a host and a frame that differ refuse each other. */
export const PROTOCOL = 9;

/** What a frame says to the page around it when it is ready to take its port. */
export const KNOCK = "belljar:knock";

export interface NamedBytes {
  name: string;
  bytes: ArrayBuffer;
}

/** Where Pyodide believes its files lie. `.invalid` never resolves (RFC 2606). */
export const ASSETS_ORIGIN = "https://assets.invalid/";

/** Files that a start needs, by name. The first two reach the frame as expressions of a classic script. */
export const RUNTIME = {
  loader: "pyodide.mjs",
  factory: "pyodide.asm.mjs",
  wasm: "pyodide.asm.wasm",
  lock: "pyodide-lock.json",
  stdlib: "python_stdlib.zip",
  /** The harness as JSON: its Python files by their path. */
  harness: "harness.json",
} as const;

/** What the names of the heap's pieces begin with. */
export const HEAP = "snapshot-heap-";

/** Parts of a snapshot, by name. */
export const SNAPSHOT = {
  /** Pyodide's factory, as an expression, without the names that nobody asks for. */
  script: "snapshot-script.js",
  state: "snapshot-state.json",
  /** Head of the file-system image: the hot halves of all code, and what the first cell reads. */
  hot: "snapshot-hot.bin",
  /** The cold halves of all code, which no start needs. */
  cold: "snapshot-cold.bin",
  /** The rest of the image: what a start can do without. */
  rest: "snapshot-rest.bin",
  /** The heap comes in pieces, so that each can be put in its place while the next one is on its way. */
  heap: (position: number) => `${HEAP}${position}.bin`,
} as const;

export type Place = [offset: number, length: number];

/**
 * Where a snapshot's code lies, the main module first, then the libraries in the order in which they are loaded: the
 * first line of its state.
 */
export interface CodePlaces {
  /** The hot halves, in the image's head. */
  hot: Place[];
  /** The cold ones, in their part; nothing of a module that is whole. */
  cold: Place[];
}

/** The libraries of a snapshot, compiled, and the cold halves of the main module and of them. */
export const LIBRARIES = "libraries";
export const COLD = "cold";

/** What workers start from: files, or code that the frame has compiled for all of them. */
export type Piece = Blob | ArrayBuffer | WebAssembly.Module | (WebAssembly.Module | null)[];

/** A package's image: its PackageImage (policy.ts), of which the rest comes afterwards, if there is more. */
export interface ImageOffer {
  name: string;
  bytes: ArrayBuffer;
  more: boolean;
}

/** A package's image as a worker mounts it, with the rest where that is here already. */
export interface ImageParts {
  name: string;
  bytes: ArrayBuffer;
  rest: Blob | null;
}

/** Packages that were asked for: images, archives for those that have none, or a sentence. */
export interface Delivery<Image> {
  files: NamedBytes[];
  images: Image[];
  error: string | null;
}

/** What the rest of a package's image is called where somebody asks for a page of it. */
export const restOf = (name: string): string => `rest of ${name}`;

/** A folder of an image: its path, the names of its files with slashes between them, and two numbers for each. */
export type ImageFolder = [path: string, names: string, offsetsAndLengths: number[]];

/** The folders of an image, each behind the one that it is in; in bytes of the image. */
export type ImageIndex = ImageFolder[];

export interface FileInfo {
  /** Relative to the working directory, "/"-separated. */
  path: string;
  /** Bytes. */
  size: number;
}

/** The limits the frame enforces (see Limits in policy.ts for units). */
export interface FrameLimits {
  grace_ms: number;
  load_timeout_ms: number;
  memory_bytes: number;
  stream_chars: number;
  displays: number;
  display_bytes: number;
  flood_messages: number;
  flood_bytes: number;
  file_bytes: number;
  files: number;
}

/** What the worker tells Python about the packages it may load. */
export interface AllowedPackage {
  version: string;
  imports: string[];
  depends: string[];
}

export interface BootSettings {
  limits: FrameLimits;
  /** The allowlist by package name. */
  packages: Record<string, AllowedPackage>;
  /** Package names to load before `ready`, dependencies first. */
  load: string[];
  /** Stop by interrupt first (needs SharedArrayBuffer in the frame); false means kill only. */
  interrupt: boolean;
  /** So many booted workers are kept in reserve. */
  pool: number;
}

export interface RunOptions {
  /** Milliseconds of running, loading not counted. */
  timeout_ms: number;
  /** The host answers input(). */
  input: boolean;
  /** Figures also as SVG. */
  svg: boolean;
  /** Name of the namespace. */
  context: string;
  /** Run in a clean worker; the old session ends. */
  fresh: boolean;
}

// ---------------------------------------------------------------- host → frame

export interface SnapshotShape {
  /** Number of the heap's pieces. */
  heap: number;
  /** Packages inside. */
  load: string[];
}

export type HostMessage =
  /** `hold`: everything but the interpreter's memory is put in place; it boots at `begin`. */
  | { type: "boot"; settings: BootSettings; snapshot: SnapshotShape | null; hold: boolean }
  | { type: "begin" }
  /** `unverified`: the frame says with `read` what it found in it. */
  | { type: "part"; name: string; blob: Blob; unverified: boolean }
  | ({ type: "packages"; id: string } & Delivery<ImageOffer>)
  /** What a package's image lacked; null where it can't be had. */
  | { type: "rest"; name: string; blob: Blob | null }
  | { type: "execute"; request: number; code: string; options: RunOptions }
  | { type: "interrupt" }
  | { type: "reset"; request: number }
  | { type: "input"; id: string; text: string | null }
  | { type: "complete"; request: number; code: string; cursor: number }
  | { type: "file_write"; request: number; path: string; blob: Blob }
  | { type: "file_remove"; request: number; path: string }
  /** Answered at once. */
  | { type: "ping"; request: number };

// ---------------------------------------------------------------- frame → host

export interface Check {
  name: string;
  ok: boolean;
  detail: string;
}

export interface ReadyInfo {
  python: string;
  pyodide: string;
  /** input() and time.sleep() can wait without blocking the worker's event loop. */
  jspi: boolean;
  /** The soft interrupt is there. */
  interrupt: boolean;
  /** How it started. */
  start: "wheels" | "snapshot";
  /** Where the frame's and the worker's time went. */
  steps: Step[];
}

/** What a run streams while it runs. */
export type RunEvent =
  | { type: "started" }
  | { type: "stream"; name: "stdout" | "stderr"; text: string }
  | { type: "display"; data: Bundle; id: string | null; update: boolean }
  | { type: "result"; data: Bundle; execution_count: number }
  | { type: "clear"; wait: boolean }
  | { type: "blocked"; blocked: Blocked }
  | { type: "loading"; packages: { name: string; version: string }[] }
  | { type: "loaded"; packages: string[]; ms: number }
  | { type: "input"; id: string; prompt: string; password: boolean };

export interface Truncated {
  /** Characters of stdout and stderr left out. */
  stream_chars: number;
  /** Display bundles left out. */
  displays: number;
}

export interface RunOutcome {
  status: Exclude<Status, "refused" | "unavailable">;
  error: ErrorInfo | null;
  /** User code has started. */
  ran: boolean;
  execution_count: number;
  /** User code only, loading not counted. */
  duration_ms: number;
  /** Of a run that was ended: the files that had been handed over by then. */
  changes: FileChange[];
  truncated: Truncated | null;
  /** A sentence on what was lost and kept, where anything was. */
  note: string | null;
}

export type FrameMessage =
  | { type: "hello"; protocol: number; isolated: boolean; checks: Check[] }
  | { type: "progress"; stage: "runtime" | "packages" | "starting"; label: string }
  | { type: "ready"; info: ReadyInfo }
  | { type: "failed"; reason: string }
  | { type: "unrestorable"; reason: string }
  | { type: "stalled" }
  /** What the bytes of a part were, by their SHA-256; null where that can't be told here. */
  | { type: "read"; name: string; sha256: string | null }
  | { type: "need"; id: string; names: string[] }
  | { type: "event"; request: number; event: RunEvent }
  | { type: "done"; request: number; outcome: RunOutcome }
  | { type: "restarted"; reason: string; lost: string; kept: string }
  | { type: "spare"; count: number }
  | { type: "blocked"; blocked: Blocked }
  | { type: "packages_loaded"; names: string[] }
  | { type: "kept"; path: string; blob: Blob }
  | { type: "files"; files: FileInfo[] }
  | { type: "reply"; request: number; value: unknown; error: string | null };

// ---------------------------------------------------------------- frame → worker

export type WorkerCommand =
  | {
      type: "boot";
      settings: BootSettings;
      interrupt: SharedArrayBuffer | null;
      snapshot: SnapshotShape | null;
      /** Where the rest of the image can be had while it is on its way and a cell runs. */
      mailbox: SharedArrayBuffer | null;
    }
  | { type: "piece"; name: string; value: Piece }
  | ({ type: "packages"; id: string } & Delivery<ImageParts>)
  | { type: "rest"; name: string; blob: Blob }
  | { type: "warm" }
  | { type: "run"; run: string; code: string; options: RunOptions }
  | { type: "interrupt" }
  | { type: "input"; id: string; text: string | null }
  | { type: "complete"; id: string; code: string; cursor: number }
  | { type: "file_write"; path: string; blob: Blob }
  | { type: "file_remove"; path: string }
  | { type: "ping"; nonce: string };

// ---------------------------------------------------------------- worker → frame

/** The profile's packages have this id in `packages` messages. */
export const PROFILE = "profile";

/** Messages that arrive as JSON text. */
export type WorkerMessage =
  | { type: "stage"; label: string }
  | { type: "ready"; python: string; pyodide: string; jspi: boolean; packages: string[]; steps: Step[] }
  | { type: "failed"; reason: string }
  | { type: "warmed" }
  /** `part`: one of SNAPSHOT's, or `restOf` a package. */
  | { type: "page"; part: string; offset: number; length: number }
  | { type: "need"; id: string; names: string[] }
  | { type: "installed"; id: string; names: string[] }
  | { type: "input"; run: string; id: string; prompt: string; password: boolean }
  | { type: "answered"; run: string; id: string }
  | { type: "blocked"; by: "csp" | "python"; what: string; target: string }
  | { type: "started"; run: string }
  | { type: "stream"; run: string; name: "stdout" | "stderr"; text: string }
  | { type: "display"; run: string; data: Bundle; id: string | null; update: boolean }
  | { type: "result"; run: string; data: Bundle; execution_count: number }
  | { type: "clear"; run: string; wait: boolean }
  | { type: "loading"; run: string; packages: { name: string; version: string }[] }
  | { type: "loaded"; run: string; packages: string[]; ms: number }
  | {
      type: "done";
      run: string;
      outcome: "ok" | "error" | "interrupted";
      error: ErrorInfo | null;
      execution_count: number;
      duration_ms: number;
      changes: FileChange[];
      /** What the harness itself held back, to spare the channel. */
      truncated: Truncated | null;
    }
  | { type: "crashed"; reason: string }
  | { type: "completed"; id: string; matches: { text: string; type: string }[]; start: number }
  | { type: "pong"; nonce: string };

/** The one message that is not text: the bytes of a file the cell wrote. */
export interface WorkerFile {
  type: "file";
  path: string;
  blob: Blob;
}
