// A few choices that the page remembers in this browser, and nowhere else. Storage may be refused; then none is kept.

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

const CHOICES = "belljar.choices";
const DEFAULTS: Choices = { theme: "auto", timeLimit: undefined, svg: false, introSeen: false, offline: true };

export class Store {
  readonly #storage: Pick<Storage, "getItem" | "setItem"> | undefined;

  readonly #theme: Theme;

  /** `theme`: the publisher's, for who has chosen none. */
  constructor(storage: Pick<Storage, "getItem" | "setItem"> | undefined, theme?: string) {
    this.#storage = storage;
    this.#theme = theme === "light" || theme === "dark" ? theme : DEFAULTS.theme;
  }

  choices(): Choices {
    const stored = this.#read(CHOICES);
    const first = this.#theme;
    if (typeof stored !== "object" || stored === null) return { ...DEFAULTS, theme: first };
    const {
      theme: own = first,
      timeLimit,
      svg,
      introSeen,
      offline,
    } = stored as Partial<Record<keyof Choices, unknown>>;
    return {
      theme: own === "light" || own === "dark" ? own : "auto",
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

/** localStorage, or undefined where reading the very property throws. */
export function browserStorage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
