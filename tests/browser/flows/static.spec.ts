// A folder that `belljar export` wrote, on hosts that know nothing of it: the page, other people's pages, and what is
// refused when something of the policy is missing.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { expect, test } from "@playwright/test";
import type { Sandbox } from "../../../static/src/host/index";
import { endHosts, exported, host } from "../hosts";
import { Notebook } from "../notebook";
import { end, site } from "../server";

declare global {
  interface Window {
    sandbox: Sandbox;
  }
}

let folder = "";

test.beforeAll(async () => {
  test.setTimeout(120_000);
  folder = await exported("--page", "--profile", "core", "--packages", "micropip", "--embedders", "*");
});
test.afterAll(async () => {
  await endHosts();
  await end();
});

async function visiting<T>(browser: Browser, act: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext();
  try {
    return await act(await context.newPage());
  } finally {
    await context.close();
  }
}

/** A page of somebody else's with a sandbox from that host. */
async function opened(page: Page, around: string, base: string): Promise<string | null> {
  await page.goto(around);
  return page.evaluate(async (base) => {
    const { Sandbox } = (await import(`${base}sdk.js`)) as typeof import("../../../static/src/host/index");
    try {
      window.sandbox = await Sandbox.open({ base });
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }, base);
}

const run = (page: Page, code: string, timeout = 20_000) =>
  page.evaluate(
    async ({ code, timeout }) => {
      const { status, text, stdout, note, error } = await window.sandbox.execute(code, { timeout });
      return { status, text, stdout, note, error: error?.value };
    },
    { code, timeout },
  );

for (const tier of ["bare", "headers"] as const) {
  test(`the notebook runs from a path of a host, ${tier}, and asks nothing of anybody else`, async ({ browser }) => {
    const address = await host(folder, tier, { prefix: "/some/where/" });
    await visiting(browser, async (page) => {
      const notebook = new Notebook(page);
      await notebook.open(address);
      const cell = await notebook.run("from IPython.display import HTML\nprint(sum(range(10)))\nHTML('<b>bold</b>')");
      await expect(cell.getByTestId("outputs")).toContainText("45");
      const frame = cell.getByTestId("output-html").contentFrame().locator("iframe").contentFrame();
      await expect(frame.locator("b")).toHaveText("bold");
      const started = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
      expect(started.filter((url) => /snapshot-heap/.test(url)).length).toBeGreaterThan(0);
      expect(notebook.requests.filter((url) => /^http/.test(url) && !url.startsWith(address))).toEqual([]);
      expect(notebook.failures).toEqual([]);
      expect(notebook.violations).toEqual([]);
    });
  });
}

/** Stop keeps variables where the host sends headers; where it doesn't, what had run can be run again by one press. */
async function stopped(page: Page, tier: string): Promise<void> {
  const jar = (id: string, code: string) => `<bell-jar id="${id}"><pre>${code}</pre></bell-jar>`;
  const cells = [jar("one", "x = 5"), jar("never", "x = 1"), jar("two", "y = x + 1"), jar("loop", "while True: pass")];
  await page.evaluate(
    (html) => {
      const parsed = new DOMParser().parseFromString(html, "text/html");
      document.body.append(...parsed.body.children);
    },
    `${cells.join("")}${jar("last", "x, y")}`,
  );
  const press = (id: string, name = "Run") => page.locator(`#${id}`).getByRole("button", { name, exact: true }).click();
  for (const id of ["one", "two"]) {
    await press(id);
    await expect(page.locator(`#${id}`).getByRole("status")).toHaveText(/ms$/);
  }
  await press("loop");
  await expect(page.locator("#loop").getByRole("status")).toHaveText(/\d s$/);
  await press("loop", "Stop");
  const outputs = page.locator("#loop").getByTestId("outputs");
  if (tier === "headers") await expect(outputs).toContainText("Your variables are still there.");
  else await outputs.getByRole("button", { name: "Run the cells above again" }).click();
  await expect(page.locator("#two").getByRole("button", { name: "Run", exact: true })).toBeVisible();
  await press("last");
  await expect(page.locator("#last").getByTestId("outputs")).toHaveText("(5, 6)");
}

for (const tier of ["bare", "headers"] as const) {
  test(`code in a page of another site runs from there by one script tag, ${tier}`, async ({ browser }) => {
    const address = await host(folder, tier, { prefix: "/py/", fault: readable });
    const docs = await site((_, response) => {
      response.setHeader("content-type", "text/html");
      response.end(`<!doctype html><script type="module" src="${address}embed.js"></script><body>
<bell-jar><pre>from IPython.display import HTML
print(6 * 7)
HTML("&lt;b>bold&lt;/b>")</pre></bell-jar>`);
    });
    await visiting(browser, async (page) => {
      await page.goto(docs);
      await page.getByRole("button", { name: "Run", exact: true }).click();
      await expect(page.getByTestId("outputs")).toContainText("42");
      const frame = page.getByTestId("output-html").contentFrame().locator("iframe").contentFrame();
      await expect(frame.locator("b")).toHaveText("bold");
      await expect(page.getByRole("button", { name: "Open in the notebook page" })).toBeVisible();
      await stopped(page, tier);
    });
  });
}

test("a page of another site runs code from a host without headers; Stop takes the variables there", async ({
  browser,
}) => {
  const address = await host(folder, "bare", { fault: readable });
  const docs = await site((_, response) => response.end("<!doctype html><body>docs</body>"));
  await visiting(browser, async (page) => {
    expect(await opened(page, docs, address)).toBeNull();
    expect(await run(page, "x = 6\nx * 7")).toMatchObject({ status: "ok", text: "42" });
    const ended = await run(page, "while True: pass", 300);
    expect(ended.status).toBe("timeout");
    expect(ended.note).toContain("variables are gone");
    expect(await run(page, "'x' in dir()")).toMatchObject({ text: "False" });
  });
});

test("where the host sends the headers, Stop keeps the variables on an ordinary page of another site", async ({
  browser,
}) => {
  const address = await host(folder, "headers");
  const docs = await site((_, response) => response.end("<!doctype html><body>docs</body>"));
  await visiting(browser, async (page) => {
    expect(await opened(page, docs, address)).toBeNull();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await run(page, "x = 6");
    const ended = await run(page, "while True: pass", 300);
    expect(ended).toMatchObject({ status: "timeout", note: expect.stringContaining("still there") });
    expect(await run(page, "x")).toMatchObject({ text: "6" });
    const slept = await run(
      page,
      "import time\nbegan = time.monotonic()\ntime.sleep(.3)\ntime.monotonic() - began >= .3",
    );
    expect(slept).toMatchObject({ text: "True" });
  });
});

test("a frame without its policy inside runs nothing on a host without headers", async ({ browser }) => {
  const open = await host(folder, "bare", {
    fault: (path, body, headers) => {
      readable(path, body, headers);
      if (!path.startsWith("/frame/")) return body;
      return Buffer.from(body.toString().replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ""));
    },
  });
  const docs = await site((_, response) => response.end("<!doctype html><body>docs</body>"));
  await visiting(browser, async (page) => {
    expect(await opened(page, docs, open)).toMatch(/not sealed, so it runs nothing: the frame's policy lets it/);
  });
});

test("far from the host the compressed copies are fetched, and their content is checked all the same", async ({
  browser,
}) => {
  const address = "https://files.example/py/";
  await visiting(browser, async (page) => {
    const asked: string[] = [];
    let spoiled = false;
    await page.route("https://files.example/**", async (route) => {
      const path = new URL(route.request().url()).pathname.replace("/py/", "");
      asked.push(path);
      const body = await readFile(join(folder, path)).catch(() => null);
      if (!body) return route.fulfill({ status: 404 });
      if (spoiled && path.endsWith(".gz")) body[body.length - 9] = (body[body.length - 9] ?? 0) ^ 1;
      const type = /\.(mjs|js)$/.test(path) ? "text/javascript" : path.endsWith(".html") ? "text/html" : "";
      return route.fulfill({
        body,
        headers: { "access-control-allow-origin": "*", ...(type ? { "content-type": type } : {}) },
      });
    });
    await page.route("https://docs.example/**", (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html><body>docs</body>" }),
    );
    expect(await opened(page, "https://docs.example/", address)).toBeNull();
    expect(await run(page, "6 * 7")).toMatchObject({ text: "42" });
    const heap = asked.filter((path) => path.includes("snapshot-heap"));
    expect(heap.length).toBeGreaterThan(0);
    expect(heap.filter((path) => !path.endsWith(".gz"))).toEqual([]);
    spoiled = true;
    expect(await opened(page, "https://docs.example/else", address)).toMatch(/could not be loaded/);
  });
});

for (const honest of [true, false]) {
  const what = honest ? "are fetched in its place" : "are given up for others where it was not true";
  test(`copies that a host says the browser can undo ${what}`, async ({ browser }) => {
    const asked: string[] = [];
    const address = await host(folder, "headers", {
      fault: (path, body, headers) => {
        readable(path, body, headers);
        if (path.includes("/snapshot-")) asked.push(path);
        if (path === "/policy.json") {
          headers["belljar-copies"] = "br";
          headers["access-control-expose-headers"] = "Belljar-Copies";
        }
        if (honest && path.endsWith(".br")) headers["content-encoding"] = "br";
        return body;
      },
    });
    const docs = await site((_, response) => response.end("<!doctype html><body>docs</body>"));
    await visiting(browser, async (page) => {
      // A name of this machine that does not look like one.
      expect(await opened(page, docs, address.replace("127.0.0.1", "files.localhost"))).toBeNull();
      expect(await run(page, "6 * 7")).toMatchObject({ text: "42" });
    });
    const count = (suffix: string) => asked.filter((path) => path.endsWith(suffix)).length;
    expect(count(".br")).toBeGreaterThan(0);
    expect(count(".bin")).toBe(0);
    if (honest) expect(count(".gz")).toBe(0);
    else expect(count(".gz")).toBeGreaterThan(0);
  });
}

/** What hosts of public files send, GitHub Pages among them: everybody may read. */
function readable(_path: string, body: Buffer, headers: Record<string, string>): Buffer {
  headers["access-control-allow-origin"] = "*";
  return body;
}
