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
});
