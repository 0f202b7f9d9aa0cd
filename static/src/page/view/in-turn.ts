// Work of which there may be much at once: some of it now, the rest when the page has drawn and answered.

import { afterPaint } from "./after-paint";

const SLICE_MS = 30;
const queue: (() => void)[] = [];
let going = false;

/** Calls `work` in its turn, which is at once when nothing waits. */
export function inTurn(work: () => void): void {
  queue.push(work);
  if (!going) go();
}

function go(): void {
  going = true;
  const end = performance.now() + SLICE_MS;
  while (queue.length > 0 && performance.now() < end) queue.shift()?.();
  if (queue.length > 0) afterPaint(go);
  else going = false;
}
