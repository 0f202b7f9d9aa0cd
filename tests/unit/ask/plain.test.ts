// Models that only write: the browser's own, whatever is plugged in, and servers whose models know no tools.

import { afterEach, describe, expect, test, vi } from "vitest";
import { ask, builtIn, builtInState, chat, type Model, plain, type Writing } from "../../../static/src/ask/index";
import { failure, fakeSandbox } from "./sandboxes";
import { endServers, following, type Move, modelServer } from "./servers";

afterEach(endServers);
afterEach(() => vi.unstubAllGlobals());

/** A model that writes these texts, one after the other. */
function writing(...texts: string[]): { model: Model; asked: Writing[] } {
  const asked: Writing[] = [];
  const write = async (given: Writing) => {
    asked.push(given);
    return texts[Math.min(asked.length, texts.length) - 1] ?? "";
  };
  return { asked, model: plain({ name: "mine", write }) };
}

describe("a model that writes JSON", () => {
  test("runs what stands under code, and answers with an empty one", async () => {
    const { model, asked } = writing('{"code": "2 + 2", "say": "I add."}', 'Sure! {"code": "", "say": "Four."}');
    const sandbox = fakeSandbox();
    const answer = await ask(sandbox, "2 + 2?", { model, outflow: "everything" });
    expect(answer).toMatchObject({ why: "answered", text: "Four." });
    expect(sandbox.ran).toEqual(["2 + 2"]);
    expect(answer.ledger.entries).toEqual([]);
    expect(asked[0]?.schema).toMatchObject({ required: ["code", "say"] });
    expect(asked[1]?.messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
    expect(asked[1]?.messages[2]?.content).toBe('{"code":"2 + 2","say":"I add."}');
    expect(asked[1]?.messages[3]?.content).toContain("value: 4");
  });

  test("may write it piece by piece, and may throw: both come to an end", async () => {
    const model = plain({
      name: "mine",
      async *write() {
        yield '{"code": "", ';
        yield '"say": "Hi."}';
      },
    });
    expect((await ask(fakeSandbox(), "?", { model })).text).toBe("Hi.");
    const throwing = plain({ name: "mine", write: () => Promise.reject(new Error("no GPU")) });
    expect(await ask(fakeSandbox(), "?", { model: throwing })).toMatchObject({
      why: "broken",
      reason: "The model failed: no GPU",
    });
    const endless = plain({
      name: "mine",
      async *write() {
        for (;;) yield "x".repeat(10_000);
      },
    });
    expect((await ask(fakeSandbox(), "?", { model: endless })).why).toBe("broken");
    const never = plain({ name: "mine", write: () => new Promise(() => {}) });
    expect((await ask(fakeSandbox(), "?", { model: never, limits: { timeMs: 100 } })).why).toBe("time");
  });
});

describe("code in blocks of Markdown", () => {
  const fence = "```";
  const asked = async (moves: Move[], sandbox = fakeSandbox()) => {
    const { base, heard } = await modelServer(following("chat", moves));
    const answer = await ask(sandbox, "?", { model: chat({ base, model: "m" }), outflow: "everything" });
    return { answer, sandbox, bodies: heard.map(({ body }) => JSON.parse(body.toString())) };
  };

  test("runs where a model calls no tool, and its result goes back as words", async () => {
    const { answer, sandbox, bodies } = await asked([
      { say: `Let me look.\n\n${fence}python\nx = 2\nx + 2\n${fence}\n` },
      { say: "It is 4." },
    ]);
    expect(answer).toMatchObject({ why: "answered", text: "It is 4." });
    expect(sandbox.ran).toEqual(["x = 2\nx + 2"]);
    expect(answer.steps.map(({ state }) => state)).toEqual(["output-available"]);
    const last = bodies[1].messages.at(-1);
    expect([last.role, bodies[1].messages.length]).toEqual(["user", 4]);
    expect(last.content).toMatch(/^What became of your code:\n<data>[\s\S]*value: 4/);
  });

  test("that is shown again with the answer ends it, and doesn't run twice", async () => {
    const block = `${fence}py\n1\n${fence}`;
    const { answer, sandbox } = await asked([{ say: block }, { say: `Done by\n${block}` }]);
    expect([answer.why, sandbox.ran]).toEqual(["answered", ["1"]]);
  });

  test("of a model that calls tools is an illustration, and doesn't run", async () => {
    const { answer, sandbox } = await asked([
      { calls: [{ arguments: '{"code":"1"}' }] },
      { say: `I ran\n${fence}python\nimport os\n${fence}` },
    ]);
    expect([answer.why, sandbox.ran]).toEqual(["answered", ["1"]]);
  });

  test.each([
    ["of another language", `${fence}js\nalert(1)\n${fence}`],
    ["without a name", `${fence}\nalert(1)\n${fence}`],
    ["that isn't closed", `${fence}python\nprint(1)`],
    ["within a longer one", `${fence}${fence}md\n${fence}python\nx\n${fence}\n${fence}${fence}`],
    ["that is empty", `${fence}python\n\n${fence}`],
    ["in a line", `Use ${fence}python x${fence}.`],
  ])("%s doesn't run", async (_name, say) => {
    const { answer, sandbox } = await asked([{ say }]);
    expect([answer.why, sandbox.ran, answer.text]).toEqual(["answered", [], say]);
  });

  test("several blocks are one step, tildes are fences, and failures count as repairs", async () => {
    const say = `~~~Python title="a"\na = 1\n~~~\nand\n${fence}${fence}py\nprint("${fence}")\n${fence}${fence}`;
    const { sandbox } = await asked([{ say }, { say: "Ok." }]);
    expect(sandbox.ran).toEqual([`a = 1\n\nprint("${fence}")`]);
    let at = 0;
    const { base } = await modelServer((response, _, heard) =>
      following("chat", [{ say: `${fence}python\n${at++}\n${fence}` }])(response, 0, heard),
    );
    const broken = fakeSandbox(() => failure("ValueError", "no"));
    expect((await ask(broken, "?", { model: chat({ base, model: "m" }), outflow: "everything" })).why).toBe("repairs");
  });

  test("is as closed under schema as a call's result", async () => {
    const { base, heard } = await modelServer(
      following("chat", [{ say: `${fence}python\n1\n${fence}` }, { say: "Ok." }]),
    );
    const secret = fakeSandbox(() => failure("KeyError", "Zenobia 4711"));
    await ask(secret, "?", { model: chat({ base, model: "m" }) });
    expect(heard[1]?.body.toString()).toContain("error: KeyError in line 1");
    expect(heard[1]?.body.toString()).not.toContain("Zenobia");
  });
});

describe("the browser's own model", () => {
  type Said = { initialPrompts: object[]; prompt: object; options: { responseConstraint: object } };

  /** `LanguageModel` as browsers have it, which writes these texts. */
  function browserWith(texts: string[], state = "available", failing?: Error) {
    const said: Said[] = [];
    const progress: number[] = [];
    let destroyed = 0;
    const create = async (options: {
      initialPrompts: object[];
      signal: AbortSignal;
      monitor(target: EventTarget): void;
    }) => {
      if (failing) throw failing;
      const target = new EventTarget();
      options.monitor(target);
      target.dispatchEvent(Object.assign(new Event("downloadprogress"), { loaded: 0.5 }));
      return {
        promptStreaming: (prompt: object, given: Said["options"]) => {
          said.push({ initialPrompts: options.initialPrompts, prompt, options: given });
          return new Blob([texts[said.length - 1] ?? ""]).stream().pipeThrough(new TextDecoderStream());
        },
        destroy: () => {
          destroyed++;
        },
      };
    };
    vi.stubGlobal("LanguageModel", { availability: async () => state, create });
    return { said, progress, ended: () => destroyed, model: builtIn({ onDownload: (part) => progress.push(part) }) };
  }

  test("is held to a schema, runs code, answers, and says that it is weak", async () => {
    const { said, progress, ended, model } = browserWith(['{"code":"1 + 1","say":""}', '{"code":"","say":"Two."}']);
    expect(await builtInState()).toBe("yes");
    expect([model.to, model.note]).toEqual([null, expect.stringContaining("makes mistakes")]);
    const sandbox = fakeSandbox();
    const answer = await ask(sandbox, "1 + 1?", { model });
    expect([answer.why, answer.text, sandbox.ran]).toEqual(["answered", "Two.", ["1 + 1"]]);
    expect(said[0]?.options.responseConstraint).toMatchObject({ type: "object", required: ["code", "say"] });
    expect(said[0]?.initialPrompts).toMatchObject([{ role: "system" }]);
    expect(said[1]?.initialPrompts).toHaveLength(3);
    expect([ended(), progress]).toEqual([2, [0.5, 0.5]]);
  });

  test("that isn't there is said not to be; nothing else chooses it", async () => {
    expect(await builtInState()).toBe("no");
    const answer = await ask(fakeSandbox(), "?", { model: builtIn() });
    expect([answer.why, answer.reason]).toEqual([
      "unreachable",
      expect.stringContaining("no language model of its own"),
    ]);
    const { model } = browserWith([], "unavailable");
    expect((await ask(fakeSandbox(), "?", { model })).why).toBe("unreachable");
    browserWith([], "downloadable");
    expect(await builtInState()).toBe("later");
  });

  test.each([
    ["NotAllowedError", "unreachable", /only after a press/],
    ["QuotaExceededError", "rejected", /too long for the browser's own model/],
    ["NotSupportedError", "unreachable", /no language model/],
    ["UnknownError", "broken", /failed: odd/],
  ] as const)("that fails with %s says what to do", async (name, why, sentence) => {
    const { model } = browserWith([], "available", new DOMException("odd", name));
    const answer = await ask(fakeSandbox(), "?", { model });
    expect([answer.why, answer.reason]).toEqual([why, expect.stringMatching(sentence)]);
  });
});
