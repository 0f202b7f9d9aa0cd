// Models that mean harm, or are broken: whatever they do, a question ends, with a reason.

import { afterAll, expect, test } from "vitest";
import { type AskOptions, ask, chat, type Model, type Why } from "../../../static/src/ask/index";
import { execution, failure, fakeSandbox } from "./sandboxes";
import { endServers, following, type Move, modelServer, type Script, stream, written } from "./servers";

afterAll(endServers);

const run = (code: string) => ({ arguments: JSON.stringify({ code }) });
const again = (make: (number: number) => Move): Script => {
  return (response, number, heard) => following("chat", [make(number)])(response, 0, heard);
};
const refuse = (status: number, headers: Record<string, string> = {}, body = ""): Script => {
  return (response) => void response.writeHead(status, headers).end(body);
};
const raw =
  (text: string): Script =>
  (response) =>
    void stream(response).end(text);
const chunk = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
const never = () => new Promise<never>(() => {});

/** Writes the same until nobody listens. */
const endless =
  (text: string, ms = 0): Script =>
  (response) => {
    stream(response);
    let open = true;
    response.on("close", () => {
      open = false;
    });
    const write = (): void => {
      if (!open) return;
      response.write(text);
      if (ms > 0) setTimeout(write, ms);
      else setImmediate(write);
    };
    write();
  };

type Case = [
  name: string,
  script: Script,
  why: Why,
  options?: Partial<AskOptions>,
  sandbox?: () => ReturnType<typeof fakeSandbox>,
];

const broken = () => fakeSandbox(() => failure("ValueError", "no"));
const hanging = () => fakeSandbox(never);
const stubborn = () =>
  fakeSandbox(
    (_, signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(new Error("killed")))),
  );
const soon = { limits: { timeMs: 400 } };
const once = { limits: { retries: 0 } };

