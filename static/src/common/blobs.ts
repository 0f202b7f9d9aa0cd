// Bytes of blobs, which a browser may have lost: then there are fewer than it says, and that is no error to it.

const LOST = "the browser has lost";

/** Whether a reason is that bytes are gone: then the same from somewhere else may do. */
export const isLoss = (reason: string): boolean => reason.includes(LOST);

/** The bytes of a blob. Rejects with a sentence that names it where they are not all there. */
export async function bytesOf(blob: Blob, name: string): Promise<ArrayBuffer> {
  const bytes = await blob.arrayBuffer().catch((error: Error) => {
    throw new Error(`${LOST} ${name} (${error.message})`);
  });
  return whole(bytes, blob.size, name);
}

/** The same of bytes that were read already. Throws the same sentence. */
export function whole(bytes: ArrayBuffer, size: number, name: string): ArrayBuffer {
  if (bytes.byteLength === size) return bytes;
  throw new Error(`${LOST} ${name}: it gives ${bytes.byteLength} of its ${size} bytes`);
}
