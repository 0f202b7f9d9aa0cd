// What a soak does, decided beforehand from a seed alone: the same seed is the same sequence of steps.

/** How often each kind comes, of 100 steps. */
const WEIGHTS = {
  compute: 14,
  print: 8,
  chatter: 3,
  fail: 7,
  remember: 8,
  recall: 8,
  write: 8,
  append: 5,
  read: 5,
  upload: 7,
  remove: 3,
  figure: 3,
  complete: 3,
  input: 3,
  queue: 3,
  abort: 2,
  timeout: 3,
  interrupt: 3,
  kill: 2,
  crash: 1,
  reset: 1,
};

export type Kind = keyof typeof WEIGHTS;

export interface Step {
  /** 1-based. */
  run: number;
  kind: Kind;
  /** The bench it happens on: "core" has no packages, "data" has the server's profile. */
  on: "core" | "data";
  /** A number that makes this step's code and data its own. */
  n: number;
  /** One of a few file names. */
  path: string;
}

/** One in so many steps happens on the data bench, where a new Python takes far longer to start. */
const DATA_EVERY = 8;
const PATHS = ["a.txt", "b.csv", "ü/日本.txt", "folder/c.bin", "folder/deep/d.txt", "e f.txt"];

/** Numbers from 0 up to 1, the same for the same seed: a 32-bit xorshift (Marsaglia, 2003). */
export function numbers(seed: number): () => number {
  // A state of 0 would stay 0, and small seeds need some rounds to differ.
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < 8; i++) next();
  return next;
}

/** The steps of a soak. Any ten in a row of a long one may hold anything; each kind comes at least once. */
export function plan(seed: number, runs: number): Step[] {
  const next = numbers(seed);
  const kinds = Object.keys(WEIGHTS) as Kind[];
  const bag = kinds.flatMap((kind) => Array<Kind>(WEIGHTS[kind]).fill(kind));
  const pick = <T>(from: T[]): T => from[Math.floor(next() * from.length)] as T;
  // The first steps are one of each, so that the short form meets every kind and the first measurement comes after.
  const first = kinds.map((kind) => ({ kind, at: next() })).sort((a, b) => a.at - b.at);
  return Array.from({ length: runs }, (_, i) => {
    const kind = first[i]?.kind ?? pick(bag);
    const figure = kind === "figure";
    const disruptive = kind === "kill" || kind === "crash" || kind === "reset";
    const data = figure || (next() * DATA_EVERY < 1 && !disruptive);
    return { run: i + 1, kind, on: data ? "data" : "core", n: Math.floor(next() * 1e6), path: pick(PATHS) };
  });
}
