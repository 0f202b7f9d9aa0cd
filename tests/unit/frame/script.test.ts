// The script that the frame's document carries.

import { expect, test } from "vitest";
import { frameScript } from "../../../static/build.mjs";

test("the script of frame and worker is of one-byte characters: one of two bytes would double all of it", async () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with them
  expect(/[^\x00-\x7f]/.exec(await frameScript())?.[0]).toBeUndefined();
});
