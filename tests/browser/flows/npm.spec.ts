// The npm package, installed from its tarball into somebody else's site, opens a sandbox on a server that it names.

import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { installed } from "../../helpers/npm";
import { belljar, end, site } from "../server";

const PAGE = `<!doctype html><title>somebody's</title>
<script type="importmap">{ "imports": { "belljar": "/node_modules/belljar/index.js" } }</script><body></body>`;

let folder = "";
let origin = "";

test.beforeAll(async () => {
  folder = await installed();
  const module = readFileSync(join(folder, "node_modules/belljar/index.js"));
  origin = await site((request, response) => {
    const isModule = request.url === "/node_modules/belljar/index.js";
    // A site of one page answers everything with it, as bundlers' own servers do.
    response.writeHead(200, { "content-type": isModule ? "text/javascript" : "text/html" });
    response.end(isModule ? module : PAGE);
  });
});

test.afterAll(async () => {
  await end();
  await rm(folder, { recursive: true, force: true });
});

test("it opens a sandbox on the server that base names", async ({ page }) => {
  const base = await belljar("--embedders", origin);
  await page.goto(origin);
  const script = `import { Sandbox } from "belljar";
const sandbox = await Sandbox.open({ base: ${JSON.stringify(base)}, profile: "core" });
const { text } = await sandbox.execute("'from a package'");
document.title = text;`;
  await page.addScriptTag({ type: "module", content: script });
  await expect(page).toHaveTitle("'from a package'", { timeout: 60_000 });
});

test("without base it says that it has to be told where the server is, and how", async ({ page }) => {
  await page.goto(origin);
  const script = `import { Sandbox } from "belljar";
await Sandbox.open().catch((error) => { document.title = error.message; });`;
  await page.addScriptTag({ type: "module", content: script });
  await expect(page).toHaveTitle(/can't be used as a policy.*Sandbox\.open\(\{ base: "https:\/\/your\.server\/" \}\)/);
  await expect(page).toHaveTitle(/must name this page's origin among its embedders\.$/);
});
