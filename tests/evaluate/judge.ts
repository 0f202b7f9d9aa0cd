// Judge: whether an answer says what is true.

import type { Truth } from "./questions";

/** Numbers in a text, those of cited steps left out; "1,234.5" and "1234.5" are the same. */
export function numbersIn(text: string): number[] {
  const plain = text.slice(0, 20_000).replace(/\[step \d{1,4}\]/g, "");
  const found = plain.match(/[-−]?\d{1,3}(?:[,\u202f']\d{3}){1,6}(?:\.\d{1,20})?|[-−]?\d{1,20}(?:\.\d{1,20})?/g) ?? [];
  return found.map((one) => Number(one.replace("−", "-").replace(/[,\u202f']/g, "")));
}

/** Whether an answer has the truth in it. Of several names the one that it says first counts. */
export function isRight(text: string, truth: Truth): boolean {
  if ("number" in truth) {
    // Beyond what it may be off: halves of binary fractions.
    return numbersIn(text).some((one) => Math.abs(one - truth.number) <= truth.within + 1e-9 * Math.abs(truth.number));
  }
  const low = text.toLowerCase();
  if ("words" in truth) return truth.words.every((word) => low.includes(word.toLowerCase()));
  const at = (name: string): number => low.indexOf(name.toLowerCase());
  const named = truth.among.filter((name) => at(name) >= 0).sort((one, other) => at(one) - at(other));
  return named[0] === truth.name;
}
