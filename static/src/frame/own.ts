// What came from the page around in blobs, as the frame's own.
//
// In Firefox a blob that came by message may read as 0 bytes once a worker of the frame was terminated: for good, whichever
// way it is read, and without an error (seen in ESR 153, at the second kill as a rule). One that was made here does not. A
// copy costs memory and time, which an engine need not pay that keeps bytes in a place of their own: Blink does.

/** Blink, by something that no other engine has; where it is not known to be, a copy does no harm. */
const keepsBytes = "webkitRequestFileSystem" in self;

/** A person's file that is larger is not copied. Where it is lost, the worker says so. */
const MOST = 64 << 20;

/** The same bytes in a blob of this frame, where that makes a difference. Never rejects. */
export async function own(blob: Blob): Promise<Blob> {
  if (keepsBytes || blob.size > MOST) return blob;
  try {
    const bytes = await blob.arrayBuffer();
    // What is lost already is told by whoever reads it.
    return bytes.byteLength === blob.size ? new Blob([bytes], { type: blob.type }) : blob;
  } catch {
    return blob;
  }
}
