// Models through the page's own server, from a real browser: its pages may, others may not, and the sandbox can't.

import type { Page } from "@playwright/test";
import type * as Asking from "../../../static/src/ask/index";
import { endServers, following, modelServer } from "../../unit/ask/servers";
import { blankPage, expect, test } from "../fixtures";
import { belljar, end, site } from "../server";

test.afterAll(async () => {
  await end();
  await endServers();
});

/** Asks the server of a page, without a sandbox. */
const asked = (
  page: Page,
): Promise<Pick<Asking.Answer, "why" | "text" | "reason" | "money"> & { models: Asking.Offered[] }> =>
  page.evaluate(async () => {
    const url = "/ask.js";
    const { ask, offered, proxied } = (await import(url)) as typeof Asking;
    const sandbox = { execute: () => Promise.reject(new Error("unused")), files: { write: async () => {} } };
    const models = await offered();
    const model = proxied(models[0] ?? { model: "m" });
    const { why, text, reason, money } = await ask(sandbox, "Hi é?", { model, limits: { retries: 0 } });
    return { why, text, reason, money, models };
  });

test("a page asks its own server, whose key it never sees; a page from elsewhere is refused", async ({ page }) => {
  const key = "sk-secret-of-the-operator";
  const { base, heard } = await modelServer(following("chat", [{ say: "Hello é.", tokens: [1_000_000, 0] }], 3));
  process.env.BELLJAR_MODEL_KEY = key;
  const origin = await belljar("--model-url", `${base}/v1`, "--model-names", "m,n", "--model-prices", "m=2.5/10");
  delete process.env.BELLJAR_MODEL_KEY;
  const seen: string[] = [];
  page.on("response", async (response) => {
    seen.push(JSON.stringify(await response.allHeaders()), await response.text().catch(() => ""));
  });
  await page.goto(`${origin}/healthz`);
  const answer = await asked(page);
  expect(answer).toMatchObject({ why: "answered", text: "Hello é.", money: { spent: 2.5, currency: "USD" } });
  expect(answer.models).toEqual([{ model: "m", prices: { input: 2.5, output: 10 } }, { model: "n" }]);
  expect(heard.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${key}`]);
  await expect.poll(() => seen.join("\n")).toContain("text/event-stream");
  expect(seen.join("\n")).not.toContain(key);

  const elsewhere = await site(
    (_, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<p>"),
  );
  await page.goto(elsewhere);
  const tried = await page.evaluate(async (url) => {
    const body = JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "Mine." }] });
    const send = (init: RequestInit) =>
      fetch(url, { method: "POST", body, ...init }).then(
        ({ status }) => status,
        (error: Error) => error.name,
      );
    const json = { "content-type": "application/json" };
    return [
      await send({ headers: json }),
      await send({ mode: "no-cors" }),
      await send({ headers: json, mode: "no-cors" }),
    ];
  }, `${origin}/model/v1/chat/completions`);
  expect(tried[0]).toBe("TypeError");
  // A form's request leaves and is refused unread: the model's server has heard the one question.
  expect(heard).toHaveLength(1);
});

test("a server without models says so, and code in the sandbox reaches none", async ({ page, bench }) => {
  await blankPage(page, false);
  const answer = await asked(page);
  expect([answer.models, answer.why]).toEqual([[], "rejected"]);
  expect(answer.reason).toContain("BELLJAR_MODEL_URL");
  const origin = new URL(page.url()).origin;
  const { status, error, stdout } = await bench.run(
    `from pyodide.http import pyfetch\nanswer = await pyfetch("${origin}/model/v1/models")\nprint(answer.status)`,
  );
  expect([status, stdout]).toEqual(["error", ""]);
  expect(error?.name).toBeTruthy();
});
