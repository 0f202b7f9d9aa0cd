// Code in an address.

import fc from "fast-check";
import { expect, test } from "vitest";
import { packedCode, unpackedCode } from "../../../static/src/embed/packed";

test("what was packed comes back, whatever it is, in letters that addresses have", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 300 }), async (code) => {
      const packed = await packedCode(code);
      expect(packed).toMatch(/^[\w-]*$/);
      expect(await unpackedCode(packed, 10_000)).toBe(code);
    }),
    { numRuns: 50 },
  );
});

test("a short address that holds gigabytes is given up at its limit", async () => {
  const packed = await packedCode("x".repeat(3_000_000));
  expect(packed.length).toBeLessThan(10_000);
  await expect(unpackedCode(packed, 200_000)).rejects.toThrow("more than 200000 bytes");
});

test.each(["?", "AAAA", "é", "x".repeat(1001)])("what is no packed code is refused: %s", async (packed) => {
  await expect(unpackedCode(packed, 1_000)).rejects.toThrow();
});
