import { describe, expect, it } from "vitest";
import { type Command, Keymap, type Press } from "../../../static/src/page/model/keymap";

const press = (key: string, mods: Partial<Press> = {}): Press => ({
  key,
  ctrl: false,
  meta: false,
  alt: false,
  shift: false,
  ...mods,
});
const read = (key: string, mods: Partial<Press>, editing: boolean): Command | undefined =>
  new Keymap().read(press(key, mods), editing, 0);

describe("run keys", () => {
  it.each([
    ["shift", "run-advance"],
    ["ctrl", "run-stay"],
    ["meta", "run-stay"],
    ["alt", "run-insert"],
  ] as const)("%s-Enter works in and out of the editor", (modifier, command) => {
    for (const editing of [true, false]) expect(read("Enter", { [modifier]: true }, editing)).toBe(command);
  });
  it("leave plain Enter to the editor", () => {
    expect(read("Enter", {}, true)).toBeUndefined();
    expect(read("Enter", {}, false)).toBe("edit");
  });
});

describe("letters", () => {
  it("are commands only outside the editor", () => {
    for (const key of ["a", "b", "z", "m", "y", "?", "j", "k", "ArrowUp"]) {
      expect(read(key, {}, true)).toBeUndefined();
      expect(read(key, {}, false)).toBeDefined();
    }
  });
  it("with Ctrl or ⌘ stay the browser's", () => {
    for (const key of ["a", "z", "y"]) {
      expect(read(key, { ctrl: true }, false)).toBeUndefined();
      expect(read(key, { meta: true }, false)).toBeUndefined();
    }
  });
  it("never take Tab", () => {
    for (const editing of [true, false]) expect(read("Tab", {}, editing)).toBeUndefined();
  });
});

describe("chords", () => {
  it("delete with D D, in time and uninterrupted", () => {
    const map = new Keymap();
    expect(map.read(press("d"), false, 0)).toBeUndefined();
    expect(map.read(press("d"), false, 300)).toBe("delete");
    expect(map.read(press("d"), false, 400)).toBeUndefined();
    expect(map.read(press("d"), false, 2000)).toBeUndefined();
    expect(map.read(press("x"), false, 2100)).toBeUndefined();
    expect(map.read(press("d"), false, 2200)).toBeUndefined();
  });
  it("stop with Esc Esc, the first of which leaves the editor", () => {
    const map = new Keymap();
    expect(map.read(press("Escape"), true, 0)).toBe("leave");
    expect(map.read(press("Escape"), false, 200)).toBe("stop");
  });
});
