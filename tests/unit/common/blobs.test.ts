// Bytes that a browser has lost are noticed and named, and what comes by message becomes the frame's own where it must.

import { afterEach, expect, test, vi } from "vitest";
import { bytesOf, isLoss, whole } from "../../../static/src/common/blobs";

/** A blob as Firefox has it whose bytes are gone: it says how many there were, and gives none. */
class Hollow extends Blob {
  override get size(): number {
    return 4_194_304;
  }
}

const own = async (): Promise<(blob: Blob) => Promise<Blob>> => {
  vi.resetModules();
  return (await import("../../../static/src/frame/own")).own;
};

afterEach(() => vi.unstubAllGlobals());

test("a blob that gives fewer bytes than it says is a sentence with its name, never fewer bytes", async () => {
  expect((await bytesOf(new Blob(["abc"]), "three")).byteLength).toBe(3);
  const told = await bytesOf(new Hollow(), "snapshot-heap-3.bin").catch((error: Error) => error.message);
  expect(told).toBe("the browser has lost snapshot-heap-3.bin: it gives 0 of its 4194304 bytes");
  expect(isLoss(String(told))).toBe(true);
  expect(() => whole(new ArrayBuffer(1), 2, "a file")).toThrow(
    "the browser has lost a file: it gives 1 of its 2 bytes",
  );
});

test("a blob that can't be read at all is told the same way", async () => {
  const blob = new Blob(["abc"]);
  blob.arrayBuffer = () => Promise.reject(new Error("NotReadableError"));
  const told = await bytesOf(blob, "state").catch((error: Error) => error.message);
  expect(told).toBe("the browser has lost state (NotReadableError)");
  expect(isLoss(String(told))).toBe(true);
  expect(isLoss("the snapshot is of another belljar")).toBe(false);
});

test("outside of Blink what came by message is copied, with its type; what is lost already stays as it is", async () => {
  vi.stubGlobal("self", {});
  const keep = await own();
  const blob = new Blob(["abc"], { type: "text/plain" });
  const copy = await keep(blob);
  expect(copy).not.toBe(blob);
  expect([copy.type, await copy.text()]).toEqual(["text/plain", "abc"]);
  const hollow = new Hollow();
  expect(await keep(hollow)).toBe(hollow);
});

test("in Blink nothing is copied", async () => {
  vi.stubGlobal("self", { webkitRequestFileSystem: () => {} });
  const blob = new Blob(["abc"]);
  expect(await (await own())(blob)).toBe(blob);
});