const CASES: Case[] = [
  ["does exactly the same again and again", again(() => ({ calls: [run("1")] })), "repeats"],
  ["always has one thing more to try", again((at) => ({ calls: [run(`${at}`)] })), "steps"],
  [
    "asks for more at once than there are steps",
    again(() => ({ calls: [run("1"), run("2"), run("3")] })),
    "steps",
    { limits: { steps: 2 } },
  ],
  ["never repairs its code", again((at) => ({ calls: [run(`${at}`)] })), "repairs", {}, broken],
  ["never writes a call that can be read", again((at) => ({ calls: [{ arguments: `{"code": ${at}` }] })), "repairs"],
  [
    "calls tools that there are not",
    again((at) => ({ calls: [{ name: at % 2 ? "__proto__" : "constructor", ...run(`${at}`) }] })),
    "repairs",
  ],
  ["gives code that is no text", again((at) => ({ calls: [{ arguments: `{"code": [${at}]}` }] })), "repairs"],
  [
    "nests its arguments without end",
    again((at) => ({ calls: [{ arguments: `{"code": ${"[".repeat(50_000 + at)}` }] })),
    "repairs",
  ],
  ["is cut off within each call", again((at) => ({ calls: [run(`${at}`)], end: "length" })), "repairs"],
  [
    "asks for a hundred things at once",
    again(() => ({ calls: Array.from({ length: 100 }, () => run("1")) })),
    "rejected",
  ],
  ["talks without end", endless(chunk({ choices: [{ delta: { content: "x".repeat(50_000) } }] })), "broken"],
  ["sends a line without end", endless("x".repeat(100_000)), "broken"],
  ["sends an event without end", endless(`data: ${"x".repeat(100_000)}\n`), "broken"],
  ["sends comments without end", endless(`: ${"x".repeat(100_000)}\n\n`), "broken"],
  [
    "writes arguments without end",
    endless(
      chunk({
        choices: [
          {
            delta: {
              tool_calls: [{ index: 0, id: "a", function: { name: "execute_python", arguments: "y".repeat(50_000) } }],
            },
          },
        ],
      }),
    ),
    "broken",
  ],
  [
    "begins calls without end",
    endless(
      Array.from({ length: 20 }, (_, index) =>
        chunk({ choices: [{ delta: { tool_calls: [{ index, id: `${index}`, function: { name: "x" } }] } }] }),
      ).join(""),
    ),
    "rejected",
  ],
  ["trickles", endless(": still here\n\n", 20), "time", soon],
  ["says nothing and keeps the line open", (response) => void stream(response).flushHeaders(), "time", soon],
  ["takes the request and never answers", () => {}, "time", soon],
  ["runs code that never ends", again(() => ({ calls: [run("while True: pass")] })), "time", soon, stubborn],
  ["kills the sandbox's answer", again(() => ({ calls: [run("x")] })), "time", soon, hanging],
  [
    "breaks off each time",
    (response) => {
      stream(response).write(": hi\n\n");
      setTimeout(() => response.destroy(), 5);
    },
    "broken",
    { limits: { retries: 1 } },
  ],
  ["sends what is no JSON", raw("data: {]\n\n"), "broken", once],
  ["sends JSON of other shapes", raw(["[]", "null", "7"].map((text) => `data: ${text}\n\n`).join("")), "broken", once],
  [
    "sends fields of other types",
    raw(
      chunk({ choices: { 0: 7 }, usage: "x", error: 0 }) +
        chunk({ choices: [{ delta: { tool_calls: "no", content: {} } }] }),
    ),
    "broken",
    once,
  ],
  [
    "is overloaded within its stream",
    raw(chunk({ error: { type: "overloaded_error", message: "Overloaded" } })),
    "busy",
    once,
  ],
  ["breaks off with a reason", raw(chunk({ error: { message: "context too long" } })), "rejected"],
  ["is always busy", refuse(429, { "retry-after": "0" }), "busy"],
  ["wants to be waited for until tomorrow", refuse(429, { "retry-after": "86400" }), "busy"],
  ["says when in no form", refuse(503, { "retry-after": "soon" }), "busy", once],
  ["doesn't take the key", refuse(401, {}, '{"error":{"message":"bad key"}}'), "key"],
  ["has no such model", refuse(404, {}, '{"error":"model not found"}'), "rejected"],
  ["sends a page of HTML", refuse(500, { "content-type": "text/html" }, "<h1>x</h1>".repeat(50_000)), "busy", once],
  ["doesn't stream", refuse(200, { "content-type": "application/json" }, "{}"), "rejected"],
  ["refuses", following("chat", [{ refusal: "No." }]), "refused"],
  ["is cut by a filter", following("chat", [{ say: "So", end: "content_filter" }]), "refused"],
  ["says nothing", following("chat", [{}]), "empty"],
  ["says spaces", following("chat", [{ say: "  \n " }]), "empty"],
  ["is cut off before it has said it", following("chat", [{ say: "The answer is", end: "length" }]), "empty"],
  ["says that it used up everything", again((at) => ({ calls: [run(`${at}`)], tokens: [10 ** 12, 5] })), "tokens"],
  ["counts no tokens, and is long", again((at) => ({ calls: [run(`x${"y".repeat(90_000)}${at}`)] })), "tokens"],
  [
    "costs more than was said",
    again((at) => ({ calls: [run(`${at}`)], tokens: [400_000, 100_000] })),
    "money",
    { limits: { money: 2, tokens: 10 ** 9 } },
  ],
  [
    "says that it gives tokens back",
    again((at) => ({ calls: [run(`${at}`)], tokens: [-(10 ** 9), Number.NaN] })),
    "steps",
  ],
  [
    "drips a secret out by the lines of errors",
    again((at) => ({ calls: [run("#\n".repeat(3_000 + at))] })),
    "bits",
    { outflow: "schema", limits: { bits: 30, repairs: 99 } },
    broken,
  ],
];

const reasons = new Map<string, string>();

test.concurrent.each(CASES)(
  "a model that %s comes to an end",
  async (name, script, why, options, sandbox = () => fakeSandbox()) => {
    const { base } = await modelServer(script);
    const model = chat({ base, model: "m", prices: { input: 1, output: 10 } });
    const answer = await ask(sandbox(), "?", { model, outflow: "everything", ...options });
    expect(answer.why, answer.reason).toBe(why);
    reasons.set(name, answer.reason);
    expect(answer.reason).toMatch(/^[A-Z0-9][\s\S]{10,700}$/);
    // Nothing is left half done, and everything that was sent is in the ledger.
    expect(answer.steps.filter(({ state }) => /^(input|approval-requested)/.test(state))).toEqual([]);
    expect(answer.ledger.entries.length).toBeGreaterThan(0);
  },
  30_000,
);

