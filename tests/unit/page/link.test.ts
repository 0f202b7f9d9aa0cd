// Links: what goes in comes out, and nothing that a stranger puts in takes more than its share.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toContent } from "../../../static/src/page/model/content";
import { fromFragment, holdsNotebook, packed, toFragment, unpacked } from "../../../static/src/page/model/link";
import type { CellSeed } from "../../../static/src/page/model/notebook";

const code = (source: string): CellSeed => ({ kind: "code", source });
const noFiles = { files: {}, example: undefined };
const noise = (length: number) => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
};

describe("a link", () => {
  it("of one cell is its code alone", async () => {
    const { fragment } = await toFragment({ cells: [code("print('ä', 1)\n")], ...noFiles });
    expect(fragment).toMatch(/^#code=[A-Za-z0-9_-]+$/);
    expect(await fromFragment(fragment)).toEqual({ cells: [code("print('ä', 1)\n")], ...noFiles });
  });

  it("brings any notebook back as it was, with its files", async () => {
    const text = fc.string({ unit: "grapheme", maxLength: 40 });
    const cell = fc.record({ kind: fc.constantFrom("code" as const, "text" as const), source: text });
    const files = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}\.csv$/), fc.uint8Array({ maxLength: 60 }), {
      maxKeys: 3,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 4 }), files, async (cells, found) => {
        const kept = Object.fromEntries(Object.entries(found).map(([name, bytes]) => [name, toContent(bytes)]));
        const { fragment, left } = await toFragment({ cells, files: kept, example: "sales" });
        expect(left).toEqual([]);
        expect(holdsNotebook(fragment)).toBe(true);
        expect(await fromFragment(fragment)).toEqual({ cells, files: kept, example: "sales" });
      }),
      { numRuns: 60 },
    );
  });

  it("takes the files that have room, and names the others", async () => {
    const files = { "big.bin": toContent(noise(90_000)), "small.csv": "a,b\n1,2\n" };
    const { fragment, left } = await toFragment({ cells: [code("1")], files, example: undefined });
    expect(left).toEqual(["big.bin"]);
    expect((await fromFragment(fragment)).files).toEqual({ "small.csv": "a,b\n1,2\n" });
  });

  it("is refused in a sentence where the cells alone are too many", async () => {
    const source = Buffer.from(noise(80_000)).toString("hex");
    await expect(toFragment({ cells: [code(source)], ...noFiles })).rejects.toThrow(
      /get lost above 60 kB. Download it/,
    );
  });

  it("that unpacks to a hundred megabytes is given up after two megabytes", async () => {
    const bomb = await packed("0".repeat(100_000_000));
    expect(bomb.length).toBeLessThan(150_000);
    const before = performance.now();
    await expect(unpacked(bomb)).rejects.toThrow("unpacks to more than 2 MB");
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(await unpacked(await packed("0".repeat(1_999_999)))).toHaveLength(1_999_999);
  });

  it.each([
    ["what is no base64", "#code=%%%"],
    ["what is not packed", "#code=AAAA"],
    ["nothing", "#code="],
  ])("with %s is damaged, and says so", async (_what, fragment) => {
    await expect(fromFragment(fragment)).rejects.toThrow("The link is damaged");
  });

  it("that was cut short is damaged, wherever it was cut", async () => {
    const whole = await packed("print(1)\n".repeat(20));
    for (let at = 0; at < whole.length; at += 3) {
      await expect(unpacked(whole.slice(0, at)), `${at}`).rejects.toThrow("The link is damaged");
    }
  });

  it("with bytes that are no text is damaged, and one that is too long is not read", async () => {
    const stream = new Blob([new Uint8Array([0xff, 0xfe])]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    const bytes = Buffer.from(await new Response(stream).arrayBuffer());
    await expect(unpacked(bytes.toString("base64url"))).rejects.toThrow("damaged");
    await expect(unpacked("A".repeat(1_000_001))).rejects.toThrow("longer than this page reads");
  });

  it.each([
    "hello",
    "[]",
    '{"cells": []}',
    '{"cells": [{"kind": "html", "source": "x"}]}',
    '{"cells": [{"kind": "code", "source": 1}]}',
    `{"cells": [${Array(1_001).fill('{"kind":"code","source":""}').join()}]}`,
  ])("that holds something else is no notebook: %.30s", async (text) => {
    await expect(fromFragment(`#notebook=${await packed(text)}`)).rejects.toThrow("holds no notebook");
  });

  it("loses files whose names or contents can't be", async () => {
    const files = {
      "../up.txt": "x",
      "/root": "x",
      ".hidden": "x",
      "bidi\u202egnp.csv": "x",
      "odd.bin": { base64: "A" },
      "list.csv": ["x"],
      "fine.csv": "x",
      "fine.bin": { base64: "AA==", more: 1 },
    };
    const text = JSON.stringify({ cells: [code("1")], files, example: { id: 1 }, run: true });
    expect(await fromFragment(`#notebook=${await packed(text)}`)).toEqual({
      cells: [code("1")],
      files: { "fine.csv": "x", "fine.bin": { base64: "AA==" } },
      example: undefined,
    });
  });
});
