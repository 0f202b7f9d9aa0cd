// Whether anything can be kept in this browser, where this page stands: found by trying it.

/** A storage that doesn't answer is none, in milliseconds. */
const ANSWER_MS = 1_000;
const PROBE = "belljar-probe";

/**
 * Whether databases can be opened. They can't where there are none, and in some private windows, by a setting, or for a page
 * within one of another site. Nothing is left behind. Never rejects.
 */
export function keeps(): Promise<boolean> {
  return new Promise((resolve) => {
    setTimeout(resolve, ANSWER_MS, false);
    try {
      const opening = indexedDB.open(PROBE);
      opening.onerror = () => resolve(false);
      opening.onsuccess = () => {
        opening.result.close();
        indexedDB.deleteDatabase(PROBE);
        resolve(true);
      };
    } catch {
      resolve(false);
    }
  });
}
