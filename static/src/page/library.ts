// What comes into the notebook from outside it: dropped files, notebooks as files and in links, examples with their data.

import { isPlainPath } from "../protocol/paths";
import { readOnly } from "./editor/readonly";
import type { Example } from "./examples";
import type { Opened } from "./keep/opened";
import type { Fresh } from "./keep/record";
import { type FileContent, toContent } from "./model/content";
import { plainName, plural } from "./model/format";
import { fromFragment, type Linked, toFragment } from "./model/link";
import type { Notebook } from "./model/notebook";
import { fromIpynb } from "./model/notebookfile";
import { fromPython, isMarked } from "./model/script";
import { fetchPublished, forgetAsked, type Published } from "./published";
import type { Session } from "./session";
import { find } from "./stock";
import { announce } from "./view/announce";
import { late } from "./view/late";
import { toast } from "./view/toast";

/** A larger .py file is data, whatever it is called. */
const LARGEST_NOTEBOOK = 1e6;
/** A larger file is not copied into the browser's storage: it stays where it is, on the person's disk. */
const LARGEST_KEPT = 256 * 1024 * 1024;
/** Bytes of a larger file have no chance to fit into a link. */
const LARGEST_LINKED = 500_000;

export interface LibraryParts {
  notebook: Notebook;
  session: Session;
  opened: Opened;
  /** Puts a cell that opens a file. */
  use(path: string): void;
}

export class Library {
  readonly #parts: LibraryParts;
  /** Names of files that a person has added: they go into links. */
  readonly #added = new Set<string>();

  constructor(parts: LibraryParts) {
    this.#parts = parts;
  }

  /** Takes dropped or chosen files: notebooks are opened, all others go to Files. */
  async add(files: readonly File[]): Promise<void> {
    for (const file of files) {
      if (/\.ipynb$/i.test(file.name)) {
        await this.openNotebook(file);
        continue;
      }
      void this.#addFile(file);
      // A module to import and a notebook look alike from outside; the marks tell, and the person decides.
      if (/\.py$/i.test(file.name) && file.size < LARGEST_NOTEBOOK && isMarked(await file.text())) {
        toast(`${plainName(file.name)} holds cells.`, {
          label: "Open as notebook",
          run: () => void this.openNotebook(file),
        });
      }
    }
  }

  /** Lets cells read a folder of the person's disk. */
  async addFolder(name: string, files: readonly File[]): Promise<void> {
    try {
      const { path, files: count = 0 } = await this.#parts.session.mount(name, files);
      const said = `${plural(count, "file")} can be read in “${plainName(path)}”.`;
      toast(`${said} They stay on your disk and can’t be changed; add the folder again at the next visit.`);
    } catch (error) {
      toast(`The folder was not added. ${error instanceof Error ? error.message : ""}`.trim());
    }
  }

  async openNotebook(file: File): Promise<void> {
    try {
      await this.#parts.opened.show({ ...(await read(file)), own: true });
      this.#said(`${plainName(file.name)} is open.`);
    } catch (error) {
      toast(error instanceof Error ? error.message : "This file could not be opened.");
    }
  }

  /** Shows what a publisher has; nothing runs, and what was there stays kept. Rejects with a sentence. */
  async openPublished(published: Published): Promise<void> {
    const { opened } = this.#parts;
    if ("notebook" in published)
      return void (await opened.show({ ...(await read(await fetchPublished(published.notebook))), guest: true }));
    const example = await find(published.example);
    if (!example) throw new Error(`There is no example “${plainName(published.example)}” here.`);
    await opened.show({ ...cellsOf(example), guest: true });
  }

  /** An empty notebook. */
  async startFresh(): Promise<void> {
    await this.#parts.opened.show({ cells: [] });
    this.#said("A fresh notebook.");
  }

  /** Shows the cells of a link. What was there stays kept, and nothing runs. */
  async openLink(fragment: string, kept?: { cells: readonly { kind: string; source: string }[] }): Promise<void> {
    const { opened, notebook } = this.#parts;
    let linked: Linked;
    try {
      linked = await fromFragment(fragment);
    } catch (error) {
      toast(error instanceof Error ? error.message : "This link could not be opened.");
      forgetLink();
      if (kept) await opened.goBack();
      else if (notebook.cells.length === 0) await opened.show({ cells: [] });
      return;
    }
    const { cells, files, example } = linked;
    const plain = (some: readonly { kind: string; source: string }[]) =>
      JSON.stringify(some.map(({ kind, source }) => ({ kind, source })));
    // Somebody has come back to a link of their own; only its files may be gone.
    if (plain(cells) === plain(kept ? kept.cells : notebook.cells)) {
      if (kept) await opened.goBack();
      return opened.take({ example, files });
    }
    await opened.show({ cells, files, example, guest: true });
  }

