// What a browser must have is asked of it, and what is missing is named.

import { afterEach, expect, test, vi } from "vitest";
import { unsupported } from "../../../static/src/host/supply/support";

afterEach(() => vi.unstubAllGlobals());

const browser = (lacking: Record<string, unknown> = {}): void => {
  vi.stubGlobal("self", { crossOriginIsolated: false });
  vi.stubGlobal("Worker", class {});
  for (const [name, value] of Object.entries(lacking)) vi.stubGlobal(name, value);
};

test("an engine with all of it is fit, and its WebAssembly knows the exceptions that Python's code throws", () => {
  browser();
  expect(unsupported()).toBeNull();
});

test.each([
  ["WebAssembly", { WebAssembly: undefined }, /no WebAssembly/],
  ["workers", { Worker: undefined }, /no web workers/],
  ["exceptions", { WebAssembly: { validate: () => false } }, /lacks WebAssembly exceptions\. Chrome and Edge/],
  ["streams", { DecompressionStream: undefined }, /lacks compressed streams\. /],
  ["both", { URL: class {}, DecompressionStream: undefined }, /lacks compressed streams, URL\.canParse\. /],
])("without %s it says so in a sentence", (_, lacking, told) => {
  browser(lacking);
  expect(unsupported()).toMatch(told);
});
