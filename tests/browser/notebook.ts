// The page as a person uses it, for tests: one warm page, cells by position, everything by what is seen.

import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { Watched } from "./watched";

export class Notebook extends Watched {
  async open(path = "/"): Promise<void> {
    await this.page.goto(path);
    await this.ready();
  }

  /** The page as a first visit finds it: nothing of what earlier files of tests left on it. */
  async home(): Promise<void> {
    await this.first("/");
    await this.ready();
  }

  async ready(): Promise<void> {
    await expect(this.page.getByTestId("status")).toContainText("ready", { timeout: 60_000 });
  }

  /** A new code cell at the end with this text in it. */
  async cell(code: string): Promise<Locator> {
    await this.page.getByTestId("add-code").click();
    // By position, not "last": Shift-Enter may add one below.
    const cell = this.page.getByTestId("cell").nth((await this.page.getByTestId("cell").count()) - 1);
    const editor = cell.locator(".cm-content, textarea").first();
    await editor.click();
    await editor.press("ControlOrMeta+a");
    await this.page.keyboard.insertText(code);
    return cell;
  }

  /** Writes a cell and runs it with its button. */
  async run(code: string): Promise<Locator> {
    const cell = await this.cell(code);
    await cell.getByTestId("cell-run").click();
    return cell;
  }
}

/** JSON of the notebook that was last open in this browser, as it is kept there; "" where none is. */
export function stored(page: Page): Promise<string> {
  return page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const { current } = JSON.parse(localStorage.getItem("belljar.notebooks.open") ?? "{}") as { current?: string };
        const opening = indexedDB.open("belljar-notebooks");
        opening.onupgradeneeded = () => opening.transaction?.abort();
        opening.onerror = () => resolve("");
        opening.onsuccess = () => {
          const db = opening.result;
          const asked = db
            .transaction("notebooks")
            .objectStore("notebooks")
            .get(current ?? "");
          asked.onsuccess = () => {
            resolve(asked.result ? JSON.stringify(asked.result) : "");
            db.close();
          };
        };
      }),
  );
}

export const test = base.extend<Record<never, never>, { notebook: Notebook }>({
  notebook: [
    async ({ browser }, use) => {
      const context = await browser.newContext({ baseURL: base.info().project.use.baseURL, acceptDownloads: true });
      const notebook = new Notebook(await context.newPage());
      await notebook.open();
      await use(notebook);
      await context.close();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

export { expect };