  /** Opens the notebook that was open before this one. */
  async bringBack(): Promise<void> {
    const { opened } = this.#parts;
    const guest = opened.guest;
    if (!(await opened.goBack())) return;
    forgetLink();
    toast(`Your notebook is back.${guest ? "" : " The other one can be brought back the same way."}`);
  }

  /** The address of this page with the notebook in it, and names of files that had no room. Rejects with a sentence. */
  async link(): Promise<{ address: string; left: string[] }> {
    const { session, opened, notebook } = this.#parts;
    const { example, files } = opened.head;
    const all: Record<string, FileContent> = { ...files };
    const tooLarge: string[] = [];
    for (const { path, size } of session.files) {
      if (!this.#added.has(path) && !Object.hasOwn(files, path)) continue;
      if (size > LARGEST_LINKED) tooLarge.push(path);
      else all[path] = toContent(new Uint8Array(await (await session.read(path)).arrayBuffer()));
    }
    const { fragment, left } = await toFragment({ cells: notebook.seeds(), example, files: all });
    return { address: `${location.origin}${location.pathname}${fragment}`, left: [...left, ...tooLarge] };
  }

  /** Shows the gallery; what is chosen there is opened. */
  async chooseExample(): Promise<void> {
    const found = await late(() => import("./view/gallery"));
    found?.gallery((example) => void this.#open(example));
  }

  async openExample(id: string): Promise<void> {
    const example = await find(id);
    if (example) await this.#open(example);
  }

  /** Takes a file away; it can be put back. */
  async remove(path: string): Promise<void> {
    const { session, opened } = this.#parts;
    try {
      if (session.files.some((file) => file.path === path && file.files !== undefined)) {
        await session.remove(path);
        toast(`${plainName(path)} was taken away. On your disk it is as it was.`);
        return;
      }
      const data = await session.read(path);
      await session.remove(path);
      opened.dropped(path);
      const back = async () => {
        if (await opened.stock.put(path, data)) this.#hold(path, data);
      };
      toast(`${plainName(path)} was deleted.`, { label: "Undo", run: () => void back() });
    } catch {
      toast(`${plainName(path)} could not be deleted.`);
    }
  }

  /** Lets the browser keep a file with the notebook. False for one that is too large for that. */
  #hold(path: string, data: Blob): boolean {
    if (data.size > LARGEST_KEPT) return false;
    this.#parts.opened.holds(path, data);
    return true;
  }

  async #addFile(file: File): Promise<void> {
    const { session, opened } = this.#parts;
    const { name } = file;
    const before = session.files.some(({ path }) => path === name)
      ? await session.read(name).catch(() => undefined)
      : undefined;
    // At once: Python may still be on its way.
    const kept = isPlainPath(name) && this.#hold(name, file);
    if (!(await opened.stock.put(name, file))) {
      if (before) this.#hold(name, before);
      else opened.dropped(name);
      return;
    }
    this.#added.add(name);
    announce(`${plainName(name)} added`);
    const onDisk = "It is read from your disk and not copied: add it again at the next visit.";
    if (!before) {
      const open = { label: "Open it in a cell", run: () => this.#parts.use(name) };
      const said = `${plainName(name)} is in Files.${kept ? "" : ` ${onDisk}`}`;
      if (!readOnly() && !/\.py$/i.test(name)) toast(said, open, `added ${name}`);
      return;
    }
    const back = async () => {
      if (await opened.stock.put(name, before)) this.#hold(name, before);
    };
    toast(`${plainName(name)} took the place of the file of that name.`, { label: "Undo", run: () => void back() });
  }

  async #open(example: Example): Promise<void> {
    await this.#parts.opened.show(cellsOf(example));
    this.#said(`“${example.title}” is open.`);
  }

  /** Tells what is open now, with a way back. */
  #said(text: string): void {
    scrollTo({ top: 0 });
    forgetLink();
    const { opened } = this.#parts;
    toast(text, opened.canGoBack ? { label: "Back", run: () => void this.bringBack() } : undefined, "notebook");
  }
}

function cellsOf({ source, title, id }: Example): Fresh {
  return { cells: fromPython(source), name: title, example: id };
}

async function read(file: File): Promise<Fresh> {
  const text = await file.text();
  const found = /\.ipynb$/i.test(file.name) ? fromIpynb(text) : { cells: fromPython(text) };
  return { ...found, name: plainName(file.name).replace(/\.(ipynb|py)$/i, "") };
}

/** Takes a notebook out of the address, so that the page opens with what is kept. */
export function forgetLink(): void {
  forgetAsked();
  if (location.hash !== "") history.replaceState(history.state, "", `${location.pathname}${location.search}`);
}
