// What needs a screen or a network, called where there is none.

import { expect, test } from "../fixtures";

test("C functions that draw or connect are there and say that a sandbox has no screen and no network", async ({
  bench,
}) => {
  const found = await bench.run(
    "import ctypes\nlib = ctypes.CDLL(None)\n" +
      "[bool(getattr(lib, name)) for name in ('glClear', 'SDL_Init', 'emscripten_websocket_new', 'emscripten_set_main_loop')]",
  );
  expect(found.text).toBe("[True, True, True, True]");
  const drawn = await bench.run("lib.glClear(0)");
  expect(drawn.status).toBe("crashed");
  expect(drawn.note).toContain("glClear needs a screen or a network, and a sandbox has none.");
  expect((await bench.run("6 * 7")).text).toBe("42");
});
