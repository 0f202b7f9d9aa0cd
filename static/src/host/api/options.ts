// What callers may ask for and what they are told, and the checks on what they ask. Wrong options are the caller's mistake and throw a sentence.

import { nearest } from "../../common/nearest";
import type { Limits } from "../../protocol/limits";
import type { FileInfo, ReadyInfo } from "../../protocol/messages";
import { isPlainPath } from "../../protocol/paths";
import type { Policy } from "../../protocol/policy";
import type { Blocked } from "../../protocol/results";
import type { Fetched } from "../supply/assets";
import type { PolicyOverride } from "../supply/choice";
import { isSmall } from "../supply/device";
import type { Result } from "./execution";

/** What a sandbox is opened with. All of it may be left out on a page of the server's own. */
export interface SandboxOptions {
  /**
   * The server's address, as "https://sandbox.example/": where its frame, its policy and its files lie. By default where
   * this module came from: pages that import it from the server itself need not say it, all others must.
   */
  base?: string | URL;
  /**
   * Where the policy is read from, relative to `base` (default "policy.json"); what it names is relative to itself. Or
   * what this page narrows in the server's policy: lower limits, fewer packages. More than the server allows is refused
   * with a RangeError. Or the policy itself, read before (`await sandbox.policy`): then it is not fetched again.
   */
  policy?: string | URL | PolicyOverride | Policy;
  /**
   * Name of a profile of the policy, which says what is loaded at the start: "core" (no packages), "data" (numpy,
   * pandas, matplotlib), "science" (scipy and scikit-learn, too), or the server's own. By default the one it serves.
   */
  profile?: string;
  /**
   * Folder of the content-addressed files, relative to the policy, where they come from another place than the server:
   * each is fetched from `<assets>/<sha256>/<name>`, and its hash decides. Another origin must allow this one by CORS.
   */
  assets?: string | URL;
  /** Element that holds the (invisible) frame; by default the document's body. */
  container?: HTMLElement;
  /** "auto": soft interrupt where the browser allows it. "off": stop is always kill and replace. */
  isolation?: "auto" | "off";
  /**
   * So many further Pythons stand ready in the frame, 0 to 8 (default 1, on phones and where memory is small 0). One takes over after a kill or a reset, so that
   * nobody waits for a start; each takes as much memory as the first. They boot one by one while nothing runs.
   */
  pool?: number;
  /** The same in short: true is a pool of 1, false of 0. Where both are given, `pool` holds. */
  spare?: boolean;
  /**
   * After this sandbox has come to rest, prepare a frame for a further one with the same options, so that it opens in
   * a blink (default true, on phones and where memory is small false). Nothing is computed in it and no memory filled until then; it goes with the last sandbox.
   */
  standby?: boolean;
  /** Packages to load at the start instead of a profile's. */
  packages?: string[];
  /** "wheels": install the packages at every start, even where the server has a snapshot of that (default "auto"). */
  start?: "auto" | "wheels";
  /**
   * Once nothing runs, keep what the server's snapshot unpacked to in IndexedDB of this page's origin, for the next visit
   * (default true).
   */
  keep?: boolean;
  /** Closes the sandbox; one that isn't ready yet rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What a file can be made from; text becomes UTF-8. A large `File` stays on the person's disk and is read where it lies. */
export type FileData = string | Blob | ArrayBuffer | Uint8Array;

/**
 * A folder of the person's disk, to be mounted: the files of `<input type="file" webkitdirectory>`, whose
 * `webkitRelativePath` says where each lies in it, or of any others (then their names do).
 */
export type FolderData = ArrayLike<File>;

/** What a run is called with. An error in a callback is reported as the page's and doesn't touch the run. */
export interface ExecuteOptions {
  /** Milliseconds of running time, loading not counted; by default and at most what the policy says. */
  timeout?: number;
  /**
   * Interrupts the run, or takes it out of the queue. The answer has the status "interrupted": `execute` doesn't
   * reject for it.
   */
  signal?: AbortSignal;
  /** The namespace the code runs in: a name, or what `sandbox.context(name)` gave (default "default"). */
  context?: string | { readonly name: string };
  /** Put into the working directory before the run, by path, as they are when `execute` is called; lists of files are mounted as folders. */
  files?: Readonly<Record<string, FileData | FolderData>>;
  /** Run in a clean Python; what the session held is gone afterwards. */
  fresh?: boolean;
  /** Figures also as SVG. */
  svg?: boolean;
  /** It runs: nothing is waited for or loaded any more. */
  onStart?(): void;
  /** Text is printed. */
  onStdout?(text: string): void;
  /** Text is printed to standard error. */
  onStderr?(text: string): void;
  /** The value of the last expression. */
  onResult?(result: Result): void;
  /** Something the code displays; with `update`, in place of the display with that id. */
  onDisplay?(shown: { result: Result; id?: string; update: boolean }): void;
  /** The code clears its output; with `wait`, as soon as something new comes. */
  onClear?(wait: boolean): void;
  /** Packages are being loaded for this code; an empty list: more of those that are there. Its time does not count. */
  onLoading?(packages: { name: string; version: string }[]): void;
  /** What it waited for is there: it starts, or goes on. Names those that are new. */
  onLoaded?(packages: readonly string[]): void;
  /** The sandbox has refused something to the code, as to reach an address. */
  onBlocked?(blocked: Blocked): void;
  /** Answers input(); null or a rejection means that nobody answers. */
  onInput?(prompt: string, password: boolean): Promise<string | null>;
}

/** Where a sandbox stands: "failed" and "closed" are its ends. */
export type SandboxState = "loading" | "ready" | "running" | "restarting" | "failed" | "closed";

/** What is known of a sandbox once it is ready. */
export interface SandboxInfo extends ReadyInfo {
  /** "isolated" where the soft interrupt is there: stopping then keeps the variables of code that computes. */
  isolation: "isolated" | "plain";
  /** False where this browser gives the page no storage: nothing is kept for the next visit then, whatever `keep` says. */
  keeps: boolean;
  /** From `create` to ready. */
  readyMs: number;
}

/** Completions at a place in a piece of code. */
export interface Completions {
  matches: { text: string; type: string }[];
  /** Where in the code what they replace begins (UTF-16 offset). */
  start: number;
}

/** How far the start has come. */
export interface Progress {
  /** "setup": the server itself is still being set up; `label` says how long that takes. */
  stage: "policy" | "setup" | "runtime" | "packages" | "starting";
  label: string;
  /** Bytes. */
  loaded: number;
  /** Bytes of everything that the start needs. */
  total: number;
  /** Bytes that have crossed the line, and those that will have in the end: fewer, where files are compressed or kept. */
  received: number;
  wire: number;
}

/** A package of the allowlist, and whether it is loaded. */
export interface PackageState {
  name: string;
  version: string;
  state: "available" | "loading" | "loaded";
}

/** What `sandbox.on(name, listener)` can listen to, and what the listener gets. */
export interface SandboxEvents {
  /** The start comes along. */
  progress: Progress;
  /** The sandbox has another state; a reason is there when nobody asked for it. */
  state: { state: SandboxState; reason?: string };
  /** The files have changed; these are all of them. */
  files: FileInfo[];
  /** Something was refused to code inside, with or without a run. */
  blocked: Blocked;
  /** A file of the server was fetched and verified. */
  fetched: Fetched;
  /** Python was replaced; sentences on why, what was lost and what was kept. */
  restarted: { reason: string; lost: string; kept: string };
  /** A package is being loaded, or is loaded now; these are all that are allowed. */
  packages: PackageState[];
  /** Whether a further Python stands ready, and how many do. */
  spare: { ready: boolean; count: number };
  /** This browser has kept what the snapshot unpacked to for the next visit; its size in bytes. */
  kept: { bytes: number };
}

/** Every option of a sandbox; the compiler sees to it that none is missing. */
const OPENING: Record<keyof SandboxOptions, true> = {
  base: true,
  policy: true,
  profile: true,
  assets: true,
  container: true,
  isolation: true,
  pool: true,
  spare: true,
  standby: true,
  packages: true,
  start: true,
  keep: true,
  signal: true,
};

/** Every option of a run. */
const RUNNING: Record<keyof ExecuteOptions, true> = {
  timeout: true,
  signal: true,
  context: true,
  files: true,
  fresh: true,
  svg: true,
  onStart: true,
  onStdout: true,
  onStderr: true,
  onResult: true,
  onDisplay: true,
  onClear: true,
  onLoading: true,
  onLoaded: true,
  onBlocked: true,
  onInput: true,
};

/** Throws a TypeError for an option that no sandbox has; it names the one that may have been meant. */
export const checkOpening = (options: SandboxOptions): void => checkNames("A sandbox", OPENING, options);

/** Throws a TypeError for an option that `execute` doesn't have, and for a callback that can't be called. */
export function checkRunning(options: ExecuteOptions): void {
  checkNames("execute()", RUNNING, options);
  for (const [name, value] of Object.entries(options)) {
    if (name.startsWith("on") && value !== undefined && typeof value !== "function") {
      throw new TypeError(`${name} must be a function, not ${typeof value}.`);
    }
  }
}

function checkNames(what: string, known: Readonly<Record<string, true>>, options: unknown): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${what} takes its options as an object, not ${options === null ? "null" : typeof options}.`);
  }
  const names = Object.keys(known);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    const near = nearest(name, names);
    const hint = near ? `did you mean ${near}?` : `there are ${names.join(", ")}.`;
    throw new TypeError(`${what} has no option ${name.slice(0, 40)}: ${hint}`);
  }
}

/** The timeout in milliseconds. Throws a RangeError that says what is allowed. */
export function checkedTimeout(asked: number | undefined, limits: Limits): number {
  if (asked === undefined) return limits.timeout_ms;
  if (typeof asked !== "number" || !(asked > 0) || asked > limits.max_timeout_ms) {
    throw new RangeError(
      `timeout must be a number of milliseconds up to ${limits.max_timeout_ms}, not ${String(asked)}.`,
    );
  }
  return Math.max(1, Math.round(asked));
}

/** The most Pythons that are kept in reserve: each takes a hundred megabytes and more. */
const MOST = 8;

/** How many are kept in reserve. Throws a RangeError that says what is allowed. */
export function checkedPool({ pool, spare = !isSmall() }: Pick<SandboxOptions, "pool" | "spare">): number {
  if (pool === undefined) return spare ? 1 : 0;
  if (!Number.isInteger(pool) || pool < 0 || pool > MOST) {
    throw new RangeError(`pool must be a whole number from 0 to ${MOST}, not ${String(pool)}.`);
  }
  return pool;
}

/** A path below the session's folder, letters composed: some systems hand names over in parts. Throws a TypeError that says what is allowed. */
export function checkedPath(path: string): string {
  const bare = typeof path === "string" ? path.replace(/^\.\//, "") : "";
  if (!isPlainPath(bare)) {
    throw new TypeError(`"${String(path)}" can't be used: a file name or a path like "folder/file.csv" is needed.`);
  }
  return bare.normalize("NFC");
}
