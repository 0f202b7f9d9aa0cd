// Docs of other people's tools, each built with the real one: a reader presses Run on its pages. Sphinx's have an export
// of their own beside them, on a host that sends no headers; the others have a server of another origin.

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { endHosts, host } from "../hosts";
import { belljar, end } from "../server";

let folder = "";
let docs = "";
let server = "";

const build = (out: string, base: string, ...names: string[]) =>
  promisify(execFile)(".venv/bin/python", ["tests/sites/build.py", out, base, ...names]);

test.beforeAll(async () => {
  test.setTimeout(180_000);
  folder = mkdtempSync(join(tmpdir(), "belljar-sites-"));
  docs = await host(folder);
  server = await belljar("--profile", "core", "--packages", "micropip", "--embedders", new URL(docs).origin);
  await Promise.all([build(folder, "", "sphinx"), build(folder, `${server}/`, "mkdocs", "zensical", "quarto")]);
});

test.afterAll(async () => {
  await endHosts();
  await end();
  rmSync(folder, { recursive: true, force: true });
});

const cell = (page: Page, text: string): Locator => page.locator("bell-jar").filter({ hasText: text });
const outputs = (one: Locator): Locator => one.getByTestId("outputs");
const press = (one: Locator) => one.getByRole("button", { name: "Run", exact: true }).click();

/** Presses Run on the cell with this code. */
async function run(page: Page, text: string, shown: string): Promise<void> {
  const one = cell(page, text);
  await press(one);
  await expect(outputs(one)).toContainText(shown);
}

test("Sphinx: cells of a page run from the export beside it, with their files and hidden code", async ({ page }) => {
  await page.goto(`${docs}sphinx/index.html`);
  await run(page, "sum(squares)", "30");
  // Whatever space a theme leaves below code, the bar is close to it.
  const code = await page.locator("bell-jar .highlight").first().boundingBox();
  const bar = await page.locator("bell-jar").first().getByRole("button", { name: "Run", exact: true }).boundingBox();
  expect((bar?.y ?? 0) - (code?.y ?? 0) - (code?.height ?? 0)).toBeLessThan(12);
  await run(page, "max(squares)", "'small'");
  // What was expected has made room for what came.
  await expect(page.locator(".belljar-output").first()).toBeHidden();
  await run(page, 'greet("you")', "Hello, <you>!");
  await run(page, "heights.csv", "ada,165");
  await run(page, "print(start + 2)", "42");
});

