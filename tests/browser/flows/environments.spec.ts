// Where something is missing that belljar needs, or could use: each is hidden from a page in turn, and each time a sentence
// says what, and what to do.

import { expect, type Page, test } from "@playwright/test";
import { Notebook } from "../notebook";

const HIDDEN: Record<string, [hide: () => void, told: RegExp]> = {
  "no WebAssembly": [
    () => Reflect.deleteProperty(window, "WebAssembly"),
    /no WebAssembly.*Lockdown Mode.*Edge.*allow it for this site/,
  ],
  "a WebAssembly without exceptions": [
    () => Object.assign(WebAssembly, { validate: () => false }),
    /too old.*lacks WebAssembly exceptions\. Chrome and Edge have it from \d+ on, Firefox from \d+ on, Safari from \d+ on/,
  ],
  "an old browser": [
    () => {
      Reflect.deleteProperty(URL, "canParse");
      Reflect.deleteProperty(window, "DecompressionStream");
    },
    /lacks compressed streams, URL\.canParse/,
  ],
  "no workers": [() => Reflect.deleteProperty(window, "Worker"), /no web workers/],
};

async function opened(page: Page): Promise<string> {
  await page.goto("/");
  await expect(page.getByTestId("banner")).toBeVisible();
  return (await page.getByTestId("banner").textContent()) ?? "";
}

for (const [name, [hide, told]] of Object.entries(HIDDEN)) {
  test(`${name} is a sentence on the page, and cells are answered with it`, async ({ page }) => {
    await page.addInitScript(hide);
    expect(await opened(page)).toMatch(told);
    // Nothing goes on as if something were to come.
    await expect(page.getByTestId("status")).toContainText("could not start");
    await expect(page.locator(".spinner:visible")).toHaveCount(0);
    const answer = await page.evaluate(async () => {
      const url = "/sdk.js";
      const { Sandbox } = (await import(url)) as typeof import("../../../static/src/host/index");
      const { status, error } = await Sandbox.create().execute("1");
      return { status, said: error?.value };
    });
    expect(answer).toMatchObject({ status: "unavailable", said: expect.stringMatching(told) });
  });
}

test("a browser that keeps nothing runs cells, and the page says that the next start is no faster", async ({
  page,
}) => {
  // As in private windows of some browsers, and for pages within one of another site.
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    };
  });
  const notebook = new Notebook(page);
  await notebook.open("/");
  await expect((await notebook.run("6 * 7")).getByTestId("outputs")).toContainText("42");
  await expect(page.locator("#seal-body")).toContainText(
    "This browser gives the page no storage: nothing is kept for the next visit.",
  );
  expect(notebook.failures).toEqual([]);
});
