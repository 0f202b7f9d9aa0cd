// Python hears of what JavaScript let go of when nobody is in the midst of anything.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { finalizeBetweenCalls } from "../../../static/src/worker/finalizers";

/** An engine's registry: the test says when it has collected something. */
class Registry {
  static made: Registry[] = [];
  constructor(readonly collected: (held: unknown) => void) {
    Registry.made.push(this);
  }
  register(): void {}
}

beforeEach(() => {
  Registry.made = [];
  vi.useFakeTimers();
  vi.stubGlobal("self", { FinalizationRegistry: Registry });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("what an engine collects while it reads a file is told of when the read is over, all of it, in order", () => {
  const asEver = finalizeBetweenCalls();
  const told: unknown[] = [];
  new self.FinalizationRegistry((held) => told.push(held));
  const [registry] = Registry.made;
  registry?.collected("one");
  registry?.collected("two");
  expect(told, "in the midst of it").toEqual([]);
  vi.runAllTimers();
  expect(told).toEqual(["one", "two"]);
  registry?.collected("three");
  vi.runAllTimers();
  expect(told).toEqual(["one", "two", "three"]);
  asEver();
  expect(self.FinalizationRegistry, "others have the engine's own").toBe(Registry);
});

test("what is collected while others are told of waits for the next turn", () => {
  finalizeBetweenCalls();
  const told: unknown[] = [];
  new self.FinalizationRegistry((held) => {
    if (held === "one") Registry.made[0]?.collected("two");
    told.push(held);
  });
  Registry.made[0]?.collected("one");
  vi.runOnlyPendingTimers();
  expect(told).toEqual(["one"]);
  vi.runAllTimers();
  expect(told).toEqual(["one", "two"]);
});

test("where the engine has none, nothing is missed", () => {
  vi.stubGlobal("self", {});
  finalizeBetweenCalls()();
  expect("FinalizationRegistry" in self).toBe(false);
});
