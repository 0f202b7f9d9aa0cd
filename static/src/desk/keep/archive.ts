// Where conversations are kept with their files, what was said and the ledger: in the browser's storage, or for this visit.

import { openDatabase, type Shelf } from "../../page/keep/database";
import { ASKING } from "../../page/keep/forgetting";
import { Keeper } from "../../page/keep/keeper";
import type { Summary } from "../../page/keep/record";
import { savedRun } from "../../page/keep/saved";
import { Emitter } from "../../page/model/emitter";
import { newKey } from "../../page/model/keys";
import { Conversation } from "../model/conversation";
import type { Apart } from "../model/entries";
import { MemoryShelf } from "./memory";

/** Threads and ledgers lie among the files, under a name that no person's file has: it is no plain path. */
const APART = ".asked.json";
/** Id of the conversation that this tab had open. */
const OPEN = `${ASKING.choices}.open`;

/** A conversation with the files that the person gave for it: their bytes, and never what code has made of them. */
export interface Opened {
  conversation: Conversation;
  files: Map<string, Blob>;
}

export class Archive {
  readonly keeper: Keeper;
  readonly changed = new Emitter<void>();
  readonly #shelf: Promise<Shelf | undefined>;
  #open: Opened = { conversation: new Conversation(), files: new Map() };
  /** Conversations that were left while the browser had no room for them, by their ids; they last as long as the page. */
  readonly #unkept = new Map<string, Opened & { seq: number }>();
  #off: () => void = () => undefined;

  /** `keep`: in the browser's storage; else for as long as the page is there. `say`: shows a sentence. */
  constructor(
    readonly keeps: boolean,
    say: (text: string) => void,
  ) {
    this.#shelf = keeps ? openDatabase(ASKING.database).catch(() => undefined) : Promise.resolve(new MemoryShelf());
    this.keeper = new Keeper(this.#shelf, {
      record: () => {
        const { conversation } = this.#open;
        const beside = { asking: { headers: conversation.headers, named: conversation.name !== undefined } };
        return { name: conversation.title, example: undefined, files: {}, beside, cells: conversation.saved() };
      },
      run: (key) => savedRun(this.#open.conversation.notebook.cells.find((cell) => cell.key === key)),
      read: async (path) => {
        const found = this.#open.files.get(path);
        if (!found) throw new Error(`There is no ${path}.`);
        return found;
      },
    });
    this.keeper.changed.on(() => this.changed.emit());
    this.keeper.conflict.on(() => {
      this.#keepAsNew();
      say("Another tab has this conversation open. What you see here is kept as one of its own.");
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") void this.keeper.flush();
    });
    addEventListener("pagehide", () => this.keeper.hand());
  }

  get open(): Opened {
    return this.#open;
  }

  /** The conversation of the last visit, if there is one. */
  async last(): Promise<Opened | undefined> {
    const shelf = await this.#shelf;
    const id = remembered() ?? (await shelf?.list().catch(() => []))?.[0]?.id;
    return id === undefined ? undefined : this.load(id);
  }

