// What is said while a snapshot is made. All of it is our own, from the page to the workers: nobody else's code runs here.
//
//   page  ⇄  frame     over the frame's one port        PageMessage / FrameMessage
//   frame ⇄  worker    postMessage                      Command / PackedFiles, RawSnapshot, CapturedParts

import type { BootSettings, Check, ImageIndex, NamedBytes } from "../protocol/messages";
import type { SnapshotPart } from "../protocol/snapshot";

// ---------------------------------------------------------------- page → frame

export type PageMessage =
  | { type: "part"; name: string; blob: Blob }
  /** `files`: the archives of what is to be inside. */
  | { type: "capture"; files: NamedBytes[]; settings: BootSettings };

// ---------------------------------------------------------------- frame → page

/** A snapshot by its parts (PolicySnapshot in policy.ts); its heap is in one piece. */
export type Snapshot = Record<SnapshotPart | "heap", Blob>;

export type FrameMessage =
  | { type: "hello"; checks: Check[] }
  | { type: "failed"; reason: string }
  | { type: "captured"; snapshot: Snapshot };

// ---------------------------------------------------------------- frame → worker

export type Command = { settings: BootSettings } & (
  | { type: "pack"; files: NamedBytes[] }
  | ({ type: "snap" } & PackedFiles)
  /** `main`: the main module. */
  | ({ type: "prove"; image: Blob; main: Blob } & RawSnapshot)
);

// ---------------------------------------------------------------- worker → frame

/** All files of an installation: their index and their bytes. */
export interface PackedFiles {
  index: ImageIndex;
  image: Blob;
  /** Pyodide's record of what is loaded: source by package name. */
  packages: Record<string, string>;
}

/** A snapshot whose image is not in order yet. */
export interface RawSnapshot {
  /** SnapshotState as JSON. */
  state: string;
  heap: ArrayBuffer;
}

/** All of a snapshot but its script, which needs no worker. */
export type CapturedParts = Omit<Snapshot, "script" | "state"> & { state: string };
