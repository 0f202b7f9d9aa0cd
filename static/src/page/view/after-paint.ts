// Work that is to go on when what was made so far has been laid out and drawn, and the page has had a moment to answer.

/** Where nothing is drawn, as in a tab behind others, no frame ever comes. */
const NO_FRAME_MS = 500;

/** Calls `run` once. Gives a function that takes it back. */
export function afterPaint(run: () => void): () => void {
  let timer = setTimeout(go, NO_FRAME_MS);
  const frame = requestAnimationFrame(() => {
    clearTimeout(timer);
    timer = setTimeout(go, 10);
  });
  function go(): void {
    cancelAnimationFrame(frame);
    run();
  }
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}
