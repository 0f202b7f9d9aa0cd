// A publisher's page: their notebook, title, intro and theme; examples and notebooks of the site by their addresses.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { belljar, end } from "../server";

const folder = mkdtempSync(join(tmpdir(), "belljar-published-"));
const file = join(folder, "our demo.ipynb");
const cells = [
  { cell_type: "markdown", metadata: {}, source: ["# Our demo"], id: "a" },
  { cell_type: "code", metadata: {}, source: ["6 * 7"], outputs: [], execution_count: null, id: "b" },
];
writeFileSync(file, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));

test.afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true });
});

test("a server opens with the publisher's notebook, under their title, with their intro and theme", async ({
  page,
}) => {
  const server = await belljar(
    ...["--notebook", file, "--readonly", "--title", "Finch lab", "--intro", "Try our data.", "--theme", "dark"],
  );
  await page.goto(server);
  await expect(page.getByTestId("cell")).toHaveCount(2);
  await expect(page.getByRole("heading", { name: "Our demo" })).toBeVisible();
  await expect(page).toHaveTitle(/our demo.*Finch lab$/i);
  await expect(page.getByTestId("intro")).toContainText("Try our data.");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  // It can be run, and not changed.
  await expect(page.getByTestId("add-code")).toBeHidden();
  const code = page.getByTestId("cell").nth(1);
  await code.locator(".cm-content, textarea").first().click();
  await page.keyboard.type("999");
  await page.keyboard.press("Escape");
  await page.keyboard.press("d");
  await page.keyboard.press("d");
  await expect(page.getByTestId("cell")).toHaveCount(2);
  await code.getByTestId("cell-run").click();
  await expect(code.getByTestId("outputs")).toHaveText("42", { timeout: 60_000 });
});

test("an example and a notebook of the site open by their addresses; one of another site is refused", async ({
  page,
}) => {
  const server = await belljar("--notebook", file);
  await page.goto(`${server}/?example=weather`);
  await expect(page).toHaveTitle(/Three years of weather/);
  await page.goto(`${server}/?notebook=${encodeURIComponent("notebook/our demo.ipynb")}`);
  await expect(page.getByRole("heading", { name: "Our demo" })).toBeVisible();
  // Once somebody changes it, it is theirs, and a reload shows that.
  const code = page.getByTestId("cell").nth(1);
  await code.locator(".cm-content, textarea").first().click();
  await page.keyboard.type("1 + ");
  await expect.poll(() => page.url()).toBe(`${server}/`);
  await page.goto(`${server}/?notebook=https://elsewhere.example/x.ipynb`);
  await expect(page.getByText("Only notebooks of")).toBeVisible();
  await page.goto(`${server}/?notebook=none.ipynb`);
  await expect(page.getByText("none.ipynb could not be fetched: the server answered 404.")).toBeVisible();
});
