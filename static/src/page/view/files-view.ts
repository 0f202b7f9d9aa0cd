// Files that a cell has written: chips to download, and small pictures to look at.

import type { FileChange } from "../../protocol/results";
import { bytes, plainName } from "../model/format";
import { dearness } from "../model/svgcost";
import { h } from "./dom";
import { download } from "./hand-out";
import { icon } from "./icons";
import { type Picture, picture } from "./pictures";
import { toast } from "./toast";
import { zoom } from "./zoom";

const PREVIEW_BYTES = 5_000_000;
const PREVIEWS = 4;
const IMAGE: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  svg: "image/svg+xml",
  gif: "image/gif",
  webp: "image/webp",
};

export type ReadFile = (path: string) => Promise<Blob>;

export function imageType(path: string): string | undefined {
  const ending = path.split(".").at(-1)?.toLowerCase() ?? "";
  return Object.hasOwn(IMAGE, ending) ? IMAGE[ending] : undefined;
}

/** A picture among the files. Rejects with a sentence where it can't be read, or would keep the page busy. */
export async function shown(path: string, read: ReadFile): Promise<Picture> {
  const bytes = await read(path);
  const type = imageType(path) ?? "image/png";
  const why = type === "image/svg+xml" ? dearness(await bytes.text()) : undefined;
  if (why !== undefined)
    throw new DearPicture(`${plainName(path)} is dear to draw: ${why}. Download it to look at it.`);
  return picture(bytes, type);
}

export class DearPicture extends Error {}

export async function saveFile(path: string, read: ReadFile): Promise<void> {
  try {
    download(path.split("/").at(-1) ?? path, await read(path));
  } catch {
    toast(`${plainName(path)} could not be read. It may have been deleted since.`);
  }
}

export function filesView(changes: readonly FileChange[], read: ReadFile): { dom: HTMLElement; destroy: () => void } {
  const releases: (() => void)[] = [];
  const chips = changes.slice(0, 20).map(({ path, size, change }) =>
    h(
      "button",
      {
        type: "button",
        class: "chip",
        "data-testid": "file-chip",
        "aria-label": `${plainName(path)} ${bytes(size)}: download, ${change}`,
        on: { click: () => void saveFile(path, read) },
      },
      icon("file"),
      h("bdi", {}, plainName(path)),
      " ",
      h("span", { class: "size" }, bytes(size)),
      icon("download"),
    ),
  );
  const rest = changes.length - chips.length;
  const previews = h("div", { class: "previews" });
  const dom = h(
    "div",
    { class: "output output-files" },
    h("div", { class: "chips" }, chips, rest > 0 && h("span", { class: "muted" }, `and ${rest} more in Files`)),
    previews,
  );
  const pictures = changes.filter(({ path, size }) => imageType(path) !== undefined && size <= PREVIEW_BYTES);
  for (const { path } of pictures.slice(0, PREVIEWS)) {
    void shown(path, read).then(
      ({ url, release }) => {
        releases.push(release);
        previews.append(
          h(
            "button",
            {
              type: "button",
              class: "preview",
              "aria-label": `Enlarge ${plainName(path)}`,
              on: { click: () => zoom(url, plainName(path)) },
            },
            h("img", { src: url, alt: plainName(path), loading: "lazy" }),
          ),
        );
      },
      // Gone again before it could be shown: the chip says so when it is pressed.
      () => undefined,
    );
  }
  const destroy = () => {
    for (const release of releases) release();
  };
  return { dom, destroy };
}
