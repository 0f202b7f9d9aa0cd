// Prices: what a million tokens cost. Always said by the person or the operator: a list kept here would be wrong soon.

/** What a model costs, in whatever money its owner counts. */
export interface Prices {
  /** A million tokens of what is sent. */
  input: number;
  /** A million tokens of what comes back. */
  output: number;
  /** What the money is called (default "USD"). */
  currency?: string;
}

/** Money for so many tokens. Discounts for what a server remembers are not counted: it is at most this. */
export const costOf = ({ input, output }: Prices, into: number, out: number): number =>
  (into * input + out * output) / 1_000_000;

export const currencyOf = (prices: Prices | undefined): string => prices?.currency ?? "USD";

/** Prices as a model has them. Throws a RangeError for what can be none. */
export function checkedPrices(prices: Prices | undefined): { prices?: Prices } {
  if (prices === undefined) return {};
  for (const name of ["input", "output"] as const) {
    const price: unknown = prices[name];
    if (!(typeof price === "number" && price >= 0 && price < Number.POSITIVE_INFINITY))
      throw new RangeError(`prices.${name} must be money for a million tokens, from 0 on, not ${String(price)}.`);
  }
  return { prices: { ...prices } };
}
