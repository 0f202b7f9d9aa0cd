// The sealed side: a page of a server's or a file host's with a sandbox in it, in whose frame an attacker waits.

import type { Witness } from "../../browser/attacks/witness/witness";
import type { Fault } from "../../browser/hosts";
import { type Answer, type Asked, close, load, open, run } from "../../browser/in-page";
import type { Engine, Tab } from "../engine";

/** Milliseconds that one attempt has in its realm. */
const ATTEMPT_MS = 5_000;
/** Milliseconds that interrupted code has: nothing here hangs on them but the length of a run. */
const GRACE_MS = 400;
const OPTIONS = { packages: [], spare: false, policy: { limits: { grace_ms: GRACE_MS } } };

/** What an attempt is asked by: its realm, and its place in the list that was planted. */
export interface Call {
  realm: string;
  at: number;
}

/** The page around the sandbox: of the page that is sent, all but its policies is taken out. */
export const emptied: Fault = (path, body, headers) => {
  if (/\/(frame\/\w+\.html|sdk\.js)$/.test(path)) headers["cache-control"] = "no-store";
  if (!/\/(plain|index\.html)?$/.test(path) || !headers["content-type"]?.startsWith("text/html")) return body;
  headers["cache-control"] = "no-store";
  const metas = body.toString().match(/<meta http-equiv[^>]*>/g) ?? [];
  return Buffer.from(`<!doctype html><html><head>${metas.join("")}<title>host</title></head><body></body></html>`);
};

export class Sealed {
  readonly tab: Tab;
  readonly #witness: Witness;

  private constructor(tab: Tab, witness: Witness) {
    this.tab = tab;
    this.#witness = witness;
  }

  /** Opens the page at an address and a sandbox in it. Rejects with the sandbox's sentence if it does not start. */
  static async open(engine: Engine, page: string, witness: Witness): Promise<Sealed> {
    const tab = await engine.tab();
    try {
      await tab.goto(page);
      // A page remembers for a month that nothing could start in it.
      await tab.evaluate(() => localStorage.removeItem("belljar-isolation-failed"));
      await tab.evaluate(load, new URL("sdk.js", page).href);
      await tab.evaluate(open, { name: "main", options: OPTIONS });
      return new Sealed(tab, witness);
    } catch (error) {
      await tab.close().catch(() => {});
      throw error;
    }
  }

  /** Runs a cell. */
  python(code: string, asked: Asked = { timeout: 8_000 }): Promise<Answer> {
    return this.tab.evaluate(run, { name: "main", code, asked });
  }

  /** A clean Python. */
  async renew(): Promise<void> {
    const { status } = await this.python("1", { fresh: true, timeout: 8_000 });
    if (status === "ok") return;
    await this.tab.evaluate(close, "main");
    await this.tab.evaluate(open, { name: "main", options: OPTIONS });
  }

  /** Another sandbox in the same page. */
  async another(): Promise<void> {
    await this.tab.evaluate(open, { name: "other", options: { packages: [], spare: false } });
  }

  /** Has planted code run, all at the same time, in the page's nth frame; gives what each came to. */
  attack(calls: readonly Call[], nth = 0): Promise<string[]> {
    return this.tab.evaluate(
      ({ calls, ms, nth }) => {
        const frame = document.querySelectorAll<HTMLIFrameElement>('iframe[title="belljar sandbox"]')[nth]
          ?.contentWindow;
        const one = (asked: unknown): Promise<string> =>
          new Promise((done) => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = ({ data }) => done(String(data));
            setTimeout(() => done("no answer"), ms);
            frame?.postMessage({ planted: asked }, "*", [port2]);
          });
        return Promise.all(calls.map(one));
      },
      { calls, ms: ATTEMPT_MS, nth },
    );
  }

  /** The same while a cell runs: begins once the worker has been told the cell's id, and gives what the caller of it gets. */
  async attackDuring(cell: string | undefined, call: Call, id: Call): Promise<{ said: string; answer: unknown }> {
    const asked = (): Promise<string> => this.attack([id]).then(([said = ""]) => said);
    const before = await asked();
    if (cell !== undefined) {
      await this.tab.evaluate((code) => {
        const { main } = window.sandboxes;
        Object.assign(window, { cell: main?.execute(code, { timeout: 8_000 }) });
      }, cell);
      for (let tries = 0; tries < 100 && (await asked()) === before; tries++);
    }
    const [said = ""] = await this.attack([call]);
    const answer = await this.tab.evaluate(async () => {
      const { main } = window.sandboxes;
      const during = await (window as unknown as { cell?: Promise<unknown> }).cell;
      return [during, await main?.execute("'next'", { timeout: 8_000 }), await main?.files.list()];
    });
    return { said, answer };
  }

  /** Everything of the page that user code could have changed, for the witness. */
  async look(): Promise<void> {
    this.#witness.note("host page", await this.tab.evaluate(seen));
    for (const text of this.tab.dialogs) this.#witness.note("browser", `a dialog: ${text}`);
  }

  close(): Promise<void> {
    return this.tab.close().catch(() => {}); // an attempt may have taken it away, which its witness saw
  }
}

/** In a page: what of it could have been changed, as one text. */
export function seen(): string {
  return [
    document.title,
    document.documentElement.outerHTML,
    document.cookie,
    location.href,
    name,
    JSON.stringify(localStorage),
    JSON.stringify(sessionStorage),
    Object.getOwnPropertyNames(window).join(),
    Object.getOwnPropertyNames(Object.prototype).join(),
    JSON.stringify((window as { heard?: unknown }).heard ?? []),
  ].join("\n");
}
