// A snapshot's parts: what each is called in the policy, on its way, and where a worker looks for it.

/** Parts that are one file each. The heap is the other one: it comes in pieces. */
export const SNAPSHOT_PARTS = ["script", "state", "hot", "cold", "rest"] as const;

export type SnapshotPart = (typeof SNAPSHOT_PARTS)[number];

/** Those that a start can do without: they come when it is over. */
export const LATER_PARTS = ["cold", "rest"] as const satisfies readonly SnapshotPart[];

/** Something for each part. */
export const byPart = <T>(make: (part: SnapshotPart) => T): Record<SnapshotPart, T> =>
  Object.fromEntries(SNAPSHOT_PARTS.map((part) => [part, make(part)])) as Record<SnapshotPart, T>;

/** What the names of the heap's pieces begin with. */
export const HEAP = "snapshot-heap-";

/** The parts' files, by name. */
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
} as const satisfies Record<SnapshotPart, string> & Record<"heap", unknown>;

/** The libraries of a snapshot, compiled, and the cold halves of the main module and of them. */
export const LIBRARIES = "libraries";
export const COLD = "cold";

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

/** What a frame and a worker have to know of the snapshot that they are given. */
export interface SnapshotShape {
  /** Number of the heap's pieces. */
  heap: number;
  /** Packages inside. */
  load: string[];
}
