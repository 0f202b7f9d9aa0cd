// What tests of cells in pages of others share: a docs site of another origin than the server.

import { type Browser, type Locator, type Page, test } from "@playwright/test";
import { belljar, end, site } from "../../server";

const pages = new Map<string, { html: string; headers: Record<string, string> }>();

/** Origins of the docs site and of the server, once the file's tests begin. */
export let docs = "";
export let server = "";

export interface PageOptions {
  base?: string;
  headers?: Record<string, string>;
  head?: string;
}

/** A page of the docs site around these cells; gives its address. */
export function docsPage(body: string, { base = server, headers = {}, head = "" }: PageOptions = {}): string {
  const path = `/${pages.size}.html`;
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>docs</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${head}
<style nonce="n">body{font:16px/1.5 sans-serif;margin:1rem}pre{background:#f4f4f4;padding:12px;overflow:auto}</style>
<script type="module" src="${base}/embed.js"></script></head><body>${body}</body></html>`;
  pages.set(path, { html, headers });
  return `${docs}${path}`;
}

/** A cell around this code. */
export const jar = (id: string, code: string, attributes = "", inside = ""): string =>
  `<bell-jar id="${id}" ${attributes}><pre><code>${code.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</code></pre>${inside}</bell-jar>`;

export const cell = (page: Page, id: string): Locator => page.locator(`bell-jar#${id}, pre#${id} + bell-jar`);

export const outputs = (page: Page, id: string): Locator => cell(page, id).getByTestId("outputs");

export const button = (page: Page, id: string, name: string): Locator =>
  cell(page, id).getByRole("button", { name, exact: true });

export const press = (page: Page, id: string, name = "Run"): Promise<void> => button(page, id, name).click();

/** The line that says what is wrong. */
export const complaint = (page: Page, id: string): Locator => cell(page, id).getByRole("alert");

export async function visiting<T>(browser: Browser, act: (page: Page) => Promise<T>, options = {}): Promise<T> {
  const context = await browser.newContext(options);
  try {
    return await act(await context.newPage());
  } finally {
    await context.close();
  }
}

/** Calls a cell as the page's own script would. */
export const run = (page: Page, id: string) =>
  cell(page, id).evaluate(async (element) => {
    const { status, text, stdout, error } = await (element as Jar).run();
    return { status, text, stdout, error: error?.value };
  });

export type Jar = import("../../../../static/src/embed/element").BellJar & {
  run(): Promise<import("../../../../static/src/host/index").Execution>;
};

/** The docs site and the server, for all tests of a file. */
export function onStage(): void {
  test.beforeAll(async () => {
    docs = await site((request, response) => {
      const found = pages.get((request.url ?? "").split("?")[0] ?? "");
      if (request.url === "/sales.csv") return void response.end("region,units\nnorth,3\nsouth,4\n");
      response.writeHead(found ? 200 : 404, { "content-type": "text/html; charset=utf-8", ...found?.headers });
      response.end(found?.html);
    });
    server = await belljar("--embedders", docs);
  });
  test.afterAll(end);
}
