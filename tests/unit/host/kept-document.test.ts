// The frame's document where there is no network, on pages of every policy.

import { afterEach, expect, test, vi } from "vitest";
import { setDocument } from "../../../static/src/host/tenancy/kept";

afterEach(() => vi.unstubAllGlobals());

const frame = () => ({ srcdoc: "" }) as HTMLIFrameElement;

test("a page without Trusted Types is handed the text", () => {
  const iframe = frame();
  expect(setDocument(iframe, "<p>kept</p>")).toBe(true);
  expect(iframe.srcdoc).toBe("<p>kept</p>");
});

test("a page that requires them is handed what a policy of ours made", () => {
  const made = { text: "<p>kept</p>" };
  vi.stubGlobal("trustedTypes", { createPolicy: () => ({ createHTML: () => made }) });
  const iframe = frame();
  expect(setDocument(iframe, "<p>kept</p>")).toBe(true);
  expect(iframe.srcdoc).toBe(made);
});

test("a page that allows other policies only says so, and its frame keeps its address", () => {
  vi.stubGlobal("trustedTypes", {
    createPolicy: () => {
      throw new TypeError("Policy belljar-kept disallowed");
    },
  });
  const iframe = frame();
  expect(setDocument(iframe, "<p>kept</p>")).toBe(false);
  expect(iframe.srcdoc).toBe("");
});
