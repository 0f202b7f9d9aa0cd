// The sandbox as a tool of the browser's agent: what it is told is what `outflow` lets through, and not a byte more.

import { afterEach, expect, test, vi } from "vitest";
import { type AgentOptions, type ModelContext, offerToAgent } from "../../../static/src/ask/index";
import { execution, failure, fakeSandbox, value } from "./sandboxes";

afterEach(() => vi.unstubAllGlobals());

const SECRET = "Zenobia Quillfeather";
const CSV = `region,person,revenue\n${Array.from({ length: 20 }, (_, at) => `north,Person ${at},${at}`).join("\n")}\nwest,${SECRET},4711\n`;

type Tool = Parameters<ModelContext["registerTool"]>[0];
type Told = { content: { type: string; text: string }[]; isError?: boolean };

/** A browser's `document.modelContext`, as its documents have it: one tool of a name, until its signal aborts. */
function browser() {
  const tools = new Map<string, Tool>();
  const context: ModelContext = {
    registerTool: async (tool, { signal } = {}) => {
      if (tools.has(tool.name)) throw new DOMException("There is such a tool.", "InvalidStateError");
      signal?.throwIfAborted();
      tools.set(tool.name, tool);
      signal?.addEventListener("abort", () => tools.delete(tool.name));
    },
  };
  /** What an agent gets: what was resolved, as JSON; of a rejection it learns nothing. */
  const call = async (name: string, input: object, signal = new AbortController().signal): Promise<Told> =>
    JSON.parse(JSON.stringify(await tools.get(name)?.execute(input, { signal })));
  return { context, tools, call };
}

const offering = async (options: AgentOptions = {}, sandbox = fakeSandbox(() => failure("KeyError", SECRET, 1))) => {
  const here = browser();
  const offer = await offerToAgent(sandbox, { context: here.context, files: { "people.csv": CSV }, ...options });
  return { ...here, offer, sandbox };
};

test("a browser without an agent is offered nothing, and is told so", async () => {
  vi.stubGlobal("document", {});
  const offer = await offerToAgent(fakeSandbox());
  expect([offer.offered, offer.reason]).toEqual([false, expect.stringContaining("WebMCP")]);
});

test("where there is one in the document, it is found", async () => {
  const { context, tools } = browser();
  vi.stubGlobal("document", { modelContext: context });
  expect((await offerToAgent(fakeSandbox())).offered).toBe(true);
  expect([...tools.keys()]).toEqual(["execute_python"]);
  const tool = tools.get("execute_python");
  expect(tool?.inputSchema).toMatchObject({ type: "object", required: ["code"] });
  expect(tool?.annotations).toEqual({ readOnlyHint: false, untrustedContentHint: true });
});

test("under schema the agent gets a report out of the closed list, and the ledger has all of it", async () => {
  const { call, offer, tools, sandbox } = await offering();
  const told = await call("execute_python", { code: "frame[secret]", title: "look" });
  expect(told).toEqual({
    content: [{ type: "text", text: "error: KeyError in line 1 of your code. Its message stays with the person." }],
    isError: true,
  });
  const all = JSON.stringify([tools.get("execute_python"), told, offer.ledger]);
  expect(all).toContain("revenue");
  expect(all).not.toContain("Zenobia");
  expect(sandbox.ran).toEqual(["frame[secret]"]);
  expect(offer.ledger.entries.map(({ to, step, body }) => [to, step, body.slice(0, 9)])).toEqual([
    ["this browser's agent", 0, "You answe"],
    ["this browser's agent", 1, "error: Ke"],
  ]);
});

test("under everything it gets the secret: the control; delimited as data", async () => {
  const { call } = await offering({ outflow: "everything" });
  expect((await call("execute_python", { code: "1" })).content[0]?.text).toMatch(
    /^<data>[\s\S]*Zenobia[\s\S]*<\/data>$/,
  );
});

