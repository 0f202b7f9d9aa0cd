// What bytes are known by.

/**
 * SHA-256 as lower-case hex. Null where the browser offers no digest: plain http on another host. The bytes are taken
 * at once; what becomes of them afterwards doesn't matter.
 */
export async function sha256(bytes: BufferSource): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
