// Choices: a key goes to storage where that was ticked and nowhere else; and which addresses a page may reach.

import { expect, test } from "vitest";
import { ChoiceStore, choicesOf, type ModelChoice } from "../../../static/src/desk/model/choices";
import { unreachable } from "../../../static/src/desk/model/models";

class Memory {
  text = "";
  getItem = (): string | null => this.text || null;
  setItem = (_: string, text: string): void => {
    this.text = text;
  };
}

const MODEL: ModelChoice = {
  kind: "chat",
  base: "https://api.example/v1",
  name: "m",
  key: "sk-secret",
  keepKey: false,
  images: false,
};

test("a key is held in memory, and written only where that was ticked", () => {
  const storage = new Memory();
  const store = new ChoiceStore(storage);
  expect(store.choose({ model: MODEL }).model?.key).toBe("sk-secret");
  expect(storage.text).not.toContain("sk-secret");
  expect(new ChoiceStore(storage).now.model).toMatchObject({ name: "m", key: "" });
  store.choose({ model: { ...MODEL, keepKey: true } });
  expect(new ChoiceStore(storage).now.model?.key).toBe("sk-secret");
  store.choose({ model: MODEL });
  expect(storage.text).not.toContain("sk-secret");
});

test("what storage holds is rebuilt: what is nonsense is the strictest choice", () => {
  for (const stored of [null, 1, "x", [], { mode: "all", limits: { steps: -1, other: 3 }, model: { kind: "x" } }])
    expect(choicesOf(stored)).toMatchObject({ mode: "schema", limits: {}, model: undefined, keep: true });
  expect(choicesOf({ keep: false, limits: { steps: 3 } })).toMatchObject({ keep: false, limits: { steps: 3 } });
});

test("an address that the page's policy refuses is told before it is tried, with the line that helps", () => {
  const here = "https://belljar.example";
  const hosts = ["https://api.example"];
  for (const fine of [
    "https://api.example/v1",
    "http://127.0.0.1:11434/v1",
    "http://localhost:1234",
    `${here}/models/v1`,
  ])
    expect(unreachable(fine, hosts, here)).toBeUndefined();
  expect(unreachable("https://other.example/v1", hosts, here)).toMatch(
    /api\.example and your own machine.*belljar serve --model-hosts https:\/\/api\.example,https:\/\/other\.example$/,
  );
  expect(unreachable("https://other.example", [], here)).toContain("your own machine only");
  for (const bad of ["", "ftp://x", "https://a:b@api.example", "http://127.0.0.1.evil.example"])
    expect(unreachable(bad, hosts, here)).toBeTypeOf("string");
});
