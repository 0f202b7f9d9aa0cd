// Local servers, and why a page doesn't reach them: over real sockets, with a browser's answers put in their place.

import { afterEach, describe, expect, test, vi } from "vitest";
import { type AskOptions, ask, findLocal, local } from "../../../static/src/ask/index";
import { fakeSandbox } from "./sandboxes";
import { endServers, modelServer } from "./servers";

afterEach(endServers);
afterEach(() => vi.unstubAllGlobals());

/** What a browser does where the server's answer doesn't allow the page: only a request without CORS goes through. */
const deaf: AskOptions["fetch"] = (url, init) =>
  init.mode === "cors" ? Promise.reject(new TypeError("Failed to fetch")) : globalThis.fetch(url, init);

/** A browser at this address, whose person has said this to its questions; it knows no others. */
function browser(origin: string, said: Record<string, PermissionState>): void {
  const query = async ({ name }: { name: string }) => {
    const state = said[name];
    if (!state) throw new TypeError(`${name} is not a valid enum value`);
    return { state };
  };
  vi.stubGlobal("navigator", { permissions: { query } });
  vi.stubGlobal("location", { origin, hostname: new URL(origin).hostname });
}

/** An address at which nobody listens. */
async function nobody(): Promise<string> {
  const { base } = await modelServer(() => {});
  await endServers();
  return `${base}/v1`;
}

describe("a local model", () => {
  const askLocal = (base: string, fetch?: AskOptions["fetch"]) =>
    ask(fakeSandbox(), "Hi?", { model: local("ollama", { base, model: "m" }), ...(fetch ? { fetch } : {}) });

  test("that is not running is said to be, with the line that starts it", async () => {
    const { base } = await modelServer(() => {});
    await endServers();
    const answer = await askLocal(`${base}/v1`);
    expect(answer).toMatchObject({ why: "unreachable", reason: expect.stringContaining("is not running") });
    expect(answer.reason).toContain("ollama serve");
  });

  test("without CORS is told apart, with the exact line for this origin", async () => {
    const { base, heard } = await modelServer((response) => void response.end());
    // What a browser does where the server's answer doesn't allow the page: only a request without CORS goes through.
    const fetch: AskOptions["fetch"] = (url, init) =>
      init.mode === "cors" ? Promise.reject(new TypeError("Failed to fetch")) : globalThis.fetch(url, init);
    const answer = await askLocal(`${base}/v1`, fetch);
    expect(answer.reason).toMatch(/no CORS.*OLLAMA_ORIGINS=null ollama serve$/);
    expect(heard.map(({ method, body }) => [method, body.length])).toEqual([["GET", 0]]);
    expect(answer.ledger.entries.map(({ method, bytes, status }) => [method, bytes, status])).toEqual([
      ["POST", expect.any(Number), "no answer"],
      ["GET", 0, "answered"],
    ]);
  });

  test("of a server that nobody knows is a TypeError that names those that are", () => {
    expect(() => local("toString" as never, { model: "m" })).toThrow(/ollama, lmstudio, llamacpp/);
  });
});

describe("looking for a local server", () => {
  test("finds one that runs, with its models, by one GET without a body", async () => {
    const list = { object: "list", data: [{ id: "qwen3:8b" }, { id: "" }, {}, { id: "gemma" }] };
    const { base, heard } = await modelServer((response) => void response.end(JSON.stringify(list)));
    expect(await findLocal("ollama", { base: `${base}/v1/` })).toMatchObject({
      state: "running",
      models: ["qwen3:8b", "gemma"],
      line: "",
    });
    expect(heard.map(({ method, url, body }) => [method, url, body.length])).toEqual([["GET", "/v1/models", 0]]);
  });

  test("a server that answers with anything runs all the same", async () => {
    for (const text of ["Ollama is running", "[]", '{"data":7}', "{"]) {
      const { base } = await modelServer((response) => void response.end(text));
      expect(await findLocal("llamacpp", { base: `${base}/v1` })).toMatchObject({ state: "running", models: [] });
    }
  });

  test.each([
    ["ollama", "ollama serve"],
    ["lmstudio", "lms server start --cors"],
    ["llamacpp", "llama-server -m model.gguf --jinja"],
  ] as const)("that isn't running, %s, is said to be, with the line that starts it", async (server, line) => {
    const found = await findLocal(server, { base: await nobody() });
    expect(found).toMatchObject({ state: "not running", line, models: [] });
    expect(found.sentence).toContain(`is not running at 127.0.0.1`);
  });

  test.each([
    ["ollama", "OLLAMA_ORIGINS=https://your.page ollama serve"],
    ["lmstudio", "lms server start --cors"],
    ["llamacpp", "llama-server -m model.gguf --jinja --cors-origins https://your.page"],
  ] as const)("that lets no page in, %s, is told apart, with the line for this origin", async (server, line) => {
    browser("https://your.page", { "loopback-network": "granted" });
    const { base } = await modelServer((response) => void response.end());
    expect(await findLocal(server, { base: `${base}/v1`, fetch: deaf })).toMatchObject({ state: "no cors", line });
  });

  test.each(["loopback-network", "local-network-access"])(
    "that the person has refused, asked by %s, is said to be, and nobody is asked further",
    async (question) => {
      browser("https://your.page", { [question]: "denied" });
      const { base, heard } = await modelServer((response) => void response.end());
      const found = await findLocal("ollama", { base: `${base}/v1`, fetch: deaf });
      expect(found).toMatchObject({ state: "refused", line: "" });
      expect(found.sentence).toContain('Allow "local network access" for https://your.page');
      expect(heard).toEqual([]);
    },
  );

  test("a server elsewhere in the network is asked of by the other question", async () => {
    browser("https://your.page", { "local-network": "denied", "loopback-network": "granted" });
    const fetch: AskOptions["fetch"] = () => Promise.reject(new TypeError("Failed to fetch"));
    const found = (base: string) => findLocal("ollama", { base, fetch }).then(({ state }) => state);
    expect(await found("http://192.168.0.7:11434/v1")).toBe("refused");
    expect(await found("http://127.0.0.1:11434/v1")).toBe("not running");
  });

  test("where the browser's question was not answered, both are said, and the line helps", async () => {
    const base = await nobody();
    browser("https://your.page", { "loopback-network": "prompt" });
    const found = await findLocal("ollama", { base });
    expect(found).toMatchObject({ state: "unclear", line: "OLLAMA_ORIGINS=https://your.page ollama serve" });
    // A page of this machine is never asked for.
    browser("http://localhost:8000", { "loopback-network": "prompt" });
    expect((await findLocal("ollama", { base })).state).toBe("not running");
  });

  test("a page whose policy forbids it is told so before anything else", async () => {
    vi.stubGlobal("document", {
      addEventListener: (_: string, hear: (event: object) => void) =>
        hear({ effectiveDirective: "connect-src", blockedURI: "http://127.0.0.1:11434/v1/models" }),
      removeEventListener: () => {},
    });
    const fetch: AskOptions["fetch"] = () => Promise.reject(new TypeError("Failed to fetch"));
    expect(await findLocal("ollama", { fetch })).toMatchObject({ state: "not allowed", line: "" });
  });

  test("ends with its signal", async () => {
    const { base } = await modelServer(() => {});
    const found = findLocal("ollama", { base, signal: AbortSignal.timeout(100) });
    await expect(found).rejects.toThrow(/timeout/i);
  });
});
