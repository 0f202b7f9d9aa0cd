// What messages between the rooms carry, and what the frame tells its workers. What is accepted from a room that is trusted
// less, and the types of those messages, are in guards.ts.

import type { Step } from "../common/timing";
import type { FrameLimits } from "./limits";
import type { ErrorInfo, FileChange, Status } from "./results";
import type { SnapshotShape } from "./snapshot";

/** Version of this protocol; a host and a frame that differ refuse each other. */
export const PROTOCOL = 11;

/** What a frame says to the page around it when it is ready to take its port. */
export const KNOCK = "belljar:knock";

/** The reason that a frame gives where the browser starts no worker for it. */
export const UNSTARTABLE = "its worker could not be started";

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

/** What workers start from: files, or code that the frame has compiled for all of them. */
export type Piece = Blob | ArrayBuffer | WebAssembly.Module | (WebAssembly.Module | null)[];

/** A package's image: its PackageImage (policy.ts). `deferred`: some of its files come afterwards. */
export interface ImageOffer {
  name: string;
  bytes: ArrayBuffer;
  deferred: boolean;
}

/** Packages that were asked for: images, archives for those that have none, or a sentence. */
export interface Delivery {
  files: NamedBytes[];
  images: ImageOffer[];
  error: string | null;
}

/** The piece that a package's deferred files are (frame/deferred.ts has their whole road). */
export const deferredOf = (name: string): string => `deferred files of ${name}`;

/** A folder of an image: its path, the names of its files with slashes between them, and two numbers for each. */
export type ImageFolder = [path: string, names: string, offsetsAndLengths: number[]];

/** The folders of an image, each behind the one that it is in; in bytes of the image. */
export type ImageIndex = ImageFolder[];

export interface FileInfo {
  /** Relative to the working directory, "/"-separated. */
  path: string;
  /** Bytes. */
  size: number;
  /** It stays on the person's disk, and is read where it lies. */
  disk?: boolean | undefined;
  /** So many files, of a folder that was mounted. */
  files?: number | undefined;
}

/** A file of a folder that is mounted: its path below that folder. */
export interface MountedFile {
  path: string;
  blob: Blob;
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

/** What is known of a name in a piece of code: text, never markup. */
export interface Inspection {
  name: string;
  /** As it would be called, or what kind of value it is. */
  signature: string;
  /** Its docstring, cut to 8,000 characters. */
  doc: string;
}

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
  | ({ type: "packages"; id: string } & Delivery)
  | { type: "warm" }
  /** `early`: it may begin before all of the image is here. */
  | { type: "run"; run: string; code: string; options: RunOptions; early: boolean }
  | { type: "interrupt" }
  | { type: "input"; id: string; text: string | null }
  | { type: "complete"; id: string; code: string; cursor: number }
  | { type: "inspect"; id: string; code: string; cursor: number }
  | { type: "file_write"; path: string; blob: Blob }
  | { type: "file_remove"; path: string }
  | { type: "folder_mount"; path: string; files: readonly MountedFile[] }
  | { type: "folder_remove"; path: string }
  | { type: "ping"; nonce: string };

// ---------------------------------------------------------------- worker → frame

/** The profile's packages have this id in `packages` messages. */
export const PROFILE = "profile";

/** The one message that is not text: the bytes of a file the cell wrote. */
export interface WorkerFile {
  type: "file";
  path: string;
  blob: Blob;
}
