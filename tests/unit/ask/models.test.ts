// Models over real HTTP: each provider's form, cut at any byte, with everything that goes wrong on the way.

import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { type AskOptions, ask, chat, type Model, messages, responses } from "../../../static/src/ask/index";
import { execution, failure, fakeSandbox, value } from "./sandboxes";
import {
  endServers,
  type Form,
  following,
  inPieces,
  type Move,
  modelServer,
  type Script,
  stream,
  written,
} from "./servers";

afterEach(endServers);

const KEY = "sk-not-a-real-key";
const FORMS: Form[] = ["chat", "responses", "messages"];

/** A model of a form at an address. */
const modelOf = (form: Form, base: string): Model =>
  ({
    chat: () => chat({ base: `${base}/v1`, model: "m", key: KEY }),
    responses: () => responses({ base: `${base}/v1/`, model: "m", key: KEY }),
    messages: () => messages({ base, model: "m", key: KEY }),
  })[form]();

const run = (code: string): { arguments: string } => ({ arguments: JSON.stringify({ code }) });

/** Asks a scripted server. */
async function asked(form: Form, script: Script | Move[], options: Partial<AskOptions> = {}, sandbox = fakeSandbox()) {
  const { base, heard } = await modelServer(Array.isArray(script) ? following(form, script) : script);
  const given = { model: modelOf(form, base), outflow: "everything" as const, ...options };
  const answer = await ask(sandbox, "How many?", given);
  const bodies = heard.map(({ body }) => JSON.parse(body.toString()));
  return { answer, heard, bodies, sandbox };
}

