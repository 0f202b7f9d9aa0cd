// Chance and time stand still while an interpreter is made for a capture, and the engine has no name: the same files give the
// same snapshot, so that its name, its compressed copies and what browsers keep of it stay the same.

import { THEN } from "../../worker/then";

/** What Python writes down of the engine: `sys._emscripten_info.runtime`, and the language in its environment. */
const ENGINE = "Mozilla/5.0";
const LANGUAGE = "en-US";

/** Puts fixed clocks, a fixed source of chance and fixed names in place of the engine's; gives what takes them away again. */
export function standStill(): () => void {
  let state = 0x9e3779b9;
  // xorshift32 (Marsaglia 2003, "Xorshift RNGs"); what is drawn here is drawn anew after every restore.
  const draw = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  let ticks = 0;
  const replaced: [object, string, unknown][] = [
    [Date, "now", () => THEN + Math.floor(++ticks / 1000)],
    [performance, "now", () => ++ticks / 1000],
    [
      crypto,
      "getRandomValues",
      (array: Uint8Array) => {
        const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
        for (let at = 0; at < bytes.length; at++) bytes[at] = draw();
        return array;
      },
    ],
    [Math, "random", () => draw() / 2 ** 32],
    [navigator, "userAgent", ENGINE],
    [navigator, "language", LANGUAGE],
  ];
  const before = replaced.map(([owner, name]) => Object.getOwnPropertyDescriptor(owner, name));
  for (const [owner, name, value] of replaced) {
    Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  }
  return () => {
    replaced.forEach(([owner, name], position) => {
      const own = before[position];
      if (own) Object.defineProperty(owner, name, own);
      else Reflect.deleteProperty(owner, name);
    });
  };
}
