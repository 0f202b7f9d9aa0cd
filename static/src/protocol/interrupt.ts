// What the frame writes into the one byte that it shares with a worker.

/** The cell is to stop: SIGINT (Pyodide: setInterruptBuffer). */
export const INTERRUPTED = 2;

/** Nothing is to run any more. No signal has this number. */
export const ENDED = 255;
