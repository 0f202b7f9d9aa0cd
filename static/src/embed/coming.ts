// The part that comes with the first intent, from where this script came from.

import live from "belljar:live";
import type { LiveModule } from "./contract";

/** Where this script came from: what it needs lies beside it. */
export const HOME = new URL(".", import.meta.url).href;

let module: Promise<LiveModule> | undefined;
let attempts = 0;

/** Loads it once for all cells. One that could not be had is asked for again by the next who wants it. */
export function load(): Promise<LiveModule> {
  if (!module) {
    // A browser may keep it that an address could not be had.
    const again = attempts > 0 ? `?again=${attempts}` : "";
    module = import(`${HOME}${live}${again}`) as Promise<LiveModule>;
    module.catch(() => {
      attempts += 1;
      module = undefined;
    });
  }
  return module;
}

/** Whether this is a line that saves data: nothing is loaded there that nobody has asked for. */
export function metered(): boolean {
  return (navigator as Navigator & { connection?: { saveData?: boolean } }).connection?.saveData === true;
}
