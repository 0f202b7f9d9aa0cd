// What servers really send: refusals in many coats, and calls in pieces that no format's description has.

import { afterAll, describe, expect, test } from "vitest";
import { ask, chat, type Model, messages, responses } from "../../../static/src/ask/index";
import { fakeSandbox } from "./sandboxes";
import { endServers, type Form, following, modelServer, type Script, stream } from "./servers";

afterAll(endServers);

const modelOf = (form: Form, base: string): Model =>
  ({
    chat: () => chat({ base: `${base}/v1`, model: "m" }),
    responses: () => responses({ base: `${base}/v1`, model: "m" }),
    messages: () => messages({ base, model: "m" }),
  })[form]();

/** Asks a server that answers first by a script and then, if it is asked again, in words. */
async function asked(form: Form, script: Script, retries = 3) {
  const { base, heard } = await modelServer((response, number, one) =>
    number === 0 ? script(response, number, one) : following(form, [{ say: "Now." }])(response, number, one),
  );
  const sandbox = fakeSandbox();
  const options = { model: modelOf(form, base), outflow: "everything" as const, limits: { retries } };
  const answer = await ask(sandbox, "?", options);
  return { answer, sandbox, requests: heard.length, bodies: heard.map(({ body }) => JSON.parse(body.toString())) };
}

const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Script => {
  const head = { "content-type": "application/json", ...headers };
  return (response) => void response.writeHead(status, head).end(JSON.stringify(value));
};
const streamed =
  (...values: object[]): Script =>
  (response) =>
    void stream(response).end(values.map(event).join(""));
const error = (fields: object) => ({ error: { message: "Words of theirs", ...fields } });

describe("a refusal that passes is asked again", () => {
  test.concurrent.each<[string, Script]>([
    ["429 by number in a stream", streamed(error({ code: 429 }))],
    [
      "502 by number in a stream, beside an end",
      streamed({ ...error({ code: 502 }), choices: [{ finish_reason: "error" }] }),
    ],
    ["503 by text in a stream", streamed(error({ code: "503" }))],
    ["service_unavailable_error in a stream", streamed(error({ type: "service_unavailable_error" }))],
    ["unavailable_error in a stream", streamed(error({ type: "unavailable_error", code: 503 }))],
    ["overloaded_error in a stream", streamed(error({ type: "overloaded_error" }))],
    ["rate_limit_exceeded in a stream", streamed(error({ type: "tokens", code: "rate_limit_exceeded" }))],
    ["a list with an error, and a word for its status", streamed([error({ status: "UNAVAILABLE" })])],
    ["429 by number in JSON instead of a stream", json(error({ code: 429 }))],
    ["a status that no list has", json(error({}), 524)],
    ["402 that says when to come again", json(error({ code: 402 }), 402, { "retry-after": "0" })],
  ])("%s", async (_name, script) => {
    const { answer, requests } = await asked("chat", script);
    expect([answer.why, answer.text, requests], answer.reason).toEqual(["answered", "Now.", 2]);
  });

  test("and what Responses says of its failure counts as well", async () => {
    const failed = (code: string) =>
      streamed({ type: "response.failed", response: { error: { code, message: "Hm" } } });
    expect((await asked("responses", failed("rate_limit_exceeded"))).requests).toBe(2);
    expect((await asked("responses", failed("invalid_prompt"))).requests).toBe(1);
  });
});

