// Bytes of blobs, which a browser may have lost: then there are fewer than it says, and that is no error to it.

/** The bytes of a blob. Rejects with a sentence that names it where they are not all there. */
export async function bytesOf(blob: Blob, name: string): Promise<ArrayBuffer> {
  const bytes = await blob.arrayBuffer().catch((error: Error) => {
    throw new Error(`the browser can't read ${name} any more (${error.message})`);
  });
  return whole(bytes, blob.size, name);
}

/** The same of bytes that were read already. Throws the same sentence. */
export function whole(bytes: ArrayBuffer, size: number, name: string): ArrayBuffer {
  if (bytes.byteLength === size) return bytes;
  throw new Error(`the browser has lost ${name}: it gives ${bytes.byteLength} of its ${size} bytes`);
}
