// What the frame and a worker write into the few bytes that they share.

/** The frame's: what is to happen. */
export const SIGNAL = 0;
/** The worker's: so many signals were taken, modulo 256. */
export const TAKEN = 1;
/** The worker's: 1 from the end of the cell's code on, while its answer is made. */
export const OVER = 2;

/** So many bytes there are. */
export const INTERRUPT_BYTES = 4;

/** The cell is to stop: SIGINT (Pyodide: setInterruptBuffer). */
export const INTERRUPTED = 2;

/** Python's own alarm (SIGALRM), which nobody writes. */
export const ALARM = 14;

/** Nothing is to run any more. No signal has this number. */
export const ENDED = 255;

/** A cell that has heard that it is to stop may take so many times the grace until its answer is there. */
export const GRACES = 5;
