import fc from "fast-check";
import { expect, test } from "vitest";
import { toCharacters, toUnits } from "../../../static/src/worker/offsets";

test("an emoji is two units and one character, both ways", () => {
  const text = "'\u{1f600}'.up";
  expect(toCharacters(text, text.length)).toBe(6);
  expect(toUnits(text, 6)).toBe(7);
  // Between the two halves of it: behind it.
  expect(toCharacters(text, 2)).toBe(2);
  expect(toUnits(text, toCharacters(text, 2))).toBe(3);
});

test("places outside of the text are its ends", () => {
  expect([toCharacters("ab", 9), toUnits("ab", 9), toCharacters("ab", -1), toUnits("ab", -1)]).toEqual([2, 2, 0, 0]);
});

test("there and back is the same place, for every text, halves of characters included", () => {
  const texts = fc.string({ unit: "binary" }).map((text) => `${text}\u{1f468}\ud83d`);
  fc.assert(
    fc.property(texts, fc.nat(40), (text, characters) => {
      const units = toUnits(text, characters);
      expect(toCharacters(text, units)).toBe(Math.min(characters, Array.from(text).length));
      expect(Array.from(text.slice(0, units))).toEqual(Array.from(text).slice(0, characters));
    }),
  );
});
