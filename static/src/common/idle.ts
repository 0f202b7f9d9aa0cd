// What happens while nothing runs, on one line of time. Host and frame keep to it without a word between them; a cell that
// begins puts off all that has not begun.
//
//      ms   host                                             frame
//       0   the cell is over, or Python is ready             the same, a moment earlier
//     700   a frame stands by, where no spare is wanted,
//           once everything has been fetched
//   1,000   what starts can do without is fetched
//   1,200                                                    a spare boots; the cold halves of code are compiled
//   1,500   what was kept is verified, or kept for the
//           next visit
//                                                            the spare is ready: one is held behind it; 1,200 later the
//                                                            spare rehearses
//   4,000   a frame stands by, where a spare comes first
//
// What is fetched is on its way before a spare starts to wait for it, and as a rule here before it is kept. A frame that
// stands by is last: it takes a processor for a second, and is given what the others have fetched and verified.
//
// A spare that is taken is replaced without all of that, where a start is cheap: `settled` after the first cell, or `soon`.

/** How long nothing must have run, in milliseconds. */
export const IDLE_MS = {
  /** For a frame to stand by for the next sandbox, where this one wants no spare. */
  standbyAlone: 700,
  /** For the network to be used for what a start can do without. */
  deferred: 1_000,
  /** For a spare to boot, so that it never competes with a cell; for each thing that follows, once more. */
  spare: 1_200,
  /** For what was kept to be verified, and what the server sent to be kept as it was unpacked. */
  keep: 1_500,
  /** For a frame to stand by where a spare is wanted, which comes first. */
  standby: 4_000,
} as const;

/** After a spare was taken, in milliseconds. */
export const TAKEN_MS = {
  /** How long the first cell of the fresh session has the processor for itself. */
  soon: 1_000,
  /** The same once that cell is over, and how long is waited for one. */
  settled: 50,
} as const;
