// Names that nothing else has: of cells in files, and of notebooks in storage.

/** Eight letters and digits, as Jupyter gives them to cells. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
