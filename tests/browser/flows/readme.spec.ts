// The JavaScript of the README, as it stands there.

import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { blankPage } from "../fixtures";

const README = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const block = (language: string): string => {
  const found = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "ms").exec(README);
  if (!found?.[1]) throw new Error(`the README has no ${language} block`);
  return found[1];
};

test("the three lines that embed a sandbox work as they stand", async ({ page }) => {
  await blankPage(page);
  const script = block("html").replace(/<\/?script[^>]*>/g, "");
  await page.addScriptTag({ type: "module", content: `${script}\ndocument.title = text;` });
  await expect(page).toHaveTitle("45", { timeout: 60_000 });
});

test("the longer example works as it stands", async ({ page }) => {
  await blankPage(page);
  const script = `import { Sandbox } from "/sdk.js";\n${block("js")}`;
  const told = `window.told = [answer.status, answer.text, answer.plots[0].contentBase64.slice(0, 5), answer.stdout];`;
  await page.addScriptTag({ type: "module", content: `${script}\n${told}\ndocument.title = "done";` });
  await expect(page).toHaveTitle("done", { timeout: 60_000 });
  expect(await page.evaluate(() => (window as unknown as { told: string[] }).told)).toEqual([
    "ok",
    "7",
    "iVBOR",
    "2 rows\n",
  ]); // prettier-ignore
});
