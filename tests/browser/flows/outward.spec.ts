// What results offer that leads out of the page: addresses, pictures opened on their own, frames for HTML.

import { expect, test } from "../notebook";
import { belljar, end } from "../server";

test.afterAll(async ({ notebook }) => {
  await end();
  // Others share this page, and find it as a first visit does.
  const { page } = notebook;
  await page.goto("about:blank");
  await page.goto("/healthz");
  await page.evaluate(() => localStorage.clear());
  await notebook.open();
});

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><script>document.documentElement.setAttribute("data-ran",location.origin)</script><rect width="90" height="90"/></svg>`;

test("an address in a result is a button; a dialog shows it whole before it is opened", async ({ notebook }) => {
  const { page } = notebook;
  const cell = await notebook.run(
    "from IPython.display import Markdown\nMarkdown('[the plan](http://localhost:9/secret?of=mine)')",
  );
  const output = cell.getByTestId("outputs");
  await expect(output.getByTestId("address")).toHaveText("the plan");
  await expect(output.locator("a")).toHaveCount(0);
  await output.getByTestId("address").click();
  await expect(page.getByTestId("address-full")).toHaveText("http://localhost:9/secret?of=mine");
  await expect(page.locator("dialog a")).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("address-full")).toHaveCount(0);
  await output.getByTestId("address").click();
  const opening = page.context().waitForEvent("page");
  await page.getByTestId("address-open").click();
  const opened = await opening;
  expect(await opened.evaluate(() => window.opener).catch(() => null)).toBeNull();
  await opened.close();
  await expect(page.getByTestId("seal-summary")).toContainText(/\(1 address opened[,)]/);
});

test("an SVG figure on a page of its own has nothing of this page's", async ({ notebook }) => {
  const { page } = notebook;
  const cell = await notebook.run(`class Drawn:\n    def _repr_svg_(self): return ${JSON.stringify(SVG)}\nDrawn()`);
  const source = await cell.getByTestId("output-figure").locator("img").getAttribute("src");
  expect(source).toMatch(/^data:image\/svg\+xml;base64,/);
  // The control: as a blob of the page's origin the same picture runs, with that origin.
  const other = await page.context().newPage();
  await page.evaluate((svg) => {
    (window as { made?: string }).made = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  }, SVG);
  await other.goto(await page.evaluate(() => (window as { made?: string }).made ?? ""));
  expect(await other.evaluate(() => document.documentElement.dataset.ran)).toBe(new URL(page.url()).origin);
  await other.goto("about:blank");
  await other.close();
  // And whatever the page itself has made, typed into a window of its own, is no document.
  const blobs = await page.evaluate(() =>
    [...document.querySelectorAll("img")].map(({ src }) => src).filter((src) => src.startsWith("blob:")),
  );
  for (const blob of blobs) {
    const type = await page.evaluate(async (url) => (await fetch(url)).type, blob).catch(() => "refused");
    expect(type).not.toBe("image/svg+xml");
  }
});

test("a file that is handed out has no type that could run", async ({ notebook }) => {
  const { page } = notebook;
  await page.evaluate(() => {
    const kept: string[] = [];
    (window as { types?: string[] }).types = kept;
    const make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob) => {
      kept.push((blob as Blob).type);
      return make(blob);
    };
  });
  const cell = await notebook.run("open('x.html','w').write('<script>1</script>')\nopen('x.svg','w').write('<svg/>');");
  for (const name of ["x.html", "x.svg"]) {
    const saving = page.waitForEvent("download");
    await cell.getByTestId("file-chip").filter({ hasText: name }).click();
    expect((await saving).suggestedFilename()).toBe(name);
  }
  const types = await page.evaluate(() => (window as { types?: string[] }).types ?? []);
  expect(new Set(types)).toEqual(new Set(["application/octet-stream"]));
});

test("a password that code asks for is none that the browser knows or keeps", async ({ notebook }) => {
  const { page } = notebook;
  const cell = await notebook.run("import getpass\ngetpass.getpass('Password: ')");
  await expect(page.getByTestId("input-field")).toHaveAttribute("autocomplete", "new-password");
  await page.getByTestId("input-field").fill("x");
  await page.keyboard.press("Enter");
  await expect(cell).toContainText("'x'");
  // The page is shared: whoever runs all of it later would be asked, too.
  const before = await page.getByTestId("cell").count();
  await cell.getByRole("button", { name: /^Delete/ }).click();
  await expect(page.getByTestId("cell")).toHaveCount(before - 1);
});

test("two dozen HTML results ask the server once", async ({ browser }) => {
  test.setTimeout(120_000);
  const base = await belljar();
  const context = await browser.newContext();
  const page = await context.newPage();
  const asked: string[] = [];
  // What crosses the line: an answer from the browser's cache has no server's address.
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.enable");
  cdp.on("Network.responseReceived", ({ response }) => {
    if (response.url.includes("/output") && !response.fromDiskCache) asked.push(response.url);
  });
  await page.goto(base);
  await expect(page.getByTestId("status")).toContainText("ready", { timeout: 60_000 });
  const load = (path: string) =>
    page.evaluate(async (path) => {
      for (let n = 0; n < 24; n++)
        await new Promise<void>((resolve) => {
          const frame = document.createElement("iframe");
          frame.sandbox.add("allow-scripts");
          frame.referrerPolicy = "no-referrer";
          frame.src = new URL(path, document.baseURI).href;
          frame.onload = () => resolve();
          document.body.append(frame);
        });
    }, path);
  const address = await page.evaluate(() => document.documentElement.dataset.output ?? "");
  await load(address);
  expect(asked.filter((url) => url.endsWith(address)).length).toBeLessThanOrEqual(1);
  // The control: by its plain name the same document is asked for each time.
  await load("output");
  expect(asked.filter((url) => url.endsWith("/output")).length).toBe(24);
  await context.close();
});
