// Pictures' addresses. An SVG is a document: as a blob of this page's origin it would run its scripts with all that the
// page has as soon as somebody opens it in a tab of its own, without any policy. As a data: address it has no origin.

import { base64 } from "./hand-out";

/** Types that can only ever be a picture. */
const RASTER = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

export interface Picture {
  url: string;
  /** Frees what the address holds. */
  release(): void;
}

/** An address for an <img>: of the bytes as they are for raster pictures, a data: address for SVG and all else. */
export async function picture(bytes: Blob, type: string): Promise<Picture> {
  if (RASTER.has(type)) return rasterPicture(new Blob([bytes], { type }), type);
  return svgPicture(await bytes.text());
}

/** A raster picture, at once. Throws for a type that could be a document. */
export function rasterPicture(bytes: Blob, type = bytes.type): Picture {
  if (!RASTER.has(type)) throw new TypeError(`${type} may be more than a picture`);
  const url = URL.createObjectURL(bytes.type === type ? bytes : new Blob([bytes], { type }));
  return { url, release: () => URL.revokeObjectURL(url) };
}

export function svgPicture(svg: string): Picture {
  const url = `data:image/svg+xml;base64,${base64(new TextEncoder().encode(svg))}`;
  return { url, release: () => undefined };
}
