// The side of the controls: an ordinary origin without any policy; a page, a frame in it, workers in that, and plain
// Pyodide in one of them. They do what they are asked, so that the same code runs here as on the sealed side.

import { plainPages } from "../../browser/attacks/rig/plain";
import type { Served } from "../../browser/attacks/witness/canary";
import type { Witness } from "../../browser/attacks/witness/witness";
import type { Engine, Tab } from "../engine";
import { seen } from "./sealed";

/** Workers that evaluate what they are sent. */
const ASKED = {
  python: `import "/plain/python.js";
    onmessage = async ({ data: { code, packages }, ports }) => {
      try { ports[0].postMessage(await python(code, packages)) } catch (error) { ports[0].postMessage(String(error)) }
    };`,
  script: `onmessage = async ({ data: { code }, ports }) => {
      try { ports[0].postMessage(String(await (0, eval)(code))) } catch (error) { ports[0].postMessage(String(error)) }
    };`,
} as const;

export interface Attempt {
  where: "python" | "script" | "frame";
  code: string;
  packages?: readonly string[];
}

/** The pages of the unsealed origin; `assets` is the server that has Pyodide's files. */
export function pages(assets: string, policy: Parameters<typeof plainPages>[1]): Served {
  const others = plainPages(assets, policy);
  return (path) => {
    const kind = /^\/plain\/asked-(python|script)\.js$/.exec(path)?.[1] as keyof typeof ASKED | undefined;
    return kind ? { type: "text/javascript", body: ASKED[kind] } : others(path);
  };
}

export class Plain {
  readonly tab: Tab;
  readonly #page: string;
  readonly #witness: Witness;

  private constructor(tab: Tab, page: string, witness: Witness) {
    this.tab = tab;
    this.#page = page;
    this.#witness = witness;
  }

  static async open(engine: Engine, witness: Witness): Promise<Plain> {
    const plain = new Plain(await engine.tab(), `http://127.0.0.1:${witness.canary.httpPort}/plain`, witness);
    await plain.renew();
    return plain;
  }

  /** A new page in place of one that code has changed. */
  async renew(): Promise<void> {
    await this.tab.goto(this.#page);
    await this.tab.evaluate(() => {
      const heard: unknown[] = [];
      Object.assign(window, { heard });
      new BroadcastChannel("belljar-probe").onmessage = ({ data }) => heard.push(data);
      addEventListener("message", ({ data }) => heard.push(String(data)));
    });
  }

  /** Whether the page and its frame are still those that were opened. */
  whole(): Promise<boolean> {
    const still = (): boolean => location.pathname === "/plain" && frames[0]?.location.pathname === "/plain/frame";
    return this.tab.evaluate(still).catch(() => false);
  }

  /** Has code run, all at the same time; gives what each came to. */
  attack(attempts: readonly Attempt[], ms = 6_000): Promise<string[]> {
    return this.tab.evaluate(
      ({ attempts, ms }) => {
        const frame = frames[0] as (Window & typeof globalThis & Record<string, Worker | undefined>) | undefined;
        if (!frame) return attempts.map(() => "the frame is gone");
        const late = <T>(said: Promise<T>): Promise<string> =>
          Promise.race([
            said.then(String, String),
            new Promise<string>((done) => setTimeout(() => done("no answer"), ms)),
          ]);
        const one = ({ where, code, packages }: (typeof attempts)[number]): Promise<string> => {
          if (where === "frame") return late(Promise.resolve(frame.eval(code)));
          // Pyodide starts in no classic worker.
          const type = where === "python" ? "module" : "classic";
          frame[where] ??= new frame.Worker(`/plain/asked-${where}.js`, { type });
          const { port1, port2 } = new MessageChannel();
          frame[where]?.postMessage({ code, packages: packages ?? [] }, [port2]);
          return late(
            new Promise((done) => {
              port1.onmessage = ({ data }) => done(data);
            }),
          );
        };
        return Promise.all(
          attempts.map((attempt) =>
            Promise.resolve()
              .then(() => one(attempt))
              .catch(String),
          ),
        );
      },
      { attempts, ms },
    );
  }

  /** Ends a worker whose code ran on. */
  async kill(where: "python" | "script"): Promise<void> {
    await this.tab.evaluate((where) => {
      const frame = frames[0] as unknown as Record<string, Worker | undefined>;
      frame[where]?.terminate();
      delete frame[where];
    }, where);
  }

  /** Everything of the page that code could have changed, for the witness. */
  async look(): Promise<void> {
    this.#witness.note("host page", await this.tab.evaluate(seen).catch(() => ""));
    for (const text of this.tab.dialogs) this.#witness.note("browser", `a dialog: ${text}`);
  }

  close(): Promise<void> {
    return this.tab.close().catch(() => {}); // code may have taken it away
  }
}
