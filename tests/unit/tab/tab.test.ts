// The page where a person agrees: a program's words are rebuilt, and a long answer waits to be asked for.

import { describe, expect, it } from "vitest";
import type { Drive } from "../../../static/src/headless/drive";
import { Answers, type Reply } from "../../../static/src/tab/answer";
import { fromServer, openOptions, PIECE, runRequest } from "../../../static/src/tab/wire";

describe("what a program says", () => {
  it.each(["", "{", "[]", "null", "1", "{}", '{"type":"eval"}', '{"type":"call","id":-1,"method":"open","args":[]}'])(
    "is dropped when it is none of the wire's messages: %s",
    (text) => {
      expect(fromServer(text)).toBeNull();
    },
  );

  it("loses what is not of its kind", () => {
    const call = { type: "call", id: 1, method: "list", args: [], extra: "x" };
    expect(fromServer(JSON.stringify(call))).toEqual({ type: "call", id: 1, method: "list", args: [] });
    expect(fromServer(JSON.stringify({ type: "offered", name: "n".repeat(1000), address: 5 }))).toEqual({
      type: "offered",
      name: "n".repeat(100),
      address: "",
    });
  });

  it("cannot choose where the sandbox comes from", () => {
    const asked = { base: "https://evil.example", container: {}, packages: ["numpy", 5], isolation: "on", spare: 1 };
    expect(openOptions(asked)).toEqual({ isolation: "auto", spare: false, packages: ["numpy"] });
    expect(openOptions(null)).toEqual({ isolation: "auto", spare: false });
  });

  it("cannot bring callbacks or options of the page", () => {
    expect(runRequest({ timeout: 5, context: "c".repeat(300), onStdout: "x", signal: {}, fresh: "yes" })).toEqual({
      timeout: 5,
      context: "c".repeat(200),
      fresh: false,
      svg: false,
      displays: false,
      input: false,
    });
  });
});

/** A drive whose answers are given beforehand. */
function answering(methods: Partial<Record<keyof Drive, (...given: never[]) => unknown>>): [Answers, Reply[]] {
  const replies: Reply[] = [];
  return [new Answers(methods as unknown as Drive, (reply) => replies.push(reply)), replies];
}

describe("answers", () => {
  it("of any length arrive whole, one piece at a time", async () => {
    const long = "ü".repeat(2 * PIECE + 5);
    const [answers, replies] = answering({ next: async () => long });
    await answers.call(7, "next", [0]);
    expect(replies).toHaveLength(1);
    while (replies.at(-1)?.more) answers.more(7);
    expect(replies).toHaveLength(3);
    expect(JSON.parse(replies.map(({ text }) => text).join(""))).toBe(long);
    answers.more(7);
    expect(replies).toHaveLength(3);
  });

  it.each(["constructor", "__proto__", "toString", "eval", ""])("are not given for %j", async (name) => {
    const [answers, replies] = answering({});
    await answers.call(1, name, []);
    expect(replies).toEqual([expect.objectContaining({ id: 1, ok: false, more: false })]);
  });

  it("say what was wrong", async () => {
    const [answers, replies] = answering({
      read: () => {
        throw new Error('There is no file "x".');
      },
    });
    await answers.call(1, "read", ["x", 0]);
    await answers.call(2, "read", [5, 0]);
    expect(replies.map(({ ok, text }) => [ok, JSON.parse(text)])).toEqual([
      [false, 'There is no file "x".'],
      [false, "A text is missing in this call."],
    ]);
  });
});
