// What the page remembers in this browser, and nowhere else: the cells, and a few choices. Storage may be refused; then nothing is kept.

import { type FileContent, filesOf } from "./content";
import { type CellSeed, seedsOf } from "./notebook";

export type Theme = "auto" | "light" | "dark";

export interface Choices {
  theme: Theme;
  /** Milliseconds a cell may run; undefined is the server's default. */
  timeLimit: number | undefined;
  svg: boolean;
  introSeen: boolean;
  /** Keep what a visit needs, where the page was exported so. */
  offline: boolean;
}

export interface StoredNotebook {
  cells: readonly CellSeed[];
  /** The example they came from: its data belong to them. */
  example: string | undefined;
  /** Small files that came with them in a link. */
  files: Record<string, FileContent>;
}

const NOTEBOOK = "belljar.notebook";
const ASIDE = "belljar.notebooks.aside";
const CHOICES = "belljar.choices";
/** Notebooks that are put aside at most; the oldest goes first. */
const MOST_ASIDE = 20;
const DEFAULTS: Choices = { theme: "auto", timeLimit: undefined, svg: false, introSeen: false, offline: true };

export class Store {
  readonly #storage: Pick<Storage, "getItem" | "setItem"> | undefined;

  constructor(storage: Pick<Storage, "getItem" | "setItem"> | undefined) {
    this.#storage = storage;
  }

  /** The notebook of the last visit. Undefined when there is none, or when what is stored isn't ours. */
  loadNotebook(): StoredNotebook | undefined {
    return notebookOf(this.#read(NOTEBOOK));
  }

  saveNotebook(notebook: StoredNotebook): void {
    this.#write(NOTEBOOK, notebook);
  }

  /** Notebooks that made room for one from a link, the latest first. */
  aside(): StoredNotebook[] {
    const stored = this.#read(ASIDE);
    if (!Array.isArray(stored)) return [];
    return stored.map(notebookOf).filter((notebook) => notebook !== undefined);
  }

  /** Puts a notebook aside. False where there is no room for it: then nothing may take its place. */
  putAside(notebook: StoredNotebook): boolean {
    return this.#write(ASIDE, [notebook, ...this.aside()].slice(0, MOST_ASIDE));
  }

  /** Takes the latest notebook that was put aside, and puts this one behind the others. */
  exchange(current: StoredNotebook): StoredNotebook | undefined {
    const [latest, ...others] = this.aside();
    return latest && this.#write(ASIDE, [...others, current]) ? latest : undefined;
  }

  choices(): Choices {
    const stored = this.#read(CHOICES);
    if (typeof stored !== "object" || stored === null) return { ...DEFAULTS };
    const { theme, timeLimit, svg, introSeen, offline } = stored as Partial<Record<keyof Choices, unknown>>;
    return {
      theme: theme === "light" || theme === "dark" ? theme : "auto",
      timeLimit: typeof timeLimit === "number" && timeLimit > 0 ? timeLimit : undefined,
      svg: svg === true,
      introSeen: introSeen === true,
      offline: offline !== false,
    };
  }

  choose(part: Partial<Choices>): Choices {
    const all = { ...this.choices(), ...part };
    this.#write(CHOICES, all);
    return all;
  }

  #read(key: string): unknown {
    try {
      return JSON.parse(this.#storage?.getItem(key) ?? "null");
    } catch {
      return null;
    }
  }

  #write(key: string, value: unknown): boolean {
    try {
      this.#storage?.setItem(key, JSON.stringify(value));
      return true;
    } catch {
      // Private mode or a full quota: the notebook still works, it is only not remembered.
      return false;
    }
  }
}

function notebookOf(stored: unknown): StoredNotebook | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const { cells, example, files } = stored as Partial<Record<keyof StoredNotebook, unknown>>;
  const seeds = seedsOf(cells);
  return seeds && { cells: seeds, example: typeof example === "string" ? example : undefined, files: filesOf(files) };
}

/** localStorage, or undefined where reading the very property throws. */
export function browserStorage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
