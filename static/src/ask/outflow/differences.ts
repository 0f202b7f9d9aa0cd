// Differences: what is told must not tell by subtraction what is withheld. A total less the groups that are shown is the group
// that isn't; two ways of grouping cut each other into pieces. So every piece that what was told cuts the rows into, now and
// before, has no rows or enough. What can be added up and subtracted is then a union of such pieces.

/** What was told of one table: the groups of one way of grouping. */
export interface Told {
  readonly file: string;
  readonly table: string;
  /** "rows", or what of a column was told: "counts 3", "values 3". */
  readonly what: string;
  /** Places of the columns that it was grouped by. */
  readonly by: readonly number[];
  /** Groups that were told, as `groupOf` names them. */
  readonly groups: readonly string[];
}

/** The name of a row's group. */
export const groupOf = (row: readonly string[], by: readonly number[]): string =>
  JSON.stringify(by.map((at) => row[at] ?? ""));

/** Pieces that are kept while counting; more is no aggregate. */
const PIECES = 200_000;

/** Part of a piece's sum that one row may have at most: a sum that is one value, but for a little, is that value. */
const DOMINANT = 0.8;

/** The rows of a piece. */
class Piece {
  present = 0;
  absent = 0;
  #magnitude = 0;
  #largest = 0;

  add(value: number | undefined): void {
    if (value === undefined) this.absent++;
    else {
      this.present++;
      this.#magnitude += Math.abs(value);
      this.#largest = Math.max(this.#largest, Math.abs(value));
    }
  }

  merge(other: Piece): void {
    this.present += other.present;
    this.absent += other.absent;
    this.#magnitude += other.#magnitude;
    this.#largest = Math.max(this.#largest, other.#largest);
  }

  /** Whether it may be known: the count of its rows with a number and of those without, or the sum of the numbers. */
  fine(k: number, what: "counts" | "values"): boolean {
    const enough = (count: number): boolean => count === 0 || count >= k;
    if (what === "counts") return enough(this.present) && enough(this.absent);
    return enough(this.present) && (this.#largest === 0 || this.#largest <= DOMINANT * this.#magnitude);
  }
}

/** Follows rows, and says which groups may be told. */
export class Differences {
  /** By the piece of the rows that was told of before, the pieces that the groups cut it into. */
  readonly #pieces = new Map<string, Map<string, Piece>>();
  #count = 0;

  constructor(
    readonly before: readonly Told[],
    readonly what: "counts" | "values",
    readonly k: number,
  ) {}

  /** Adds a row with its number, if it has one; gives false where these are too many pieces. */
  add(row: readonly string[], group: string, value: number | undefined): boolean {
    const piece = this.before.map(({ by, groups }) => {
      const before = groupOf(row, by);
      return groups.includes(before) ? before : "";
    });
    const key = JSON.stringify(piece);
    const cut = this.#pieces.get(key) ?? new Map<string, Piece>();
    this.#pieces.set(key, cut);
    const found = cut.get(group) ?? new Piece();
    if (!cut.has(group)) this.#count++;
    cut.set(group, found);
    found.add(value);
    return this.#count <= PIECES;
  }

  /** Of groups, those worth most first, the ones that may be told together with all that was told before. */
  told(groups: readonly string[]): Set<string> {
    const chosen = new Set(groups);
    for (let drop = this.#unfit(chosen); drop !== undefined; drop = this.#unfit(chosen)) chosen.delete(drop);
    return chosen;
  }

  /** A group that can't be told beside the others; undefined where all can. */
  #unfit(chosen: ReadonlySet<string>): string | undefined {
    for (const cut of this.#pieces.values()) {
      const rest = new Piece();
      for (const [group, piece] of cut) if (!chosen.has(group)) rest.merge(piece);
      let last: string | undefined;
      for (const group of chosen) {
        const piece = cut.get(group);
        if (piece && !piece.fine(this.k, this.what)) return group;
        if (piece) last = group;
      }
      // The one worth least goes, and hides the rest among its own.
      if (last !== undefined && !rest.fine(this.k, this.what)) return last;
    }
    return undefined;
  }
}
