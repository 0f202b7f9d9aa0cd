// What the parts of this page work on: the sandbox, the person's files and choices, and the conversation that is open.

import { Emitter } from "../page/model/emitter";
import type { Runner } from "../page/model/runner";
import { browserStorage, Store } from "../page/model/store";
import { Traffic } from "../page/model/traffic";
import { Session } from "../page/session";
import { Stock } from "../page/stock";
import { toast } from "../page/view/toast";
import type { Asker } from "./asker";
import { GivenFiles } from "./files";
import { Archive, type Opened } from "./keep/archive";
import { ChoiceStore } from "./model/choices";
import type { Conversation } from "./model/conversation";
import { CellEngine } from "./running";
import type { TurnsView } from "./view/turns-view";

/** What has changed: choices; entries of the conversation; the conversation itself; what was sent; what Python does. */
export type News = "choices" | "entries" | "laid" | "sent" | "status";

/** What belongs to the conversation that is open. */
export interface Desk {
  conversation: Conversation;
  runner: Runner;
  asker: Asker;
  turns: TurnsView;
}

export class Bench {
  readonly store = new Store(browserStorage(), document.documentElement.dataset.colours);
  readonly choices = new ChoiceStore(browserStorage());
  readonly session = new Session(new Traffic(location.origin));
  readonly engine = new CellEngine(this.session);
  readonly news = new Emitter<News>();
  /** Keeping goes well, or doesn't. */
  readonly keeping = new Emitter<void>();
  readonly stock: Stock;
  readonly given: GivenFiles;
  desk: Desk | undefined;
  #archive: Archive;
  #know: (kept: ReadonlyMap<string, Blob>) => void = () => undefined;

  constructor() {
    const needs = new Promise<ReadonlyMap<string, Blob>>((resolve) => {
      this.#know = resolve;
    }).then((kept) => ({ example: undefined, files: {}, kept }));
    this.stock = new Stock(this.session, needs);
    this.given = new GivenFiles(() => this.archive, this.stock, this.session);
    this.#archive = this.#archiveOf(this.choices.now.keep);
  }

  get archive(): Archive {
    return this.#archive;
  }

  get open(): Opened {
    return this.#archive.open;
  }

  /** From now on conversations are kept, or they aren't. The open one goes along. */
  async keep(on: boolean): Promise<void> {
    this.choices.choose({ keep: on });
    const next = this.#archiveOf(on);
    const open = await this.#archive.close(next);
    this.#archive = next;
    this.#archive.begin(open);
    this.keeping.emit();
  }

  /** The files of the conversation that is open are known: the sandbox may have them. */
  know(): void {
    this.#know(this.open.files);
  }

  #archiveOf(keeps: boolean): Archive {
    const archive = new Archive(keeps, (text) => toast(text, undefined, "keeping"));
    archive.changed.on(() => this.keeping.emit());
    return archive;
  }
}
