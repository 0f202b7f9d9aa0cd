// Which copy of a file is asked for, by what its host has said.

import { afterEach, expect, test } from "vitest";
import { distrust, learn, packedCopy } from "../../../static/src/host/supply/packed";

const policy = new URL("https://files.example/py/policy.json");
const file = { name: "a.bin", url: "assets/a.bin", size: 9, sha256: "", gzip: 5, br: 4 };
const asked = (base: URL | string = policy) => packedCopy(file, new URL(file.url, base));
const says = (copies?: string) =>
  learn(new Response("", copies ? { headers: { "belljar-copies": copies } } : {}), policy);

afterEach(() => says());

test("a host that says nothing is asked for copies in gzip", () => {
  expect(asked()).toMatchObject({ coding: "gzip", size: 5 });
  expect(asked()?.url.href).toBe("https://files.example/py/assets/a.bin.gz");
});

test("one that says that it sends Brotli as what it is, is asked for that, below its policy alone", () => {
  says("br");
  expect(asked()?.url.href).toBe("https://files.example/py/assets/a.bin.br");
  expect(asked()?.size).toBe(4);
  expect(asked("https://files.example/other/")).toMatchObject({ coding: "gzip" });
  expect(asked("https://others.example/py/")).toMatchObject({ coding: "gzip" });
  says();
  expect(asked()).toMatchObject({ coding: "gzip" });
});

test("a host whose Brotli was none is asked for gzip from then on, and each file that had failed is tried again", () => {
  says("br");
  const [first, second] = [asked(), asked()];
  expect(distrust(first)).toBe(true);
  expect(distrust(second)).toBe(true);
  expect(asked()).toMatchObject({ coding: "gzip" });
  expect(distrust(asked())).toBe(false);
  expect(distrust(undefined)).toBe(false);
});

test("of this machine files are fetched as they are", () => {
  const near = new URL("http://127.0.0.1:8000/policy.json");
  learn(new Response("", { headers: { "belljar-copies": "br" } }), near);
  expect(asked(near)).toBeUndefined();
});
