// Ends: every question has one, with a word for programs and a sentence for people.

/** Why a question ended. */
export type Why =
  | "answered"
  | "stopped"
  | "steps"
  | "tokens"
  | "money"
  | "time"
  | "repairs"
  | "bits"
  /** The model does the same again and again. */
  | "repeats"
  | "refused"
  /** The model said nothing, or was cut off before it had. */
  | "empty"
  | "unreachable"
  | "key"
  | "busy"
  | "broken"
  | "rejected"
  /** There is no sandbox any more, or it doesn't take the files. */
  | "sandbox"
  /** What was to approve failed. */
  | "approval";

/** Thrown where a question ends. */
export class Ended extends Error {
  override readonly name = "Ended";

  constructor(
    readonly why: Why,
    message: string,
  ) {
    super(message);
  }
}

/** Gives what a promise gives, or rejects with the signal's reason as soon as that aborts; `grace` milliseconds later. */
export async function until<T>(signal: AbortSignal, promise: Promise<T>, grace = 0): Promise<T> {
  let off = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    const act = (): void => {
      const timer = setTimeout(() => reject(signal.reason), grace);
      off = () => clearTimeout(timer);
    };
    if (signal.aborted) return act();
    signal.addEventListener("abort", act, { once: true });
    off = () => signal.removeEventListener("abort", act);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    off();
  }
}

/** Waits; rejects with the signal's reason when that aborts. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  until(signal, new Promise<void>((later) => setTimeout(later, ms)));