describe("a refusal that stays is said at once, in the server's words", () => {
  const MONEY = /^The account at .* has no credit left.*It says: Words of theirs$/;
  test.each<[string, Script, RegExp]>([
    ["429 for want of money", json(error({ type: "insufficient_quota", code: "insufficient_quota" }), 429), MONEY],
    ["402", json(error({ code: 402 }), 402), MONEY],
    ["402 in a stream", streamed(error({ code: 402 })), MONEY],
    ["a kind of money in a stream", streamed(error({ type: "billing_error" })), MONEY],
    [
      "words about the balance alone",
      json(
        { type: "error", error: { type: "invalid_request_error", message: "Your credit balance is too low." } },
        400,
      ),
      /no credit left for this \(400\)\. It says: Your credit balance is too low\.$/,
    ],
    [
      "a context that is too long, whatever its number",
      streamed(error({ code: 500, type: "exceed_context_size_error" })),
      /It says: Words of theirs$/,
    ],
    [
      "JSON with an error instead of a stream",
      json(error({ type: "invalid_request_error" })),
      /It says: Words of theirs$/,
    ],
  ])("%s", async (_name, script, reason) => {
    const { answer, requests } = await asked("chat", script);
    expect([answer.why, requests]).toEqual(["rejected", 1]);
    expect(answer.reason).toMatch(reason);
  });

  test.each<[string, object, string, RegExp]>([
    [
      "the country",
      error({ code: "unsupported_country_region_territory" }),
      "rejected",
      /doesn't allow it \(403\)\. It says: W/,
    ],
    ["nothing at all", {}, "rejected", /the key, the model, the country or the question may not be allowed/],
    ["the key", { error: { message: "Your API key does not have permission." } }, "key", /doesn't allow it \(403\)/],
  ])("403 that speaks of %s", async (_name, said, why, reason) => {
    const { answer, requests } = await asked("chat", json(said, 403));
    expect([answer.why, requests]).toEqual([why, 1]);
    expect(answer.reason).toMatch(reason);
  });

  test("the words of whom a server asked itself are said, too", async () => {
    const said = error({ code: 400, message: "Provider returned error", metadata: { raw: "no tools here" } });
    expect((await asked("chat", streamed(said))).answer.reason).toMatch(/Provider returned error no tools here$/);
  });
});

const code = (text: string): string => JSON.stringify({ code: text });
const END = { choices: [{ delta: {}, finish_reason: "tool_calls" }] };
const chunk = (...calls: object[]) => ({ choices: [{ delta: { tool_calls: calls } }] });
const made = (given: unknown, name = "execute_python") => ({ function: { name, arguments: given } });
const more = (given: string) => ({ function: { arguments: given } });

describe("calls in pieces of Chat Completions", () => {
  test.each<[string, object[], string[]]>([
    ["two without number and id", [chunk(made(code("1"))), chunk(made(code("2")))], ["1", "2"]],
    ["two without number and id in one chunk", [chunk(made(code("1")), made(code("2")))], ["1", "2"]],
    [
      "two of the same number, without ids",
      [0, 0].map((index, at) => chunk({ index, ...made(code(`${at}`)) })),
      ["0", "1"],
    ],
    [
      "two of the same id, without numbers",
      ["1", "2"].map((text) => chunk({ id: "a", ...made(code(text)) })),
      ["1", "2"],
    ],
    ["one without number and id, in pieces", [chunk(made('{"code":')), chunk(more('"1 + 1"}'))], ["1 + 1"]],
    [
      "two told apart by ids alone, their pieces mixed",
      [
        chunk({ id: "a", ...made('{"code":') }),
        chunk({ id: "b", ...made('{"code":') }),
        chunk({ id: "a", ...more('"1"}') }),
        chunk({ id: "b", ...more('"2"}') }),
      ],
      ["1", "2"],
    ],
    [
      "a name that is said with each piece",
      ['{"code":', '"7"', "}", ""].map((text) => chunk({ index: 0, id: "a", ...made(text) })),
      ["7"],
    ],
    [
      "a name that comes late",
      [chunk({ index: 0, id: "a", function: { arguments: '{"code":' } }), chunk({ index: 0, ...made('"3"}') })],
      ["3"],
    ],
    [
      "an id that comes late",
      [chunk({ index: 0, ...made('{"code":') }), chunk({ index: 0, id: "a", ...more('"4"}') })],
      ["4"],
    ],
    ["arguments that are an object", [chunk({ index: 0, id: "a", ...made({ code: "5" }) })], ["5"]],
    ["braces and quotes within its code", [chunk(made(code('{"}\\"{'))), chunk(made(code("6")))], ['{"}\\"{', "6"]],
  ])("%s", async (_name, chunks, ran) => {
    const { answer, sandbox } = await asked("chat", streamed(...chunks, END));
    expect([answer.why, sandbox.ran], answer.reason).toEqual(["answered", ran]);
  });

  test("one that never gets a name is answered with the names that there are", async () => {
    const { bodies, sandbox } = await asked("chat", streamed(chunk({ index: 0, id: "a", ...more(code("1")) }), END));
    expect(sandbox.ran).toEqual([]);
    expect(JSON.stringify(bodies[1])).toContain("There are: execute_python");
  });

  test("calls without end are refused before they have names", async () => {
    const nameless = Array.from({ length: 100 }, (_, index) => chunk({ index, ...more("{") }));
    expect((await asked("chat", streamed(...nameless, END))).answer.why).toBe("rejected");
  });
});

describe("calls of Responses", () => {
  const item = { type: "function_call", call_id: "c", name: "execute_python" };
  const completed = { type: "response.completed", response: {} };
  const at = { output_index: 0 };
  const added = { type: "response.output_item.added", ...at, item: { ...item, arguments: "" } };
  const delta = (text: string) => ({ type: "response.function_call_arguments.delta", ...at, delta: text });
  const done = { type: "response.function_call_arguments.done", ...at, arguments: code("8") };
  const whole = { type: "response.output_item.done", ...at, item: { ...item, arguments: code("8") } };
  test.each<[string, object[]]>([
    ["in pieces alone", [added, delta(code("8"))]],
    ["whole at the end, without pieces", [added, done]],
    ["whole within its item alone", [added, whole]],
    ["in no other event than its item's end", [whole]],
    ["in pieces, and whole twice more", [added, delta('{"code"'), delta(':"8"}'), done, whole]],
    ["in pieces of which the last is missing", [added, delta('{"code"'), done, whole]],
    ["whose name comes at its end", [{ ...added, item: { ...item, name: "" } }, delta(code("8")), whole]],
  ])("%s", async (_name, events) => {
    const { answer, sandbox } = await asked("responses", streamed(...events, completed));
    expect([answer.why, sandbox.ran], answer.reason).toEqual(["answered", ["8"]]);
  });

  test("a text that comes whole alone is the answer", async () => {
    const text = { type: "response.output_text.done", ...at, content_index: 0, text: "Forty-two." };
    expect((await asked("responses", streamed(text, completed))).answer.text).toBe("Forty-two.");
  });

  test("a part of a call that never began is broken, and asked for again", async () => {
    expect((await asked("responses", streamed(delta("{"), completed))).requests).toBe(2);
  });
});

test("a call of Messages may come with its arguments at once", async () => {
  const block = { type: "tool_use", id: "t", name: "execute_python", input: { code: "9" } };
  const { sandbox } = await asked(
    "messages",
    streamed(
      { type: "content_block_start", index: 0, content_block: block },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "tool_use" } },
      { type: "message_stop" },
    ),
  );
  expect(sandbox.ran).toEqual(["9"]);
});
