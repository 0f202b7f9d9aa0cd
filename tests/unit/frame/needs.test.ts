// Packages that a worker asks for: once each, one delivery at a time, and never more because of what it says.

import { expect, test } from "vitest";
import { Needs } from "../../../static/src/frame/needs";
import type { Delivery, ImageOffer } from "../../../static/src/protocol/messages";

const PACKAGES = { numpy: {}, scipy: {}, seaborn: {} };
const image = (name: string): ImageOffer => ({ name, bytes: new ArrayBuffer(1), deferred: false });
const delivery = (...names: string[]): Delivery => ({ files: [], images: names.map(image), error: null });
const failure: Delivery = { files: [], images: [], error: "the server is away" };

function needs() {
  const asked: [id: string, names: string[]][] = [];
  const handed: [id: string, got: string[] | string][] = [];
  const made = new Needs(PACKAGES, {
    ask: (id, names) => asked.push([id, names]),
    hand: (id, { images, error }) => handed.push([id, error ?? images.map(({ name }) => name)]),
  });
  const mine = (): string => asked.at(-1)?.[0] ?? "";
  return { made, asked, handed, mine };
}

test("a thousand needs of the same packages ask the host once", () => {
  const { made, asked, handed, mine } = needs();
  for (let id = 0; id < 500; id++) made.need(`${id}`, ["numpy", "scipy"]);
  made.deliver(mine(), delivery("numpy", "scipy"));
  for (let id = 500; id < 1_000; id++) made.need(`${id}`, ["scipy"]);
  expect(asked.map(([, names]) => names)).toEqual([["numpy", "scipy"]]);
  expect(handed).toHaveLength(1_000); // each has an answer
  expect(handed.filter(([, got]) => got.length > 0 && typeof got !== "string")).toEqual([["0", ["numpy", "scipy"]]]);
});

test("one delivery at a time: who asks meanwhile waits, and gets what is not here yet", () => {
  const { made, asked, handed, mine } = needs();
  made.need("a", ["numpy", "scipy"]);
  made.need("b", ["scipy", "seaborn"]);
  expect([asked.length, made.fetching]).toEqual([1, true]);
  made.deliver(mine(), delivery("numpy", "scipy"));
  expect(asked.at(-1)?.[1]).toEqual(["seaborn"]);
  made.deliver(mine(), delivery("seaborn"));
  expect(handed).toEqual([
    ["a", ["numpy", "scipy"]],
    ["b", ["seaborn"]],
  ]);
  expect(made.fetching).toBe(false);
});

test("what a worker has from its start is not fetched", () => {
  const { made, asked, handed } = needs();
  made.begin(["numpy"]);
  made.need("a", ["numpy"]);
  expect([asked, handed]).toEqual([[], [["a", []]]]);
});

test.each([["torch"], ["__proto__"], ["constructor"], ["toString"]])("the name %s is refused at once", (name) => {
  const { made, asked, handed } = needs();
  made.need("a", ["numpy", name]);
  expect([asked, handed]).toEqual([[], [["a", "only packages on the allowlist can be loaded"]]]);
});

test("what could not be had may be asked for again, twice in a run, and again in the next one", () => {
  const { made, asked, handed, mine } = needs();
  for (const id of ["a", "b", "c"]) {
    made.need(id, ["scipy"]);
    made.deliver(mine(), failure);
  }
  expect(asked).toHaveLength(2);
  expect(handed.at(-1)).toEqual(["c", "scipy could not be had 2 times in this run"]);
  made.again();
  made.need("d", ["scipy"]);
  made.deliver(mine(), delivery("scipy"));
  expect(handed.at(-1)).toEqual(["d", ["scipy"]]);
});

test("needs that wait are few: the others are refused", () => {
  const { made, handed } = needs();
  for (let id = 0; id < 40; id++) made.need(`${id}`, ["scipy"]);
  expect(handed).toHaveLength(40 - 17);
  expect(handed[0]).toEqual(["17", "too many packages are being loaded at once"]);
});

test("packages that nobody asked for, and those that come twice, are dropped", () => {
  const { made, handed, mine } = needs();
  made.deliver("profile", delivery("scipy"));
  made.need("a", ["scipy"]);
  made.deliver("a", delivery("scipy"));
  expect(handed).toEqual([]);
  const id = mine();
  made.deliver(id, delivery("scipy"));
  made.deliver(id, delivery("scipy"));
  expect(handed).toEqual([["a", ["scipy"]]]);
});

test("a worker that says what it has installed is believed for what it was given, once", () => {
  const { made, mine } = needs();
  made.need("a", ["numpy"]);
  expect(made.installed("a", ["numpy"])).toEqual([]);
  made.deliver(mine(), delivery("numpy"));
  expect(made.installing).toBe(true);
  expect(made.installed("a", ["numpy", "numpy", "scipy", "made up", "__proto__"])).toEqual(["numpy"]);
  expect(made.installing).toBe(false);
  expect(made.installed("a", ["numpy"])).toEqual([]);
});
