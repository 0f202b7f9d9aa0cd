// What the page remembers in this browser, and nowhere else: the cells, and a few choices. Storage may be refused; then nothing is kept.

import type { CellSeed } from "./notebook";

export type Theme = "auto" | "light" | "dark";

export interface Choices {
  theme: Theme;
  /** Milliseconds a cell may run; undefined is the server's default. */
  timeLimit: number | undefined;
  svg: boolean;
  introSeen: boolean;
}

export interface StoredNotebook {
  cells: readonly CellSeed[];
  /** The example they came from: its data belong to them. */
  example: string | undefined;
}

const NOTEBOOK = "belljar.notebook";
const CHOICES = "belljar.choices";
const DEFAULTS: Choices = { theme: "auto", timeLimit: undefined, svg: false, introSeen: false };

export class Store {
  readonly #storage: Pick<Storage, "getItem" | "setItem"> | undefined;

  constructor(storage: Pick<Storage, "getItem" | "setItem"> | undefined) {
    this.#storage = storage;
  }

  /** The notebook of the last visit. Undefined when there is none, or when what is stored isn't ours. */
  loadNotebook(): StoredNotebook | undefined {
    const stored = this.#read(NOTEBOOK);
    if (typeof stored !== "object" || stored === null) return undefined;
    const { cells, example } = stored as Partial<Record<keyof StoredNotebook, unknown>>;
    if (!Array.isArray(cells) || cells.length === 0) return undefined;
    const seeds: CellSeed[] = [];
    for (const cell of cells as unknown[]) {
      if (typeof cell !== "object" || cell === null) return undefined;
      const { kind, source } = cell as Partial<CellSeed>;
      if ((kind !== "code" && kind !== "text") || typeof source !== "string") return undefined;
      seeds.push({ kind, source });
    }
    return { cells: seeds, example: typeof example === "string" ? example : undefined };
  }

  saveNotebook(notebook: StoredNotebook): void {
    this.#write(NOTEBOOK, notebook);
  }

  choices(): Choices {
    const stored = this.#read(CHOICES);
    if (typeof stored !== "object" || stored === null) return { ...DEFAULTS };
    const { theme, timeLimit, svg, introSeen } = stored as Partial<Record<keyof Choices, unknown>>;
    return {
      theme: theme === "light" || theme === "dark" ? theme : "auto",
      timeLimit: typeof timeLimit === "number" && timeLimit > 0 ? timeLimit : undefined,
      svg: svg === true,
      introSeen: introSeen === true,
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

  #write(key: string, value: unknown): void {
    try {
      this.#storage?.setItem(key, JSON.stringify(value));
    } catch {
      // Private mode or a full quota: the notebook still works, it is only not remembered.
    }
  }
}

/** localStorage, or undefined where reading the very property throws. */
export function browserStorage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
