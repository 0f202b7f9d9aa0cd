// The files of a package's image, laid out and mounted.

import { describe, expect, test } from "vitest";
import { imageFiles, layOut, packFiles } from "../../../static/src/capture/worker/image";
import type { EmscriptenFs } from "../../../static/src/worker/emscripten";
import { ABSENT } from "../../../static/src/worker/image";

describe("an image", () => {
  const files: Record<string, string> = {
    "/lib/python314.zip": "zip",
    "/lib/python3.14/b.py": "bb",
    "/lib/python3.14/a/x.py": "x",
    "/lib/python3.14/a/y.py": "",
    "/elsewhere/c.py": "c",
  };
  const under = (path: string): string[] => Object.keys(files).filter((name) => name.startsWith(`${path}/`));
  const fs = {
    lstat: (path: string) => ({ mode: path in files ? 0o100666 : 0o40777 }),
    isDir: (mode: number) => mode === 0o40777,
    isFile: (mode: number) => mode === 0o100666,
    analyzePath: (path: string) => ({ exists: path in files || under(path).length > 0 }),
    readdir: (path: string) => [
      ...new Set([".", "..", ...under(path).map((name) => name.slice(path.length + 1).split("/")[0] ?? "")]),
    ],
    readFile: (path: string) => new TextEncoder().encode(files[path]),
  } as unknown as EmscriptenFs;

  test("has every file below its roots, each where its index says", async () => {
    const packed = packFiles(fs, ["/lib/python314.zip", "/lib/python3.14", "/none"]);
    const ahead = new TextEncoder().encode("code");
    const blobs = layOut(packed, [{ ahead: [ahead], paths: ["/lib/python3.14/a/x.py", "/lib/python3.14/none"] }]);
    const text = await new Blob(blobs).text();
    const found = [...imageFiles(packed.index)].map(([path, offset, length]) => [
      path,
      text.slice(offset, offset + length),
    ]);
    const wanted = Object.entries(files).filter(([path]) => path.startsWith("/lib"));
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
    expect(found).toHaveLength(wanted.length);
    expect(await blobs[0]?.text()).toBe("codex");
  });

  test("lists what it was told to leave out, by its length and without a place", async () => {
    const packed = packFiles(fs, ["/lib/python314.zip", "/lib/python3.14"]);
    const blobs = layOut(packed, [], ["/lib/python3.14/b.py"]);
    const places = new Map([...imageFiles(packed.index)].map(([path, ...place]) => [path, place]));
    expect(places.get("/lib/python3.14/b.py")).toEqual([ABSENT, 2]);
    expect(await new Blob(blobs).text()).toBe("zipx");
  });
});
