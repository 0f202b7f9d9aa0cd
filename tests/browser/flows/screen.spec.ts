// What draws on a screen, called where there is none.

import { expect, test } from "../fixtures";

test("C functions that draw are there and say that a sandbox has no screen", async ({ bench }) => {
  const found = await bench.run("import ctypes\nlib = ctypes.CDLL(None)\n[bool(lib.glClear), bool(lib.SDL_Init)]");
  expect(found.text).toBe("[True, True]");
  const drawn = await bench.run("lib.glClear(0)");
  expect(drawn.status).toBe("crashed");
  expect(drawn.note).toContain("glClear draws on a screen, and a sandbox has none.");
  expect((await bench.run("6 * 7")).text).toBe("42");
});