test("Sphinx: examples of a docstring become cells when their button is pressed, and nothing is loaded before", async ({
  page,
}) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`${docs}sphinx/reference.html`);
  const examples = page.locator(".belljar-examples").first();
  const button = examples.getByRole("button", { name: "Try it in your browser" });
  await expect(button).toBeVisible();
  await expect(examples.getByText("Numbers here are small.")).toBeHidden();
  expect(asked.filter((path) => path.includes("/belljar/"))).toEqual(["/sphinx/belljar/try-examples.js"]);

  await button.press("Enter");
  await expect(button).toBeHidden();
  await expect(examples.getByText("Numbers here are small.")).toBeVisible();
  const [first, second] = [examples.locator("bell-jar").nth(0), examples.locator("bell-jar").nth(1)];
  // Whoever came by the keyboard is on the first of them.
  await expect(first.getByRole("button", { name: "Run", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(outputs(first)).toContainText("9");
  await press(second);
  await expect(outputs(second)).toContainText("1");
  // Those of another docstring, or of none, are as they were.
  await expect(page.locator(".by-hand").getByRole("button", { name: "Run these" })).toBeVisible();
});

test("Sphinx: examples whose script can't be had stay examples and say so, and the next try may work", async ({
  page,
}) => {
  let fails = true;
  await page.route("**/embed.js*", (route) => (fails ? route.abort() : route.fallback()));
  await page.goto(`${docs}sphinx/reference.html`);
  const examples = page.locator(".by-hand");
  const button = examples.getByRole("button", { name: "Run these" });
  await button.click();
  await expect(examples.getByRole("alert")).toContainText("could not be loaded");
  await expect(examples.locator("pre")).toBeVisible();
  fails = false;
  await button.click();
  await expect(examples.locator("bell-jar").getByRole("button", { name: "Run", exact: true })).toBeFocused();
  await expect(examples.getByRole("alert")).toHaveCount(0);
});

test("Sphinx: somebody switches examples off without a new build", async ({ page }) => {
  const switches = join(folder, "sphinx/try_examples.json");
  const before = readFileSync(switches);
  try {
    writeFileSync(switches, '{"ignore_patterns": ["(", "^/sphinx/ref"]}');
    const read = page.waitForResponse("**/try_examples.json");
    await page.goto(`${docs}sphinx/reference.html`);
    await (await read).finished();
    // The module goes on behind the answer: whatever it would show, it has shown once the page has done something else.
    await page.waitForTimeout(200);
    await expect(page.locator(".try_examples_button:visible")).toHaveCount(0);

    writeFileSync(switches, '{"ignore_patterns": ["^/other/"], "global_min_height": "600px"}');
    await page.reload();
    await page.getByRole("button", { name: "Run these" }).click();
    await expect(page.locator(".by-hand")).toHaveCSS("min-height", "600px");
  } finally {
    writeFileSync(switches, before);
  }
});

test("MyST, MkDocs, Zensical: a fence runs", async ({ page }) => {
  await page.goto(`${docs}sphinx/markdown.html`);
  await run(page, '"from MyST"', "FROM MYST");
  await page.goto(`${docs}mkdocs/`);
  await run(page, "sum(squares)", "30");
  await run(page, "max(squares)", "small & <sound>");
  await run(page, "20 + 22", "42");
  await expect(page.locator("pre:not(bell-jar pre)").filter({ hasText: "as ever" })).toBeVisible();
  await page.goto(`${docs}zensical/`);
  await run(page, "sum(squares)", "30");
});

test("markdown-exec: its editors become cells without a change, and fetch no Pyodide of their own", async ({
  page,
}) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  const amiss: string[] = [];
  page.on("pageerror", (error) => amiss.push(error.message));
  await page.goto(`${docs}mkdocs/exec/`);
  await expect(page.locator("div.pyodide")).toHaveCount(0);
  await expect(page.locator("#exec-1--cell")).toHaveAttribute("session", "greeting");
  await expect(page.locator("#exec-2--cell")).toHaveAttribute("packages", "micropip");
  await run(page, "Hello", "Hello, you!");
  expect(asked.filter((url) => !url.startsWith(docs) && !url.startsWith(server) && !url.startsWith("blob:"))).toEqual(
    [],
  );
  expect(amiss).toEqual([]);
});

test("any HTML: code whose lines are elements and not text, as Docusaurus has it, runs and is marked line by line", async ({
  page,
}) => {
  const line = (text: string) => `<div class="token-line"><span class="token">${text}</span><br></div>`;
  writeFileSync(
    join(folder, "lines.html"),
    `<!doctype html><meta charset="utf-8"><title>lines</title><script type="module" src="${server}/embed.js"></script>
<bell-jar><div class="language-python"><pre><code>${line("side = 3")}${line("")}${line("print(side * side)")}${line(
      "side.nothing",
    )}</code></pre></div></bell-jar>`,
  );
  await page.goto(`${docs}lines.html`);
  await run(page, "side = 3", "9");
  await expect(outputs(cell(page, "side = 3"))).toContainText("AttributeError");
  const marked = await page.evaluate(() =>
    [...((CSS as unknown as { highlights: Map<string, Set<Range>> }).highlights.get("belljar-failed") ?? [])].map(
      String,
    ),
  );
  expect(marked).toEqual(["side.nothing"]);
});

test("Quarto: a block runs when it is pressed, and one with autorun by itself", async ({ page }) => {
  await page.goto(`${docs}quarto/`);
  await expect(outputs(cell(page, "on its own"))).toContainText("on its own");
  await run(page, "side * side", "9");
});
