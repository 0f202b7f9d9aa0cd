// An exported page after one visit, without its host: it loads, runs Python as sealed as ever, and forgets when told to.

import type { Page } from "@playwright/test";
import { down, endHosts, exported, host, type Tier } from "../hosts";
import { expect, Notebook, test } from "../notebook";

let folder = "";

test.beforeAll(async () => {
  test.setTimeout(120_000);
  folder = await exported("--page", "--offline", "--profile", "core", "--packages", "micropip");
});
test.afterAll(endHosts);

/** Paths that are kept. */
const keptPaths = (page: Page) =>
  page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });

/** Waits until all is kept that a start may take, and that this visit has fetched. */
async function kept(page: Page): Promise<void> {
  const missing = async () => {
    const paths = await keptPaths(page);
    const wanted = await page.evaluate(async () => {
      const { core, snapshots } = await (await fetch("policy.json")).json();
      const files = Object.values(snapshots[0] ?? {}).flat() as { url?: string }[];
      const start = [...core, ...files].map(({ url }) => url).filter((url) => url !== undefined);
      const fetched = performance.getEntriesByType("resource").map(({ name }) => name);
      return [...start, ...fetched].map((address) => new URL(address, document.baseURI).pathname);
    });
    const assets = wanted.filter((path) => path.includes("/assets/"));
    return assets.length < 5 ? ["the runtime"] : assets.filter((path) => !paths.includes(path));
  };
  await expect.poll(missing, { timeout: 30_000 }).toEqual([]);
}

/** What the sandbox's own code can reach, asked of its worker. */
const OUTWARD = `
import js
def tried(what):
    try:
        what()
        return "open"
    except BaseException as error:
        return "refused"
[tried(lambda: js.fetch("/policy.json")), tried(lambda: js.XMLHttpRequest.new()), tried(lambda: js.eval("1"))]`;

/** A file that no visit needs, which comes with another content than the export has. */
const SPOILED = /^\/static\/gallery-/;

for (const tier of ["bare", "headers"] as const satisfies readonly Tier[]) {
  test(`a page that was visited once works when its host is gone, ${tier}`, async ({ browser }) => {
    const address = await host(folder, tier, {
      prefix: "/py/",
      fault: (path, body) => (SPOILED.test(path) ? Buffer.concat([body, Buffer.from("\n")]) : body),
    });
    const context = await browser.newContext();
    const page = await context.newPage();
    const notebook = new Notebook(page);
    await notebook.open(address);
    await kept(page);
    await down(address);
    await page.reload();
    await notebook.ready();
    const cell = await notebook.run("print(6 * 7)");
    await expect(cell.getByTestId("outputs")).toContainText("42");
    const frame = page.locator('iframe[title="belljar sandbox"]').first();
    expect(await frame.getAttribute("sandbox")).toBe("allow-scripts");
    const outward = await notebook.run(OUTWARD);
    await expect(outward.getByTestId("outputs")).toContainText("'refused', 'refused', 'refused'");
    // The headers that came with the page are kept with it.
    const policy = await page.evaluate(async () => (await fetch("./")).headers.get("content-security-policy"));
    expect(policy === null).toBe(tier === "bare");
    if (tier === "headers") expect(policy).toContain("default-src 'none'");
    // What is not the export's content is not kept, and what is not its address is not answered for.
    const paths = await keptPaths(page);
    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((path) => SPOILED.test(path.replace("/py/", "/")))).toEqual([]);
    expect(await page.evaluate(() => fetch("sdk.js?x").catch(() => "refused"))).toBe("refused");
    expect(await page.evaluate(async () => (await fetch("sdk.js")).headers.has("belljar-kept"))).toBe(true);
    expect(notebook.failures).toEqual([]);
    expect(notebook.violations).toEqual([]);
    // The switch takes all of it away.
    await page.getByTestId("menu-button").click();
    await expect(page.getByTestId("menu")).toContainText("Works offline");
    await page.getByTestId("menu-offline").uncheck();
    await expect.poll(() => page.evaluate(() => caches.keys())).toEqual([]);
    const registered = () => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);
    await expect.poll(registered).toBe(0);
    await context.close();
  });
}
