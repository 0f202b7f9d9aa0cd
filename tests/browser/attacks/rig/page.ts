// The real page as a reader has it: a cell is typed and run, its results are shown and pressed.

import type { Cdp, Target } from "../witness/cdp";
import type { Witness } from "../witness/witness";

export class PageRig {
  page!: Target;
  protected readonly cdp: Cdp;
  readonly #base: string;
  readonly #witness: Witness;

  constructor(cdp: Cdp, base: string, witness: Witness) {
    this.cdp = cdp;
    this.#base = base;
    this.#witness = witness;
  }

  async open(): Promise<void> {
    this.page = await this.cdp.open(`${this.#base}/`);
    await this.until("document.querySelector('#status-text').textContent.includes('ready')", 60_000);
  }

  protected say<T = unknown>(expression: string): Promise<T> {
    return this.cdp.evaluate<T>(this.page.session, expression);
  }

  protected async until(expression: string, ms: number): Promise<void> {
    for (const end = Date.now() + ms; Date.now() < end; await new Promise((done) => setTimeout(done, 50))) {
      if (await this.say<boolean>(`Boolean(${expression})`)) return;
    }
    throw new Error(`the page did not come to: ${expression}`);
  }

  /** Types a cell and runs it; the cells before it are taken out of the way. */
  async run(code: string): Promise<void> {
    await this.say(`document.querySelector("[data-testid=add-code]").click()`);
    const cell = `[...document.querySelectorAll("[data-testid=cell]")].at(-1)`;
    // The full editor lives in a shadow root.
    const editor = `(${cell}.querySelector(".full-editor")?.shadowRoot ?? ${cell}).querySelector(".cm-content, textarea")`;
    await this.say(`${cell}.scrollIntoView({ block: "center", behavior: "instant" })`);
    await this.until(editor, 10_000);
    await this.say(`${editor}.focus()`);
    await this.cdp.send("Input.insertText", { text: code }, this.page.session);
    await this.say(`${cell}.querySelector("[data-testid=cell-run]").click()`);
    const time = `${cell}.querySelector("[data-testid=cell-time]")`;
    await this.until(`/\\d/.test(${time}?.textContent ?? "")`, 20_000);
  }

  /** How many HTML results there are. */
  frames(): Promise<number> {
    return this.say("document.querySelectorAll('[data-testid=output-html]').length");
  }

  /** Presses the middle of the nth HTML result. */
  async press(at: number): Promise<void> {
    const [x, y] = await this.say<[number, number]>(
      `(()=>{const f=document.querySelectorAll("[data-testid=output-html]")[${at}];f.scrollIntoView({block:"center",behavior:"instant"});
        const r=f.getBoundingClientRect();return [r.x+r.width/2,r.y+r.height/2]})()`,
    );
    await new Promise((done) => setTimeout(done, 120));
    await click(this.cdp, this.page.session, x, y);
  }

  /** What results may not change. Not the whole document: the cell's own text has the labels in it. */
  async look(): Promise<void> {
    const text = await this.say<string>(
      "[document.title,document.cookie,location.href,Object.getOwnPropertyNames(window).join()].join('\\n')",
    );
    this.#witness.note("host page", text);
  }

  /** Draws the mouse over each element that a selector finds, from the nth on, at most so many. */
  async hover(selector: string, from = 0, most = 20): Promise<void> {
    const found = `[...document.querySelectorAll(${JSON.stringify(selector)})]`;
    const count = Math.min(most, (await this.say<number>(`${found}.length`)) - from);
    for (let at = from; at < from + count; at++) {
      const [x, y] = await this.say<[number, number]>(
        `(()=>{const one=${found}[${at}];one.scrollIntoView({block:"center",behavior:"instant"});
          const r=one.getBoundingClientRect();return [r.x+Math.min(8,r.width/2),r.y+r.height/2]})()`,
      );
      await move(this.cdp, this.page.session, x, y);
      await new Promise((done) => setTimeout(done, 120));
    }
  }

  async close(): Promise<void> {
    await this.cdp.send("Target.closeTarget", { targetId: this.page.id }).catch(() => {});
  }
}

/** Draws the mouse to a place, over a pixel beside it. */
export async function move(cdp: Cdp, session: string, x: number, y: number): Promise<void> {
  for (const at of [x + 1, x]) {
    // A page behind another one takes the event at once and says so after five seconds.
    const sent = cdp.send("Input.dispatchMouseEvent", { type: "mouseMoved", x: at, y }, session).catch(() => {});
    await Promise.race([sent, new Promise((done) => setTimeout(done, 200))]);
  }
}

export async function click(cdp: Cdp, session: string, x: number, y: number): Promise<void> {
  const at = { x, y, button: "left", clickCount: 1 };
  await cdp.send("Input.dispatchMouseEvent", { type: "mousePressed", ...at }, session);
  await cdp.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...at }, session);
}
