// One contract: something about the inside of others that belljar rests on, by its number in docs/upgrading-pyodide.md.

import { expect, test } from "vitest";

/** A sentence about whose inside has changed, and where it stands what to do then. */
export const sentence = (step: number, of: string, what: string): string =>
  `${of} changed ${what}: see step ${step} of docs/upgrading-pyodide.md`;

/**
 * One assumption, one test. `what` completes the sentence "Pyodide changed …"; `holds` throws, or fails an expectation, when
 * it is no longer so.
 */
export function contract(step: number, of: string, what: string, holds: () => unknown): void {
  test(`${step}. ${of}: ${what}`, async () => {
    try {
      await holds();
    } catch (error) {
      throw new Error(`${sentence(step, of, what)} (${error instanceof Error ? error.message : error})`, {
        cause: error,
      });
    }
  });
}

/** The same for a text, with a control: the text with something else in place of `telling` must not pass. */
export function contractOfText(
  step: number,
  of: string,
  what: string,
  { text, telling, holds }: { text: () => string; telling: string; holds: (text: string) => unknown },
): void {
  contract(step, of, what, () => holds(text()));
  test(`${step}. ${what}: a text of another kind is noticed`, async () => {
    const other = text().replaceAll(telling, "somethingElse");
    expect(other, `the text has ${telling}`).not.toBe(text());
    await expect((async () => holds(other))()).rejects.toThrow();
  });
}
