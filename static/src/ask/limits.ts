// Limits: what one question may use before it ends with a reason.

export interface AskLimits {
  /** Calls of tools (default 12). */
  steps?: number;
  /** Tokens in and out, of all requests together (default 200,000). Where a server counts none, bytes are counted by four. */
  tokens?: number;
  /**
   * Money of all requests together, in that of the model's `prices` (default: no limit). One answer may go over it: what it
   * costs is known when it is over.
   */
  money?: number;
  /** Milliseconds from the call to the answer (default 300,000); a person's time to approve is among them. */
  timeMs?: number;
  /** Failures that go back to the model for repair: code that failed, and calls that can't be read (default 4). */
  repairs?: number;
  /**
   * In the modes "schema" and "aggregates": bits that code could have put into the choice of its reports, at most (default
   * 192). This many bits of the data a model that means harm could learn.
   */
  bits?: number;
  /** Times that one request is sent again, when a server is busy or a stream breaks (default 3). */
  retries?: number;
  /** Milliseconds of wait that a busy server may ask for (default 60,000). */
  waitMs?: number;
}

export const LIMITS: Readonly<Required<AskLimits>> = {
  steps: 12,
  tokens: 200_000,
  money: Number.POSITIVE_INFINITY,
  timeMs: 300_000,
  repairs: 4,
  bits: 192,
  retries: 3,
  waitMs: 60_000,
};

/** Limits with what is left out. Throws a TypeError or RangeError. */
export function checkedLimits(asked: AskLimits = {}): Required<AskLimits> {
  for (const [name, value] of Object.entries(asked)) {
    if (!Object.hasOwn(LIMITS, name)) {
      throw new TypeError(`There is no limit ${name.slice(0, 40)}. There are ${Object.keys(LIMITS).join(", ")}.`);
    }
    if (value !== undefined && !(typeof value === "number" && value >= 0)) {
      throw new RangeError(`The limit ${name} must be a number from 0 on, not ${String(value)}.`);
    }
  }
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  return { ...LIMITS, ...Object.fromEntries(given) };
}