  /** The newest first; those that could not be kept before them. */
  async list(): Promise<Summary[]> {
    await this.keeper.flush(); // the open one as it is now
    const all = (await (await this.#shelf)?.list().catch(() => [])) ?? [];
    const kept = all.filter(({ id }) => !this.#unkept.has(id));
    // One of the files is ours.
    return [...this.#unkept].map(summaryOf).concat(kept.map((one) => ({ ...one, files: Math.max(0, one.files - 1) })));
  }

  /** Something would be lost with this page. */
  get unsaved(): boolean {
    return this.keeper.unsaved || this.#unkept.size > 0;
  }

  /** Another one is about to take this one's place; says whether this one is kept, or else stays here until the page goes. */
  async leave(): Promise<boolean> {
    await this.keeper.flush();
    const { id, seq, unsaved } = this.keeper;
    if (id === undefined || !unsaved) return true;
    this.#unkept.set(id, { ...this.#open, seq });
    return false;
  }

  /** Opens a conversation that is kept. Undefined where there is none of that id. */
  async load(id: string): Promise<Opened | undefined> {
    const held = this.#unkept.get(id);
    if (held) {
      this.#unkept.delete(id);
      this.#follow(held, id, held.seq);
      this.#touchAll();
      return this.#open;
    }
    const kept = await (await this.#shelf)?.load(id).catch(() => undefined);
    if (!kept) return undefined;
    const files = new Map(kept.files);
    const apart = await apartOf(files.get(APART));
    files.delete(APART);
    const conversation = Conversation.of(kept.record.cells, kept.runs, apart);
    const { headers, named } = (kept.record.beside.asking ?? {}) as {
      headers?: Record<string, boolean>;
      named?: boolean;
    };
    conversation.headers = { ...headers };
    if (named) conversation.name = kept.record.name;
    this.#follow({ conversation, files }, id, kept.record.seq);
    return this.#open;
  }

  /** Shows another one, which is kept from its first entry or file on. */
  begin(opened: Opened): void {
    this.#follow(opened, undefined, 0);
    if (opened.conversation.entries.length > 0) this.#keepAsNew();
  }

  /** Threads or ledgers have changed. */
  touchApart(): void {
    this.#own();
    const text = JSON.stringify(this.#open.conversation.apart());
    this.keeper.touchFile(APART, new Blob([text], { type: "application/json" }));
  }

  /** A file was given, or taken away. */
  touchFile(path: string, data: Blob | undefined): void {
    this.#own();
    this.keeper.touchFile(path, data ?? false);
  }

  touch(): void {
    this.#own();
    this.keeper.touch();
  }

  /** Keeps nothing more: another archive takes its place, and what this one could not keep. */
  async close(next?: Archive): Promise<Opened> {
    await this.keeper.flush();
    this.#off();
    this.keeper.follow(undefined);
    if (next) for (const [id, held] of this.#unkept) next.#unkept.set(id, { ...held, seq: 0 });
    return this.#open;
  }

  /** Takes a conversation away; gives what puts it back. */
  async take(id: string): Promise<() => Promise<void>> {
    const shelf = await this.#shelf;
    const kept = await shelf?.load(id);
    const held = this.#unkept.get(id);
    this.#unkept.delete(id);
    await shelf?.remove(id);
    // It makes room: what waits is tried again.
    void this.keeper.flush();
    return async () => {
      if (held) return void this.#unkept.set(id, { ...held, seq: 0 });
      if (!kept || !shelf) return;
      await shelf.write(kept.record, undefined, kept.runs);
      for (const [path, data] of kept.files) await shelf.writeFile(id, path, data);
    };
  }

  #follow(opened: Opened, id: string | undefined, seq: number): void {
    this.#off();
    this.#open = opened;
    this.keeper.follow(id, seq);
    remember(id);
    const { conversation } = opened;
    const offs = [
      conversation.changed.on(() => this.touch()),
      conversation.notebook.changed.on((change) => {
        if (change.type === "source") this.touch();
        if (change.type === "run" && change.cell.since === undefined) this.keeper.touchRun(change.cell.key);
      }),
    ];
    this.#off = () => {
      for (const off of offs) off();
    };
    this.changed.emit();
  }

  #own(): void {
    if (this.keeper.id === undefined) this.#keepAsNew();
  }

  /** Keeps all of it under a new name. */
  #keepAsNew(): void {
    const id = newKey() + newKey();
    this.keeper.follow(id, 0);
    remember(id);
    this.#touchAll();
  }

  #touchAll(): void {
    this.keeper.touch();
    const { conversation, files } = this.#open;
    for (const { key, outputs } of conversation.notebook.cells) if (outputs.items.length > 0) this.keeper.touchRun(key);
    for (const [path, data] of files) this.keeper.touchFile(path, data);
    if (conversation.questions.length > 0) this.touchApart();
  }
}

function summaryOf([id, { conversation, files }]: [string, Opened]): Summary {
  const size = [...files.values()].reduce((sum, blob) => sum + blob.size, 0);
  const { title, entries } = conversation;
  return { id, name: `${title} (not saved)`, changed: Date.now(), cells: entries.length, files: files.size, size };
}

async function apartOf(blob: Blob | undefined): Promise<Apart> {
  try {
    const read: unknown = JSON.parse((await blob?.text()) ?? "{}");
    return typeof read === "object" && read !== null ? (read as Apart) : {};
  } catch {
    return {};
  }
}

function remembered(): string | undefined {
  try {
    return sessionStorage.getItem(OPEN) ?? localStorage.getItem(OPEN) ?? undefined;
  } catch {
    return undefined;
  }
}

function remember(id: string | undefined): void {
  try {
    for (const storage of [sessionStorage, localStorage]) {
      if (id === undefined) storage.removeItem(OPEN);
      else storage.setItem(OPEN, id);
    }
  } catch {
    // The newest one is opened the next time.
  }
}
