// A package's image: its files are mounted where unpacking its archive would put them. Their bytes are views of what was
// handed over, so that nothing is copied; deferred ones may come later.
//
//   length of the index (4 bytes, little-endian) ─► index (JSON) ─► what imports read │ deferred files

import { deferredOf, type ImageIndex, type ImageOffer } from "../protocol/messages";
import type { Arrivals } from "./arrivals";
import type { EmscriptenFs } from "./emscripten";
import { mountImage } from "./image";

const LENGTH_BYTES = 4;

/** Mounts a package. Throws when its image can't be read. */
export function mountPackage(fs: EmscriptenFs, { name, bytes }: ImageOffer, arrivals: Arrivals): void {
  const start = LENGTH_BYTES + new DataView(bytes).getUint32(0, true);
  const index = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, LENGTH_BYTES, start - LENGTH_BYTES)));
  const files = new Uint8Array(bytes, start);
  const behind = arrivals.reader([{ name: deferredOf(name), size: Number.POSITIVE_INFINITY }]);
  mountImage(fs, index as ImageIndex, (offset, length) =>
    offset + length <= files.length ? files.subarray(offset, offset + length) : behind(offset - files.length, length),
  );
}
