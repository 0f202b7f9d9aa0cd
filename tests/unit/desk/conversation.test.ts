// A conversation: what it reminds a model of, where it can be gone on from, and that storage gives it back.

import { expect, test } from "vitest";
import { type Message, MODES } from "../../../static/src/ask/index";
import { Conversation, cannotFollow, untilCall } from "../../../static/src/desk/model/conversation";
import type { QuestionEntry, Thread } from "../../../static/src/desk/model/entries";

const user = (text: string): Message => ({ role: "user", text });
const call = (...ids: string[]): Message => ({
  role: "assistant",
  text: "",
  calls: ids.map((id) => ({ id, name: "execute_python", arguments: "{}" })),
});
const results = (...ids: string[]): Message => ({
  role: "results",
  results: ids.map((id) => ({ call: id, text: "ok", failed: false, images: [] })),
});
const said: Message = { role: "assistant", text: "Done.", calls: [] };
const thread = (messages: Message[], mode: Thread["mode"] = "schema"): Thread => ({
  messages,
  mode,
  to: null,
  bits: 5,
});

function question(conversation: Conversation, text: string, follows: boolean, of?: Thread): QuestionEntry {
  return conversation.add<QuestionEntry>("question", {
    ...{ text, model: "m", to: null, mode: "schema", at: 0, follows, note: "", files: [] },
    ...{ told: { [`${text}.csv`]: "mark" }, thread: of, ledger: [] },
  });
}

test("a model is reminded of the questions that follow one another, and not of those before a new beginning", () => {
  const conversation = new Conversation();
  question(conversation, "before", false, thread([user("before"), said]));
  question(conversation, "one", false, thread([user("one"), said]));
  question(conversation, "failed", true);
  question(conversation, "two", true, thread([user("two"), said]));
  const found = conversation.thread();
  expect(found?.thread.messages).toEqual([user("one"), said, user("two"), said]);
  expect(Object.keys(found?.told ?? {})).toEqual(["one.csv", "two.csv"]);
});

test("after a new beginning that failed nothing older comes back", () => {
  const conversation = new Conversation();
  question(conversation, "one", false, thread([user("one"), said]));
  question(conversation, "new", false);
  expect(conversation.thread()).toBeUndefined();
});

test("a branch ends with the last answer whose results are all there", () => {
  const all = [user("q"), call("a"), results("a"), call("b", "c"), results("b", "c"), call("d"), results("d"), said];
  expect(untilCall(all, 1)).toEqual(all.slice(0, 3));
  // Of two calls at once the first can't be cut from the second.
  expect(untilCall(all, 2)).toEqual(all.slice(0, 3));
  expect(untilCall(all, 3)).toEqual(all.slice(0, 5));
  expect(untilCall(all, 4)).toEqual(all.slice(0, 7));
});

test("a branch has the cells as they were changed, and leaves the conversation as it is", () => {
  const conversation = new Conversation();
  question(conversation, "one", false, thread([user("q"), call("a"), results("a"), call("b"), results("b"), said]));
  const first = conversation.step({ number: 1, code: "x = 1" });
  conversation.step({ number: 2, code: "x = 2" });
  const cell = conversation.cellOf(first);
  conversation.notebook.setSource(cell?.id ?? "", "x = 10");
  const branch = conversation.until(first);
  expect(branch.notebook.cells.map(({ source }) => source)).toEqual(["x = 10"]);
  expect(branch.thread()?.thread.messages).toHaveLength(3);
  expect(conversation.notebook.cells).toHaveLength(2);
  expect(conversation.thread()?.thread.messages).toHaveLength(6);
});

test("what was said under a looser mode is not said again under a stricter one, nor to somebody else", () => {
  expect(cannotFollow(thread([], "everything"), MODES, "schema", null)).toMatch(/looser/);
  expect(cannotFollow(thread([], "approve"), MODES, "approve", "https://other.example")).toMatch(/another model/);
  expect(cannotFollow(thread([], "schema"), MODES, "everything", "https://other.example")).toBeUndefined();
});

test("storage gives a conversation back, and what was under way is over", () => {
  const conversation = new Conversation();
  question(conversation, "one", false, thread([user("q")])).ledger = [
    { id: 1, step: 0, at: "", method: "POST", to: "", body: "b", bytes: 1, status: 200, received: 0, tokens: {} },
  ];
  const step = conversation.step({ number: 1, code: "1 + 1", state: "input-available", title: "adds" });
  conversation.cellOf(step)?.outputs.stream("stdout", "2");
  conversation.add("answer", { why: "answered", reason: "", text: "Two.", tokens: 0, estimated: false, bits: 0 });
  const runs = new Map([[step.key, { outputs: conversation.cellOf(step)?.outputs.save() ?? [] }]]);
  const stored = structuredClone({ cells: conversation.saved(), apart: conversation.apart() });
  const back = Conversation.of(stored.cells, runs, stored.apart);
  expect(back.entries.map(({ type }) => type)).toEqual(["question", "step", "answer"]);
  expect(back.entries[1]).toMatchObject({ state: "output-error", title: "adds" });
  expect(back.notebook.cells[0]?.outputs.items).toHaveLength(1);
  expect(back.questions[0]).toMatchObject({ thread: { messages: [user("q")] }, ledger: [{ body: "b" }] });
  expect(JSON.stringify(stored.cells)).not.toContain('"messages"');
});