describe.each(FORMS)("%s", (form) => {
  const moves: Move[] = [
    { say: "I look – ünïcode 🙂", calls: [run('print("é🙂\\n")\n1/0')], tokens: [100, 10] },
    { calls: [run("2 + 2")], tokens: [200, 20] },
    { say: "There are 4 [step 2].", tokens: [300, 30] },
  ];
  const repairing = () =>
    fakeSandbox((code) =>
      code.includes("1/0")
        ? failure("ZeroDivisionError", "division by zero", 2)
        : execution({ results: [value({ text: "4" })] }),
    );

  test("a question, a repair and an answer, and the ledger has what the server got, byte for byte", async () => {
    const { answer, heard, sandbox } = await asked(form, moves, {}, repairing());
    expect(answer).toMatchObject({ why: "answered", text: "There are 4 [step 2].", reason: "" });
    expect(sandbox.ran).toEqual(['print("é🙂\\n")\n1/0', "2 + 2"]);
    expect(answer.steps.map(({ state }) => state)).toEqual(["output-error", "output-available"]);
    expect(answer.tokens).toEqual({ input: 600, output: 60, estimated: false });
    const { entries } = answer.ledger;
    expect(entries).toHaveLength(3);
    for (const [at, { body, bytes, status, tokens }] of entries.entries()) {
      expect(Buffer.from(body).equals(heard[at]?.body as Buffer)).toBe(true);
      expect([bytes, status]).toEqual([heard[at]?.body.length, 200]);
      expect(tokens).toEqual({ input: (at + 1) * 100, output: (at + 1) * 10 });
    }
  });

  test.each([1, 2, 3, 7, 64])("packets of %d bytes make the same answer", async (bytes) => {
    const { answer, sandbox } = await asked(form, following(form, moves, bytes), {}, repairing());
    expect([answer.why, answer.text]).toEqual(["answered", "There are 4 [step 2]."]);
    expect(sandbox.ran[0]).toBe('print("é🙂\\n")\n1/0');
  });

  test("lines may end with CR, or CR and LF, cut between the two", async () => {
    for (const end of ["\r\n", "\r"]) {
      const script: Script = async (response, number) => {
        stream(response);
        await inPieces(response, written(form, moves[number + 1] ?? {}, number).replaceAll("\n", end), 1);
        response.end();
      };
      expect((await asked(form, script)).answer.text).toBe("There are 4 [step 2].");
    }
  });

  test("two calls at once are done in order and answered together", async () => {
    const two = [{ calls: [run("a = 1"), run("a + 1")] }, { say: "2" }];
    const { answer, bodies, sandbox } = await asked(form, two);
    expect(answer.why).toBe("answered");
    expect(sandbox.ran).toEqual(["a = 1", "a + 1"]);
    const said = JSON.stringify(bodies[1]);
    expect(said.match(/call_0_0/g)).toHaveLength(2);
    expect(said.match(/call_0_1/g)).toHaveLength(2);
  });

  test("a call that is no JSON goes back with a sentence, and its code never runs", async () => {
    const { answer, bodies, sandbox } = await asked(form, [
      { calls: [{ arguments: '{"code": "1 + 1' }] },
      { say: "Sorry." },
    ]);
    expect([answer.why, sandbox.ran]).toEqual(["answered", []]);
    expect(JSON.stringify(bodies[1])).toContain("not valid JSON");
    expect(answer.steps).toMatchObject([{ state: "output-error", code: "1 + 1" }]);
  });

  test("a refusal ends it", async () => {
    const refusing = form === "messages" ? { say: "I can't.", end: "refusal" } : { refusal: "I can't." };
    const { answer } = await asked(form, [refusing]);
    expect(answer).toMatchObject({ why: "refused", text: "I can't." });
  });

  test("429 is waited for as long as it asks", async () => {
    const script: Script = (response, number) =>
      number === 0
        ? void response.writeHead(429, { "retry-after": "1" }).end('{"error":{"message":"slow down"}}')
        : following(form, [{ say: "Now." }])(response, number, {} as never);
    const began = performance.now();
    const { answer, heard } = await asked(form, script);
    expect([answer.text, heard.length]).toEqual(["Now.", 2]);
    expect(performance.now() - began).toBeGreaterThan(950);
    expect(answer.ledger.entries.map(({ status }) => status)).toEqual([429, 200]);
  });

  test("a stream that breaks is asked for again, and its half is not run", async () => {
    const script: Script = async (response, number) => {
      const text = written(form, { calls: [run("print('half')")] });
      if (number > 0) return following(form, [{ say: "Whole." }])(response, 0, {} as never);
      stream(response);
      await inPieces(response, text.slice(0, text.length * 0.7), 50);
      response.destroy();
    };
    const states: string[] = [];
    const { answer, sandbox, bodies } = await asked(form, script, { onStep: ({ state }) => states.push(state) });
    expect([answer.why, answer.text, sandbox.ran, answer.steps]).toEqual(["answered", "Whole.", [], []]);
    expect(states.at(-1)).toBe("output-error");
    expect(bodies[1]).toEqual(bodies[0]);
  });

  test("a stream that ends without its end is broken, too", async () => {
    const script: Script = (response) => {
      const text = written(form, { say: "Almost" });
      stream(response).end(
        text.slice(
          0,
          text.indexOf(
            form === "chat"
              ? '"finish_reason":"stop"'
              : form === "responses"
                ? "event: response.completed"
                : "event: message_stop",
          ),
        ),
      );
    };
    expect((await asked(form, script, { limits: { retries: 1 } })).answer).toMatchObject({ why: "broken" });
  });

  test("the key stands in a header, and nowhere in a body or the ledger", async () => {
    const { answer, heard } = await asked(form, moves, {}, repairing());
    expect(JSON.stringify(heard[0]?.headers)).toContain(KEY);
    expect(heard.map(({ body }) => body.toString()).join()).not.toContain(KEY);
    expect(await answer.ledger.toBlob().text()).not.toContain(KEY);
  });

  test("code is seen while it is written", async () => {
    const seen: [string, string][] = [];
    await asked(form, following(form, [{ calls: [run("x = 'a\\tb'")] }, { say: "Done." }], 1), {
      onStep: ({ state, code }) => seen.push([state, code]),
    });
    expect(seen.slice(0, 2)).toEqual([
      ["input-streaming", ""],
      ["input-streaming", expect.any(String)],
    ]);
    const codes = seen.map(([, code]) => code);
    for (const [at, code] of codes.entries()) expect(code.startsWith(codes[at - 1] ?? "")).toBe(true);
    expect(seen.map(([state]) => state).filter((state, at, all) => state !== all[at - 1])).toEqual([
      "input-streaming",
      "input-available",
      "output-available",
    ]);
  });
});

