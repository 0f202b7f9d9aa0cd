// What a person has chosen on this page: the model, what may leave, limits, whether anything is kept. A key is written
// to the browser's storage only where they have ticked that.

import { type AskLimits, MODES, type Mode, type Prices } from "../../ask/index";
import { ASKING } from "../../page/keep/forgetting";

export const KINDS = [
  "demo",
  "server",
  "ollama",
  "lmstudio",
  "llamacpp",
  "browser",
  "openrouter",
  "chat",
  "responses",
  "messages",
] as const;
export type Kind = (typeof KINDS)[number];

export interface ModelChoice {
  kind: Kind;
  /** Address, where it isn't the usual one; "" else. */
  base: string;
  name: string;
  key: string;
  keepKey: boolean;
  /** It takes figures, in the mode "everything". */
  images: boolean;
  /** What it costs, where its owner says so. */
  prices?: Prices | undefined;
}

export interface Choices {
  model: ModelChoice | undefined;
  mode: Mode;
  limits: AskLimits;
  /** Conversations and files survive a visit. */
  keep: boolean;
}

const DEFAULTS: Choices = { model: undefined, mode: "schema", limits: {}, keep: true };

export const DEMO: ModelChoice = { kind: "demo", base: "", name: "demo", key: "", keepKey: false, images: false };

type Storage_ = Pick<Storage, "getItem" | "setItem"> | undefined;

/** Holds the choices; writes what may be written. */
export class ChoiceStore {
  #now: Choices;
  readonly #storage: Storage_;

  constructor(storage: Storage_) {
    this.#storage = storage;
    let stored: unknown;
    try {
      stored = JSON.parse(storage?.getItem(ASKING.choices) ?? "null");
    } catch {}
    this.#now = choicesOf(stored);
  }

  get now(): Choices {
    return this.#now;
  }

  choose(part: Partial<Choices>): Choices {
    this.#now = { ...this.#now, ...part };
    const { model } = this.#now;
    const written = model && { ...model, key: model.keepKey ? model.key : "" };
    try {
      this.#storage?.setItem(ASKING.choices, JSON.stringify({ ...this.#now, model: written }));
    } catch {
      // Private windows, a full quota: it holds for this visit.
    }
    return this.#now;
  }
}

/** Choices out of storage, rebuilt. */
export function choicesOf(stored: unknown): Choices {
  if (typeof stored !== "object" || stored === null) return DEFAULTS;
  const { model, mode, limits, keep } = stored as Partial<Record<keyof Choices, unknown>>;
  return {
    model: modelOf(model),
    mode: MODES.find((one) => one === mode) ?? DEFAULTS.mode,
    limits: limitsOf(limits),
    keep: keep !== false,
  };
}

function modelOf(stored: unknown): ModelChoice | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const { kind, base, name, key, keepKey, images, prices } = stored as Partial<Record<keyof ModelChoice, unknown>>;
  const known = KINDS.find((one) => one === kind);
  if (!known) return undefined;
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return {
    kind: known,
    base: text(base),
    name: text(name),
    key: text(key),
    keepKey: keepKey === true,
    images: images === true,
    ...pricesOf(prices),
  };
}

function pricesOf(stored: unknown): { prices?: Prices } {
  const { input, output } = (stored ?? {}) as Partial<Record<keyof Prices, unknown>>;
  const fine = (price: unknown): price is number => typeof price === "number" && price >= 0 && Number.isFinite(price);
  return fine(input) && fine(output) ? { prices: { input, output } } : {};
}

/** The limits that this page lets people change. */
export const SHOWN_LIMITS = ["steps", "tokens", "money", "timeMs", "repairs", "bits"] as const;

function limitsOf(stored: unknown): AskLimits {
  if (typeof stored !== "object" || stored === null) return {};
  const numbers = SHOWN_LIMITS.map((name) => [name, (stored as AskLimits)[name]] as const);
  return Object.fromEntries(numbers.filter(([, value]) => typeof value === "number" && value >= 0));
}
