// /ask as a person uses it, for tests: one warm page, the demo model, and model servers that speak the real wire format.

import { readFile } from "node:fs/promises";
import { test as base, type Download, expect, type Locator } from "@playwright/test";
import type { Heard, Move } from "../unit/ask/servers";
import { Watched } from "./watched";

export const KEY = "sk-planted-key-0815";
export const SECRET = "Zenobia Quillfeather";
const people = Array.from({ length: 30 }, (_, at) => `${["north", "south"][at % 2]},Person ${at},${at + 1}`);
const CSV = `region,person,revenue\n${people.join("\n")}\nwest,${SECRET},4711\n`;

/** The page with what a test asks of it. */
export class Desk extends Watched {
  get = (name: string): Locator => this.page.getByTestId(name);

  async fresh(): Promise<void> {
    await this.get("fresh").click();
    await expect(this.get("asked")).toHaveCount(0);
    await this.mode("schema");
  }

  /** The page as a first visit finds it; once for each file of tests. */
  async home(): Promise<void> {
    await this.first("/ask");
  }

  async mode(name: string): Promise<void> {
    await this.get(`outflow-${name}`).check();
  }

  async data(): Promise<void> {
    await this.get("files-input").setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(CSV) });
    await expect(this.get("file-item").filter({ hasText: "people.csv" })).toBeVisible();
  }

  /** Chooses a model by its dialog. */
  async model(address: string, keep = false): Promise<void> {
    await this.get("model-chip").click();
    await this.get("model-chat").check();
    await this.get("model-base").fill(`${address}/v1`);
    await this.get("model-name").fill("wire");
    await this.get("model-key").fill(KEY);
    await this.get("model-keep").setChecked(keep);
    await this.get("model-use").click();
    // What was written into the dialog goes with it.
    await expect(this.get("model-use")).toHaveCount(0);
  }

  async ask(question: string): Promise<void> {
    await this.get("question").fill(question);
    await this.get("question").press("Enter");
  }

  /** Waits for the nth answer of the conversation. */
  async answer(nth = 0): Promise<Locator> {
    const answer = this.get("answer").nth(nth);
    await expect(answer).toBeVisible({ timeout: 60_000 });
    return answer;
  }

  async saved(menu: string): Promise<string> {
    await this.get("menu-button").click();
    return textOf(await this.caught(() => this.get(menu).click()));
  }

  async caught(press: () => Promise<void>): Promise<Download> {
    const coming = this.page.waitForEvent("download");
    await press();
    return coming;
  }

  async ledger(): Promise<{ bytes: number; entries: { body: string; to: string }[] }> {
    return JSON.parse(await textOf(await this.caught(() => this.get("ledger-save").click()))) as never;
  }
}

const textOf = async (download: Download): Promise<string> => readFile(await download.path(), "utf8");

/** What a browser's agent finds in a page, where a browser has one (WebMCP): the tools that the page has offered. */
export type Agents = Document & {
  tools: Map<string, { name: string; execute(input: object): Promise<{ content: { text: string }[] }> }>;
};

function agents(): void {
  const tools: Agents["tools"] = new Map();
  type Tool = typeof tools extends Map<string, infer One> ? One : never;
  Object.assign(document, {
    tools,
    modelContext: {
      registerTool(tool: Tool, { signal }: { signal?: AbortSignal } = {}) {
        if (signal?.aborted) return;
        if (tools.has(tool.name)) throw new Error("twice");
        tools.set(tool.name, tool);
        signal?.addEventListener("abort", () => tools.delete(tool.name));
      },
    },
  });
}

export const test = base.extend<Record<never, never>, { desk: Desk }>({
  desk: [
    async ({ browser }, use) => {
      const { baseURL } = base.info().project.use;
      const context = await browser.newContext({ baseURL, acceptDownloads: true });
      const desk = new Desk(await context.newPage());
      await desk.page.addInitScript(agents);
      await use(desk);
      await context.close();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

export { expect };

export const call = (code: string, title = ""): Move => ({
  calls: [{ arguments: JSON.stringify({ code, ...(title && { title }) }) }],
});

/** The list says what the server got, byte for byte. */
export function same(ledger: { bytes: number; entries: { body: string }[] }, heard: readonly Heard[]): void {
  expect(ledger.entries).toHaveLength(heard.length);
  for (const [at, { body }] of heard.entries())
    expect(Buffer.from(ledger.entries[at]?.body ?? "").equals(body)).toBe(true);
  expect(ledger.bytes).toBe(heard.reduce((sum, { body }) => sum + body.length, 0));
}
