// How the sandbox started, for people: in which way, and where the time went.

import type { Step } from "../../common/timing";
import { duration, plural } from "./format";

export interface Started {
  start: "wheels" | "snapshot";
  /** Why the server's snapshot was not used, where that was tried. */
  unrestorable: string | undefined;
  /** Stop and time limits keep the variables of code that computes. */
  interrupt: boolean;
  /** Code can wait in the middle of a call (JSPI). */
  jspi: boolean;
  /** There is a storage for what the next visit can use. */
  keeps: boolean;
  /** From the call to ready. */
  ms: number;
  /** By their starts, which count from the call. */
  steps: readonly Step[];
}

/** A row of the panel: a step, or all the downloads as one. Fractions are of the whole time. */
export interface StepRow {
  name: string;
  ms: number;
  from: number;
  width: number;
}

const FETCH = "fetch ";

/** "Started in 1.3 s (snapshot)". */
export function startSummary({ start, ms }: Started): string {
  return `Started in ${duration(ms)} (${start === "snapshot" ? "snapshot" : "packages"})`;
}

/** A sentence where a start was slower than it could have been. */
export function startNote({ unrestorable }: Started): string | undefined {
  return unrestorable && `The server's snapshot was not used: ${unrestorable.replace(/\.$/, "")}.`;
}

/** What Stop does to code that computes, where it can't only interrupt it. */
export const STOP_RESTARTS = "In this browser Stop restarts Python: variables are gone, files are kept.";

/** In some private windows, where a setting forbids it, and for pages within one of another site. */
const NOTHING_KEPT = "This browser gives the page no storage: nothing is kept for the next visit.";

/** What can't be had in this browser, a sentence each; what to do instead stands beside it. */
export function lacks({ interrupt, jspi, keeps }: Pick<Started, "interrupt" | "jspi" | "keeps">): string[] {
  const suspending = [
    "input() and getpass() can't wait for an answer: put the value into the code.",
    "asyncio.run() can't wait in a cell: write `await main()`.",
    "A package that isn't loaded has to be imported by the cell itself: code that is made while it runs can't load it.",
    "time.sleep() keeps Python busy: tasks beside it wait. `await asyncio.sleep()` lets them go on.",
  ];
  return [...(interrupt ? [] : [STOP_RESTARTS]), ...(jspi ? [] : suspending), ...(keeps ? [] : [NOTHING_KEPT])];
}

export function stepRows({ steps, ms }: Started): StepRow[] {
  const row = (name: string, start: number, end: number): StepRow => {
    const from = Math.min(Math.max(start / ms, 0), 1);
    return { name, ms: end - start, from, width: Math.min(Math.max(end / ms - from, 0), 1 - from) };
  };
  // What came after the start is not part of it.
  const within = steps.filter(({ start }) => start < ms);
  const fetches = within.filter(({ name }) => name.startsWith(FETCH));
  const others = within.filter(({ name, ms }) => !name.startsWith(FETCH) && ms >= 1);
  const rows = others.map(({ name, start, ms }) => ({ start, row: row(name, start, start + ms) }));
  if (fetches.length > 0) {
    const first = Math.min(...fetches.map(({ start }) => start));
    const last = Math.max(...fetches.map(({ start, ms }) => start + ms));
    rows.push({ start: first, row: row(`fetch ${plural(fetches.length, "file")}`, first, last) });
  }
  return rows.sort((a, b) => a.start - b.start).map(({ row }) => row);
}