test("a person who approves is asked when the agent has asked, and nothing of the files is told before", async () => {
  const approve = vi.fn(async () => "Yes.");
  const { tools, call } = await offering({ outflow: { mode: "approve", approve } });
  expect(approve).not.toHaveBeenCalled();
  expect(tools.get("execute_python")?.description).not.toContain("people.csv");
  expect((await call("execute_python", { code: "1" })).content[0]?.text).toContain("Yes.");
  expect(approve).toHaveBeenCalledOnce();
});

test("what the person approves is what it gets", async () => {
  const states: string[] = [];
  const approve = async ({ about, text }: { about: string; text: string }) =>
    about === "step" && text.includes(SECRET) ? null : text;
  const { call, tools } = await offering({
    outflow: { mode: "approve", approve },
    onStep: ({ state }) => states.push(state),
  });
  expect(tools.get("execute_python")?.description).not.toContain("revenue");
  expect((await call("execute_python", { code: "1" })).content[0]?.text).toContain("did not let this result be sent");
  expect(states.at(-1)).toBe("output-denied");
});

test("under aggregates there is a second tool, which the page computes", async () => {
  const { call } = await offering({ outflow: "aggregates" });
  const all = await call("aggregate", { file: "people.csv" });
  expect(all.content[0]?.text).toContain("rows\n21");
  const told = await call("aggregate", { file: "people.csv", by: ["region"] });
  // All less north would be west, so north stays here, too.
  expect(told.content[0]?.text).toContain("are left out");
  expect(told.content[0]?.text).not.toMatch(/north|west/);
  expect((await call("aggregate", { file: "people.csv", by: "region" })).isError).toBe(true);
});

test("calls run one after the other, however they come", async () => {
  let open = 0;
  const sandbox = fakeSandbox(async () => {
    expect(++open).toBe(1);
    await new Promise((later) => setTimeout(later, 20));
    open--;
    return execution({ results: [value({ text: "4" })] });
  });
  const { call } = await offering({ outflow: "everything" }, sandbox);
  await Promise.all(["a", "b", "c"].map((code) => call("execute_python", { code })));
  expect(sandbox.ran).toEqual(["a", "b", "c"]);
});

test("whatever an agent sends, and whatever becomes of it, is an answer", async () => {
  const dying = fakeSandbox(() => Promise.reject(new Error(SECRET)));
  const { call } = await offering({ outflow: "everything" }, dying);
  for (const input of [{}, { code: 7 }, { code: " " }, { code: "x".repeat(300_000) }, null as never])
    expect(await call("execute_python", input)).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^code must/) }],
    });
  const told = await call("execute_python", { code: "1" });
  expect(told).toMatchObject({ isError: true, content: [{ text: "It could not be run." }] });
});

test("a call that the agent gives up is stopped, and the next one runs", async () => {
  const stop = new AbortController();
  const sandbox = fakeSandbox((code, signal) =>
    code === "1"
      ? execution({ results: [value({ text: "1" })] })
      : new Promise((resolve) =>
          signal?.addEventListener("abort", () => resolve(execution({ status: "interrupted" }))),
        ),
  );
  const { call } = await offering({ outflow: "everything" }, sandbox);
  const long = call("execute_python", { code: "while True: pass" }, stop.signal);
  setTimeout(() => stop.abort(), 30);
  expect((await long).isError).toBe(true);
  expect((await call("execute_python", { code: "1" })).isError).toBeUndefined();
});

test("an agent that draws a secret out bit by bit comes to an end, too", async () => {
  const { call, sandbox } = await offering({ limits: { bits: 15 } });
  const texts: (string | undefined)[] = [];
  for (let at = 0; at < 4; at++) texts.push((await call("execute_python", { code: `${at}` })).content[0]?.text);
  expect(texts.at(-1)).toContain("could have told more than 15 bits");
  expect(sandbox.ran.length).toBeLessThan(4);
});

test("its signal takes the tools back, and a name that is taken is said to be", async () => {
  const stop = new AbortController();
  const { context, tools } = await offering({ signal: stop.signal });
  const second = await offerToAgent(fakeSandbox(), { context });
  expect([second.offered, second.reason]).toEqual([false, expect.stringContaining("There is such a tool")]);
  stop.abort();
  expect(tools.size).toBe(0);
});
