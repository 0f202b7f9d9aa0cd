// A figure: at most as wide as the column, with zoom, downloads and copy. Only ever an <img>, so SVG stays a picture.

import type { Bundle } from "../../protocol/results";
import { h } from "./dom";
import { copyImage, download, fromBase64 } from "./hand-out";
import { rasterPicture, svgPicture } from "./pictures";
import { tool } from "./table-view";
import { zoom } from "./zoom";

export interface FigureOptions {
  /** Pressed where there is no SVG yet: future runs shall bring one. */
  wantSvg(): void;
}

export interface FigureView {
  dom: HTMLElement;
  destroy(): void;
}

export function figureView(bundle: Bundle, { wantSvg }: FigureOptions): FigureView {
  const svg = bundle.svg === undefined ? undefined : new Blob([bundle.svg], { type: "image/svg+xml" });
  const raster =
    bundle.png !== undefined
      ? { blob: new Blob([fromBase64(bundle.png)], { type: "image/png" }), kind: "png" }
      : bundle.jpeg !== undefined
        ? { blob: new Blob([fromBase64(bundle.jpeg)], { type: "image/jpeg" }), kind: "jpg" }
        : undefined;
  const { url, release } = raster ? rasterPicture(raster.blob) : svgPicture(bundle.svg ?? "");
  const alt = bundle.alt || bundle.text || "Figure";
  const name = bundle.name || "figure";
  const image = h("img", { src: url, alt, width: bundle.width, height: bundle.height });
  const open = h(
    "button",
    { type: "button", class: "figure-open", "aria-label": `Enlarge: ${alt}`, on: { click: () => zoom(url, alt) } },
    image,
  );
  // A page's policy may allow no pictures by address. Pixels it does not ask about.
  image.addEventListener(
    "error",
    () =>
      raster &&
      void painted(raster.blob, alt, bundle).then(
        (canvas) => {
          open.replaceChildren(canvas);
          open.disabled = true;
        },
        () => undefined,
      ),
    { once: true },
  );
  const dom = h(
    "figure",
    { class: "output output-figure", "data-testid": "output-figure" },
    open,
    h(
      "figcaption",
      { class: "output-tools" },
      raster && tool("download", raster.kind.toUpperCase(), () => download(`${name}.${raster.kind}`, raster.blob)),
      tool("download", "SVG", () => (svg ? download(`${name}.svg`, svg) : wantSvg())),
      raster?.kind === "png" && tool("copy", "Copy", () => void copyImage(raster.blob)),
    ),
  );
  return { dom, destroy: release };
}

/** The picture as a canvas of the same size. */
async function painted(blob: Blob, alt: string, { width, height }: Bundle): Promise<HTMLCanvasElement> {
  const bitmap = await createImageBitmap(blob);
  const canvas = h("canvas", { width: bitmap.width, height: bitmap.height, role: "img", "aria-label": alt });
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  canvas.style.setProperty("width", `${width ?? bitmap.width}px`);
  canvas.style.setProperty("max-width", "100%");
  if (width && height) canvas.style.setProperty("aspect-ratio", `${width} / ${height}`);
  return canvas;
}
