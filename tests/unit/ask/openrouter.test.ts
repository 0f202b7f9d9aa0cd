// OpenRouter's sign-in, against a server that checks what RFC 7636 says it must.

import { createHash } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { ask, beginSignIn, finishSignIn, openrouter, signedIn } from "../../../static/src/ask/index";
import { fakeSandbox } from "./sandboxes";
import { endServers, following, modelServer, type Script } from "./servers";

afterEach(endServers);

const KEY = "sk-or-v1-not-a-real-key";

/** OpenRouter, as its documents have it: a code is good once, for who has the verifier of its challenge. */
async function provider() {
  const codes = new Map<string, string>();
  const script: Script = (response, number, heard) => {
    if (heard.url !== "/api/v1/auth/keys") return following("chat", [{ say: "Hi." }])(response, number, heard);
    const { code, code_verifier, code_challenge_method } = JSON.parse(heard.body.toString());
    const digest = createHash("sha256").update(String(code_verifier)).digest("base64url");
    const fits = code_challenge_method === "S256" && codes.get(code) === digest;
    codes.delete(code);
    const headers = { "access-control-allow-origin": "*", "content-type": "application/json" };
    if (!fits)
      return void response.writeHead(403, headers).end('{"error":{"message":"Invalid code or code_verifier"}}');
    response.writeHead(200, headers).end(JSON.stringify({ key: KEY, user_id: "user_1" }));
  };
  const { base, heard } = await modelServer(script);
  /** The person says yes on its page; gives where the browser goes then. */
  const consent = (url: string): string => {
    const asked = new URL(url);
    expect([asked.origin, asked.pathname]).toEqual([base, "/auth"]);
    const code = `code ${codes.size}+`;
    codes.set(code, asked.searchParams.get("code_challenge") ?? "");
    const back = new URL(asked.searchParams.get("callback_url") ?? "");
    back.searchParams.set("code", code);
    return back.href;
  };
  return { base, heard, consent };
}

test("signing in goes there and back, gives a key, and the key asks", async () => {
  const { base, heard, consent } = await provider();
  const { url, verifier } = await beginSignIn({ callback: "https://your.page/ask?kept=1&code=old#top", base });
  expect(verifier).toMatch(/^[\w-]{43}$/);
  // The proof is in no address, or whoever sees it had it.
  expect(url).not.toContain(verifier);
  const back = signedIn(consent(url));
  expect(back).toEqual({ code: "code 0+", address: "https://your.page/ask?kept=1" });
  const key = await finishSignIn({ code: back?.code ?? "", verifier, base });
  expect(key).toBe(KEY);
  expect(JSON.parse(heard[0]?.body.toString() ?? "")).toEqual({
    code: "code 0+",
    code_verifier: verifier,
    code_challenge_method: "S256",
  });
  expect(heard[0]?.headers).not.toHaveProperty("authorization");
  const answer = await ask(fakeSandbox(), "Hi?", { model: openrouter({ base, model: "a/b", key }) });
  expect([answer.text, heard[1]?.url]).toEqual(["Hi.", "/api/v1/chat/completions"]);
  expect(heard[1]?.headers.authorization).toBe(`Bearer ${KEY}`);
});

test("each sign-in has a proof of its own, and another's is worth nothing", async () => {
  const { base, consent } = await provider();
  const [one, other] = await Promise.all([1, 2].map(() => beginSignIn({ callback: "https://your.page/", base })));
  expect(one?.verifier).not.toBe(other?.verifier);
  const back = signedIn(consent(one?.url ?? ""));
  const finishing = finishSignIn({ code: back?.code ?? "", verifier: other?.verifier ?? "", base });
  await expect(finishing).rejects.toMatchObject({ trouble: "key", message: expect.stringContaining("Invalid code") });
  // Nor is a code good for a second time.
  const again = finishSignIn({ code: back?.code ?? "", verifier: one?.verifier ?? "", base });
  await expect(again).rejects.toThrow(/gave no key \(403\).*Sign in again/);
});

test("whatever comes instead of a key ends with a sentence", async () => {
  for (const [status, body] of [
    [200, "{}"],
    [200, "<html>"],
    [200, '{"key":7}'],
    [500, ""],
    [404, '{"error":"nothing here"}'],
    [200, `{"key":"${"x".repeat(100_000)}"}`],
  ] as const) {
    const { base } = await modelServer((response) => void response.writeHead(status).end(body));
    await expect(finishSignIn({ code: "c", verifier: "v", base })).rejects.toThrow(`gave no key (${status})`);
  }
  const { base } = await modelServer(() => {});
  await endServers();
  await expect(finishSignIn({ code: "c", verifier: "v", base })).rejects.toThrow(/could not be reached/);
});

test("an address without a code is nobody's way back, and what is no address is the caller's mistake", async () => {
  expect(signedIn("https://your.page/?state=1")).toBeNull();
  expect(signedIn(`https://your.page/?code=${"x".repeat(3_000)}`)).toBeNull();
  await expect(beginSignIn({ callback: "javascript:alert(1)" })).rejects.toThrow(TypeError);
  await expect(beginSignIn({ callback: "here" })).rejects.toThrow(/must be an address/);
  const { url } = await beginSignIn({ callback: "http://localhost:3000/" });
  expect(url).toMatch(
    /^https:\/\/openrouter\.ai\/auth\?callback_url=http%3A%2F%2Flocalhost%3A3000%2F&code_challenge=[\w-]{43}&code_challenge_method=S256$/,
  );
});
