// Calls that can be given up: what an AbortSignal does to them. No listener outlives the call it was added for.

/** What every call that waits for something takes. */
export interface CallOptions {
  /** Gives the call up: it rejects at once with the signal's reason, an AbortError as a rule. The sandbox goes on. */
  signal?: AbortSignal;
}

/** Acts once when the signal aborts, at once if it has. Gives the function that stops listening. */
export function onAbort(signal: AbortSignal | undefined, act: () => void): () => void {
  if (!signal) return () => {};
  if (signal.aborted) {
    act();
    return () => {};
  }
  signal.addEventListener("abort", act, { once: true });
  return () => signal.removeEventListener("abort", act);
}

/**
 * Starts something and gives its outcome, or rejects with the signal's reason as soon as that aborts. An aborted
 * signal starts nothing; what has been started goes on unheard.
 */
export async function abortable<T>(signal: AbortSignal | undefined, start: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  const started = start();
  return new Promise<T>((resolve, reject) => {
    const off = onAbort(signal, () => reject(signal?.reason));
    started.then(resolve, reject).finally(off);
  });
}
