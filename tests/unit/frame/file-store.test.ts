// The files of a sandbox, as the frame keeps them.

import { describe, expect, test } from "vitest";
import { FileStore } from "../../../static/src/frame/file-store";
import { FEW as limits } from "../fakes/limits";

describe("file store", () => {
  const bytes = (size: number) => new Blob([new Uint8Array(size)]);

  test("a file that doesn't fit is refused with a sentence and the old one stays", () => {
    const store = new FileStore(limits);
    expect(store.put("a.csv", bytes(90))).toBeNull();
    expect(store.put("b.csv", bytes(20))).toMatch(/"b.csv".*does not fit.*Remove some first/);
    expect(store.put("a.csv", bytes(101))).toMatch(/does not fit/);
    expect(store.list()).toEqual([{ path: "a.csv", size: 90 }]);
  });

  test("replacing a file counts only the new bytes", () => {
    const store = new FileStore(limits);
    store.put("a.csv", bytes(90));
    expect(store.put("a.csv", bytes(100))).toBeNull();
  });

  test("a name can't be a file and a folder at once", () => {
    const store = new FileStore(limits);
    store.put("a", bytes(1));
    expect(store.put("a/b", bytes(1))).toMatch(/"a" is a file here/);
    store.put("c/d", bytes(1));
    expect(store.put("c", bytes(1))).toMatch(/"c" is a folder here/);
  });

  test("the number of files is limited", () => {
    const store = new FileStore(limits);
    for (const name of ["a", "b", "c"]) store.put(name, bytes(1));
    expect(store.put("d", bytes(1))).toMatch(/keeps 3 files/);
  });

  test("what stays on the disk takes no room of what is kept, and has limits of its own", () => {
    const store = new FileStore(limits);
    expect(store.put("big.csv", bytes(900), true)).toBeNull();
    expect(store.put("a.csv", bytes(100))).toBeNull();
    expect(store.put("more.csv", bytes(101), true)).toMatch(/reads .* from your disk/);
    // Written to: it is one like any other now, and the disk has room again.
    store.remove("a.csv");
    expect(store.put("big.csv", bytes(100))).toBeNull();
    expect(store.put("more.csv", bytes(1_000), true)).toBeNull();
    expect(store.list()).toEqual([
      { path: "big.csv", size: 100 },
      { path: "more.csv", size: 1_000, disk: true },
    ]);
  });

  test("a folder counts each of its files, holds its name, and goes as one", () => {
    const store = new FileStore(limits);
    const folder = (count: number) => Array.from({ length: count }, (_, at) => ({ path: `${at}`, blob: bytes(10) }));
    expect(store.mount("data", folder(6))).toMatch(/reads 5 files from your disk/);
    expect(store.mount("data", folder(5))).toBeNull();
    expect(store.mount("data", folder(5)), "in place of itself").toBeNull();
    expect(store.put("big.csv", bytes(1), true)).toMatch(/does not fit/);
    expect(store.put("data", bytes(1))).toMatch(/is a folder/);
    expect(store.put("data/0", bytes(1))).toMatch(/folder of your disk, which is only read/);
    expect(store.list()).toEqual([{ path: "data", size: 50, disk: true, files: 5 }]);
    expect(store.remove("data")).toBe(true);
    expect(store.put("data/0", bytes(1))).toBeNull();
    expect(store.mount("data", folder(1))).toMatch(/is a folder here/);
  });
});
