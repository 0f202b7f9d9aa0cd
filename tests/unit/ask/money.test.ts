// What a question costs: by prices that somebody says, out of tokens that a server counts, shown and limited. And models that
// are asked through the page's own server.

import { afterEach, expect, test } from "vitest";
import { ask, chat, offered, proxied } from "../../../static/src/ask/index";
import { fakeSandbox } from "./sandboxes";
import { endServers, following, type Move, modelServer } from "./servers";

afterEach(endServers);

const run = (code: string) => ({ calls: [{ arguments: JSON.stringify({ code }) }] });
const prices = { input: 2, output: 8, currency: "EUR" };

const asked = async (moves: Move[], options: object = {}) => {
  const { base } = await modelServer(following("chat", moves));
  return ask(fakeSandbox(), "?", { model: chat({ base, model: "m", prices }), outflow: "everything", ...options });
};

test("each request, the ledger and the answer say what was spent", async () => {
  const answer = await asked(
    [
      { ...run("1"), tokens: [1_000_000, 500_000] },
      { say: "Done.", tokens: [500_000, 0] },
    ],
    { limits: { tokens: 10 ** 9 } },
  );
  expect(answer.ledger.entries.map(({ cost }) => cost)).toEqual([6, 1]);
  expect(answer.ledger.cost).toBe(7);
  expect(answer.money).toEqual({ spent: 7, currency: "EUR", estimated: false });
  expect(JSON.parse(await answer.ledger.toBlob().text()).entries[0].cost).toBe(6);
});

test("where a server counts nothing, money is estimated and said to be", async () => {
  const answer = await asked([{ say: "Done." }]);
  expect(answer.money?.estimated).toBe(true);
  const [entry] = answer.ledger.entries;
  expect(answer.money?.spent).toBeCloseTo((Math.ceil((entry?.bytes ?? 0) / 4) * 2 + 2 * 8) / 1_000_000, 9);
});

test("without prices there is no talk of money", async () => {
  const { base } = await modelServer(following("chat", [{ say: "Done." }]));
  const answer = await ask(fakeSandbox(), "?", { model: chat({ base, model: "m" }) });
  expect([answer.money, answer.ledger.entries[0]]).toEqual([undefined, expect.not.objectContaining({ cost: 0 })]);
});

test("the limit stops before the next thing is done, with the sum in its reason", async () => {
  const answer = await asked([{ ...run("1"), tokens: [100_000, 10_000] }], {
    limits: { money: 0.25, tokens: 10 ** 9 },
  });
  expect([answer.why, answer.reason]).toEqual(["money", "It cost more than 0.25 EUR."]);
  expect(answer.money?.spent).toBeCloseTo(0.28);
  expect(answer.steps.every(({ execution }) => execution === undefined)).toBe(true);
});

test("a server's models come with their prices, and are asked at its own address without a key", async () => {
  const list = { data: [{ id: "m", prices: { input: 1, output: 2 } }, { id: "n" }, { id: 7 }, "x"] };
  const { base, heard } = await modelServer((response, number, one) =>
    one.method === "GET"
      ? void response.end(JSON.stringify(list))
      : following("chat", [{ say: "Hi." }])(response, number, one),
  );
  const models = await offered({ base });
  expect(models).toEqual([{ model: "m", prices: { input: 1, output: 2 } }, { model: "n" }]);
  const answer = await ask(fakeSandbox(), "?", { model: proxied({ base, ...(models[0] as { model: string }) }) });
  expect([answer.text, answer.money?.currency]).toEqual(["Hi.", "USD"]);
  expect(heard.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "GET /model/v1/models",
    "POST /model/v1/chat/completions",
  ]);
  expect(heard[1]?.headers).not.toHaveProperty("authorization");
});

test("a server without models has none, and one that is ill says so", async () => {
  const { base: none } = await modelServer(
    (response) => void response.writeHead(404).end('{"error":{"message":"no"}}'),
  );
  expect(await offered({ base: none })).toEqual([]);
  const { base: ill } = await modelServer((response) => void response.writeHead(503).end());
  await expect(offered({ base: ill })).rejects.toThrow(/\(503\)/);
  const { base: odd } = await modelServer((response) => void response.end("<html>"));
  await expect(offered({ base: odd })).rejects.toThrow(/can't be read/);
  await endServers();
  await expect(offered({ base: odd })).rejects.toThrow(/could not be reached/);
  await expect(offered({})).rejects.toThrow(TypeError);
});