test("these are more than twenty ends, and each has a sentence", () => {
  expect(CASES.length).toBeGreaterThan(20);
  expect(reasons.size).toBe(CASES.length);
});

test("Stop ends it while the model speaks, while code runs and while a person is asked", async () => {
  const stop = { now: () => {} };
  const stopped = async (script: Script, options: Partial<AskOptions> = {}, sandbox = fakeSandbox(), ms = 150) => {
    const { base } = await modelServer(script);
    const abort = new AbortController();
    stop.now = () => abort.abort();
    if (ms) setTimeout(stop.now, ms);
    const began = performance.now();
    const answer = await ask(sandbox, "?", { model: chat({ base, model: "m" }), signal: abort.signal, ...options });
    expect(answer.why).toBe("stopped");
    expect(performance.now() - began).toBeLessThan(5_000);
    return answer;
  };
  await stopped(endless(": hm\n\n", 20));
  const calling = following("chat", [{ calls: [run("x")] }]);
  const interrupted = fakeSandbox(
    (_, signal) =>
      new Promise((resolve) => {
        signal?.addEventListener("abort", () => resolve(execution({ status: "interrupted" })));
        stop.now(); // now that code runs, however long the model took
      }),
  );
  const { steps } = await stopped(calling, {}, interrupted, 0);
  expect(steps).toMatchObject([{ state: "output-error", execution: { status: "interrupted" } }]);
  await stopped(calling, { outflow: { mode: "approve", approve: never } });
  await stopped(refuse(429, { "retry-after": "50" }));
});

test("a question that was stopped before sends nothing", async () => {
  const { base, heard } = await modelServer(following("chat", [{ say: "Hi." }]));
  const answer = await ask(fakeSandbox(), "?", { model: chat({ base, model: "m" }), signal: AbortSignal.abort() });
  expect([answer.why, heard]).toEqual(["stopped", []]);
});

test("a model of somebody else's that throws, or never says anything, comes to an end", async () => {
  const model = (reply: Model["reply"]): Model => ({ name: "mine", to: null, reply });
  const throwing = model(() => {
    throw new RangeError("mine");
  });
  const silent = model(() => ({ [Symbol.asyncIterator]: () => ({ next: never }) }));
  expect(await ask(fakeSandbox(), "?", { model: throwing })).toMatchObject({
    why: "broken",
    reason: "The model failed: mine",
  });
  expect((await ask(fakeSandbox(), "?", { model: silent, limits: { timeMs: 200 } })).why).toBe("time");
});

test("options that can't be are the caller's mistake, and nothing is sent", async () => {
  const model = chat({ base: "http://127.0.0.1:9", model: "m" });
  const asking = (options: object, question = "?") => ask(fakeSandbox(), question, { model, ...options } as AskOptions);
  await expect(asking({}, " ")).rejects.toThrow(TypeError);
  await expect(asking({ outflow: "all" })).rejects.toThrow(/schema, aggregates, approve, everything/);
  await expect(asking({ outflow: "approve" })).rejects.toThrow(/needs a function approve/);
  await expect(asking({ outflow: { mode: "schema", k: 1 } })).rejects.toThrow(RangeError);
  await expect(asking({ limits: { stepz: 1 } })).rejects.toThrow(/no limit stepz/);
  await expect(asking({ limits: { steps: Number.NaN } })).rejects.toThrow(RangeError);
  await expect(asking({ limits: { money: 1 } })).rejects.toThrow(/needs what the model costs/);
  expect(() => chat({ base: "http://a", model: "m", prices: { input: 1, output: -1 } })).toThrow(/prices.output/);
  expect(() => chat({ base: "nowhere", model: "m" })).toThrow(/address/);
  expect(() => chat({ base: "https://name:word@host", model: "m" })).toThrow(/key/);
});

test("the rest of a stream is not waited for once it is over", async () => {
  const script: Script = (response) => void stream(response).write(written("messages", { say: "Done." }));
  const { base } = await modelServer(script);
  const { messages } = await import("../../../static/src/ask/index");
  expect((await ask(fakeSandbox(), "?", { model: messages({ base, model: "m" }) })).text).toBe("Done.");
});
