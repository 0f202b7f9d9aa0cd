// A shelf: what comes is waited for by whoever asks, in whichever order.

import { describe, expect, test } from "vitest";
import { Shelf } from "../../../static/src/common/shelf";

describe("a shelf", () => {
  test("gives a thing to all who asked, before it came or after, and keeps the first", async () => {
    const shelf = new Shelf<number>();
    const early = shelf.get("a");
    shelf.put("a", 1);
    shelf.put("a", 2);
    expect(await Promise.all([early, shelf.get("a")])).toEqual([1, 1]);
  });

  test("has no thing of a name that nobody brought, whatever the name", async () => {
    const shelf = new Shelf<number>();
    expect(await Promise.race([shelf.get("__proto__"), shelf.get("constructor"), Promise.resolve("none")])).toBe(
      "none",
    );
  });
});
