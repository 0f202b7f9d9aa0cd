// Constants of the frame.

/** A fresh, unguessable id: run ids are minted here so that a worker can't name a run it wasn't given. */
export function mint(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
