// Cells where something is wrong: markup, policies, origins, no script. The code can be read, and one line says why.

import { expect, type Locator, type Page, test } from "@playwright/test";
import { belljar } from "../../server";
import { complaint, docsPage, jar, onStage, outputs, press, server, visiting } from "./stage";

onStage();

test("wrong markup leaves the code as it is and says why in one line", async ({ page }) => {
  await page.goto(
    docsPage(
      [
        jar("unknown", "1", 'sesion="a"'),
        jar("value", "1", 'autorun="always"'),
        '<bell-jar id="empty"></bell-jar>',
        jar("setup", "1", 'setup="#nowhere"'),
        jar("expects", "1", 'output="#nowhere"'),
        jar("result", "1", "", '<script type="application/json" data-belljar-result>{"a":</script>'),
      ].join(""),
    ),
  );
  await expect(complaint(page, "unknown")).toHaveText('There is no attribute "sesion": did you mean "session"?');
  await expect(complaint(page, "value")).toHaveText(/^autorun="always" can't be: never, visible, load can/);
  await expect(complaint(page, "empty")).toHaveText(/^There is no code here/);
  await expect(complaint(page, "expects")).toHaveText('output="#nowhere" names no element of this page.');
  await expect(complaint(page, "result")).toHaveText(/^The stored result can't be shown/);
  for (const id of ["unknown", "value", "setup", "result"]) await expect(page.locator(`#${id} pre`)).toBeVisible();
  await press(page, "setup");
  await expect(complaint(page, "setup")).toHaveText('setup="#nowhere" names no element of this page.');
});

/** A figure, without a package that would have to be loaded. */
const FIGURE = `from base64 import b64decode
from IPython.display import Image, display
pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
display(Image(data=b64decode(pixel), width=40, height=40))`;

/** What a page with this policy says when its cell is pressed. */
async function under(page: Page, policy: string): Promise<Locator> {
  const headers = { "content-security-policy": policy };
  await page.goto(docsPage(jar("a", `${FIGURE}\nprint(6 * 7)`), { headers }));
  await press(page, "a");
  return complaint(page, "a");
}

test("under a strict policy of its own a page needs three directives, and the sentence names the one that is missing", async ({
  browser,
}) => {
  const others = "default-src 'none'; style-src 'nonce-n'; require-trusted-types-for 'script'";
  const script = `script-src ${server}`;
  const connect = `connect-src ${server}`;
  const frame = `frame-src ${server}`;
  const needs = (what: string) =>
    `This page's Content-Security-Policy stops belljar: it must allow "${what} ${server}"`;
  await visiting(browser, async (page) => {
    await expect(await under(page, `${others}; ${script}; ${frame}`)).toContainText(needs("connect-src"));
    await expect(await under(page, `${others}; ${script}; ${connect}`)).toContainText(needs("frame-src"));
    await expect(page.locator("#a pre")).toBeVisible();
    // Without those of pictures figures are drawn all the same.
    const violations: string[] = [];
    await under(page, `${others}; ${script}; ${connect}; ${frame}`);
    page.on("console", (message) => violations.push(message.text()));
    await expect(outputs(page, "a")).toContainText("42");
    await expect(outputs(page, "a").getByTestId("output-figure").locator("canvas")).toBeVisible();
    await under(page, `${others}; ${script}; ${connect}; ${frame}; img-src blob:`);
    await expect(outputs(page, "a").getByTestId("output-figure").locator("img")).toBeVisible();
    // A script of the page's own that may load others does not have to be named with its host.
  });
});

test("without the script there is the code, and nothing else", async ({ browser }) => {
  await visiting(browser, async (page) => {
    const headers = { "content-security-policy": "script-src 'none'" };
    await page.goto(docsPage(jar("a", "print(1)"), { headers }));
    await expect(page.locator("#a pre")).toBeVisible();
    await expect(page.locator("#a")).toHaveText("print(1)");
  });
});

test("a server that doesn't name the page's origin says that", async ({ browser }) => {
  const closed = await belljar();
  await visiting(browser, async (page) => {
    await page.goto(docsPage(jar("a", "6 * 7", `base="${closed}"`)));
    await press(page, "a");
    await expect(complaint(page, "a")).toContainText("does not name this page's origin among its embedders");
    await expect(page.locator("#a pre")).toBeVisible();
  });
});

// ---------------------------------------------------------------- the docs
