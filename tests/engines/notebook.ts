// The page as a person uses it: cells by position, everything by what is seen.

import type { Tab } from "./engine";

const PYTHON_MS = 120_000;

export class Notebook {
  constructor(readonly tab: Tab) {}

  async open(address: string): Promise<void> {
    await this.tab.goto(address);
    await this.ready();
  }

  async ready(): Promise<void> {
    const sealed = () => document.querySelector('[data-testid="status"]')?.textContent?.includes("ready");
    await this.tab.until(sealed, undefined, PYTHON_MS);
  }

  /** A new code cell at the end with this text typed into it; gives its place. */
  async cell(code: string): Promise<number> {
    const before = await this.#count();
    await this.tab.click('[data-testid="add-code"]');
    await this.tab.until((many) => document.querySelectorAll('[data-testid="cell"]').length > many, before);
    await this.tab.click(`${nth(before)} .full-editor`);
    await this.tab.until((cell) => document.activeElement?.closest(cell) !== null, nth(before));
    await this.tab.type(code);
    return before;
  }

  /** Writes a cell and runs it by its button; gives its place. */
  async run(code: string): Promise<number> {
    const at = await this.cell(code);
    await this.tab.click(`${nth(at)} [data-testid="cell-run"]`);
    return at;
  }

  /** Waits until a cell shows a text. */
  async shows(at: number, text: string, ms?: number): Promise<void> {
    const shown = ({ cell, text }: { cell: string; text: string }) =>
      document.querySelector(`${cell} [data-testid="outputs"]`)?.textContent?.includes(text);
    await this.tab.until(shown, { cell: nth(at), text }, ms);
  }

  /** Waits until something of a test's name is seen: with a size, in a cell if one is named. */
  async sees(name: string, at?: number, ms?: number): Promise<void> {
    const seen = (selector: string) => (document.querySelector(selector)?.getBoundingClientRect().height ?? 0) > 0;
    await this.tab.until(seen, `${at === undefined ? "" : nth(at)} [data-testid="${name}"]`, ms);
  }

  #count(): Promise<number> {
    return this.tab.evaluate(() => document.querySelectorAll('[data-testid="cell"]').length);
  }
}

/** Cells are the items of one list. */
const nth = (at: number): string => `#cells > :nth-child(${at + 1})`;