test("headers are the fewest: no other than the provider's own go along", async () => {
  const names = async (form: Form) => Object.keys((await asked(form, [{ say: "Hi." }])).heard[0]?.headers ?? {});
  // What Node's fetch adds to any request.
  const always = ["host", "connection", "content-type", "accept", "accept-language", "sec-fetch-mode", "user-agent"];
  const own = async (form: Form) =>
    (await names(form)).filter(
      (name) => ![...always, "accept-encoding", "content-length", "pragma", "cache-control"].includes(name),
    );
  expect(await own("chat")).toEqual(["authorization"]);
  expect(await own("messages")).toEqual([
    "x-api-key",
    "anthropic-version",
    "anthropic-dangerous-direct-browser-access",
  ]);
});

test("calls that a server gives the same number, or the same id, are two calls", async () => {
  const chunk = (calls: object[]) => `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: calls } }] })}\n\n`;
  const call = (id: string, code: string) => ({
    index: 0,
    ...(id ? { id } : {}),
    function: { name: "execute_python", arguments: JSON.stringify({ code }) },
  });
  const script: Script = (response, number) => {
    if (number > 0) return following("chat", [{ say: "Done." }])(response, 0, {} as never);
    const end = 'data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}]}\n\ndata: [DONE]\n\n';
    stream(response).end(chunk([call("a", "1")]) + chunk([call("b", "2")]) + end);
  };
  expect((await asked("chat", script)).sandbox.ran).toEqual(["1", "2"]);
  const twice = [
    {
      calls: [
        { id: "same", ...run("1") },
        { id: "same", ...run("2") },
      ],
    },
    { say: "Done." },
  ];
  const { bodies } = await asked("chat", twice);
  const ids = bodies[1].messages.flatMap((one: { tool_call_id?: string }) => one.tool_call_id ?? []);
  expect(new Set(ids).size).toBe(2);
});

test("a redirect is not followed: what was meant for one server goes to no other", async () => {
  const other = await modelServer(following("chat", [{ say: "Mine now." }]));
  const { answer } = await asked(
    "chat",
    (response) => void response.writeHead(307, { location: `${other.base}/v1/chat/completions` }).end(),
  );
  expect([answer.why, other.heard]).toEqual(["unreachable", []]);
  // The positive control: the same redirect, followed.
  const { base } = await modelServer((response) => void response.writeHead(307, { location: other.base }).end());
  await fetch(base, { method: "POST", body: "x" });
  expect(other.heard).toHaveLength(1);
});

test("text of any kind arrives as the ledger has it", async () => {
  const odd = "\ud800 lone, \0 nul, \u2028 separator, \ufeff mark, </script> \u{1f600}";
  const { base, heard } = await modelServer(following("chat", [{ say: odd }, { say: "Yes." }]));
  const model = modelOf("chat", base);
  const first = await ask(fakeSandbox(), odd, { model });
  const second = await ask(fakeSandbox(), "Again?", { model, after: first });
  const sent = [...first.ledger.entries, ...second.ledger.entries];
  const digest = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");
  expect(sent.map(({ body }) => digest(body))).toEqual(heard.map(({ body }) => digest(body)));
  expect(JSON.parse(heard[1]?.body.toString() ?? "").messages).toHaveLength(4);
});
