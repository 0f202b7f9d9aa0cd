// Files: what Python finds in its folder. Drop anywhere on the page, download, delete.

import type { FileInfo } from "../../host/index";
import { bytes, plainName, plural } from "../model/format";
import { byId, fill, h, setText } from "./dom";
import { dropped, filesIn } from "./dropped";
import { DearPicture, imageType, type ReadFile, saveFile, shown } from "./files-view";
import { icon } from "./icons";
import { toast } from "./toast";
import { zoom } from "./zoom";

export interface FilesActions {
  add(files: readonly File[]): void;
  /** A folder of the person's disk, by its name; without, folders can't be added. */
  addFolder?(name: string, files: readonly File[]): void;
  read: ReadFile;
  remove(path: string): Promise<void>;
  /** Puts a cell that opens the file. */
  use(path: string): void;
}

export interface FilesPanel {
  update(files: readonly FileInfo[], coming: readonly FileInfo[]): void;
}

export function filesPanel(actions: FilesActions): FilesPanel {
  const picker = h("input", {
    type: "file",
    multiple: true,
    class: "visually-hidden",
    tabindex: -1,
    "aria-label": "Add files",
    "data-testid": "files-input",
  });
  picker.addEventListener("change", () => {
    actions.add([...(picker.files ?? [])]);
    picker.value = "";
  });
  const folders = h("input", {
    type: "file",
    webkitdirectory: true,
    class: "visually-hidden",
    tabindex: -1,
    "aria-label": "Add a folder",
    "data-testid": "folder-input",
  });
  folders.addEventListener("change", () => {
    const chosen = [...(folders.files ?? [])];
    const name = chosen[0]?.webkitRelativePath.split("/")[0];
    if (name) actions.addFolder?.(name, chosen);
    folders.value = "";
  });
  const list = h("ul", { class: "file-list", "aria-label": "Files" });
  const drop = h(
    "button",
    { type: "button", class: "drop", "data-testid": "files-drop", on: { click: () => picker.click() } },
    icon("plus"),
    h(
      "span",
      {},
      h("span", { class: "fine-only" }, "drop a file, or choose"),
      h("span", { class: "coarse-only" }, "add a file"),
    ),
  );
  const folder = h(
    "button",
    { type: "button", class: "drop fine-only", "data-testid": "files-folder", on: { click: () => folders.click() } },
    icon("folder"),
    h("span", {}, "read a folder where it lies"),
  );
  fill(byId("files-body"), list, drop, actions.addFolder && [folder, folders], picker);
  dropAnywhere(actions);

  const look = async (path: string) => {
    try {
      const { url, release } = await shown(path, actions.read);
      zoom(url, plainName(path));
      setTimeout(release, 600_000);
    } catch (error) {
      toast(error instanceof DearPicture ? error.message : `${plainName(path)} could not be read.`);
    }
  };
  const action = (name: "download" | "trash" | "zoom", label: string, click: () => void) =>
    h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, on: { click } }, icon(name));
  const item = ({ path, size, disk, files: inside }: FileInfo, coming: boolean) =>
    h(
      "li",
      { class: coming ? "file coming" : "file", "data-testid": "file-item", "data-path": path },
      icon(inside === undefined ? "file" : "folder"),
      coming
        ? h("bdi", { class: "file-name", title: plainName(path) }, plainName(path))
        : h(
            "button",
            {
              type: "button",
              class: "file-name",
              title: `${plainName(path)}: open it in a cell`,
              "data-testid": "file-use",
              on: { click: () => actions.use(path) },
            },
            h("bdi", {}, plainName(path)),
          ),
      h(
        "span",
        { class: "size", title: disk ? "Read from your disk where it lies; nothing is copied" : undefined },
        bytes(size),
        disk && " on disk",
      ),
      !coming && [
        inside === undefined &&
          imageType(path) !== undefined &&
          action("zoom", `Look at ${plainName(path)}`, () => void look(path)),
        inside === undefined &&
          action("download", `Download ${plainName(path)}`, () => void saveFile(path, actions.read)),
        action("trash", `${disk ? "Take away" : "Delete"} ${plainName(path)}`, () => void actions.remove(path)),
      ],
    );
  let drawn = "";
  return {
    update(files, coming) {
      const waiting = coming.filter(({ path }) => !files.some((file) => file.path === path));
      // Cells report their files after every run; an unchanged list keeps its focus.
      const key = JSON.stringify([files, waiting]);
      if (key === drawn) return;
      drawn = key;
      fill(
        list,
        files.slice(0, 500).map((file) => item(file, false)),
        waiting.map((file) => item(file, true)),
      );
      if (files.length > 500)
        list.append(h("li", { class: "muted" }, `and ${plural(files.length - 500, "more file")}`));
      for (const badge of document.querySelectorAll("[data-count=files]"))
        setText(badge, files.length > 0 ? String(files.length) : "");
    },
  };
}

function dropAnywhere(actions: FilesActions): void {
  const curtain = byId("curtain");
  let depth = 0;
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  const show = (on: boolean) => {
    depth = on ? depth : 0;
    curtain.hidden = !on;
  };
  addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth += 1;
    show(true);
  });
  addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth -= 1;
    if (depth <= 0) show(false);
  });
  // Capture: an editor would insert the file's name, or its text.
  addEventListener(
    "drop",
    (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      show(false);
      const { files, folders } = dropped(event.dataTransfer);
      if (files.length > 0) actions.add(files);
      const { addFolder } = actions;
      for (const folder of folders) {
        if (!addFolder) {
          toast(`Folders can’t be added here: drop the files of ${plainName(folder.name)}.`);
          continue;
        }
        void filesIn(folder).then(
          (found) => addFolder(folder.name, found),
          () => toast(`The folder ${plainName(folder.name)} could not be read.`),
        );
      }
    },
    { capture: true },
  );
}
