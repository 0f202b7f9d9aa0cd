// The other doors to a sandbox: the page that a program drives, and the tab that a person lends one.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { Cdp, Target } from "../witness/cdp";
import type { Witness } from "../witness/witness";
import { PageRig } from "./page";

/** What a run came to, as its program reads it. */
export interface Answer {
  status: string;
  results: { is_main: boolean; text?: string }[];
  error: { name: string; value: string } | null;
  note: string | null;
}

/** What its last line gives, as a probe announces it. */
export function said({ status, results, error, note }: Answer): string {
  const main = results.find((result) => result.is_main);
  return main?.text ?? `${status} ${error?.name}: ${error?.value.replaceAll("won ", "")} ${note ?? ""}`;
}

const PROGRAM = `
import json, sys
from belljar import Sandbox
server, key = sys.argv[1:]
def say(what): print(json.dumps(what), flush=True)
with Sandbox("tab", server=server, key=key, on_invite=lambda link: say({"link": link})) as sandbox:
    for line in sys.stdin:
        say(sandbox.execute(json.loads(line), timeout=8).to_dict())
`;

/** A program in Python with a sandbox in a tab. */
class Program {
  readonly #process: ChildProcess;
  readonly #lines: Interface;
  readonly #said: AsyncIterator<string>;

  constructor(server: string, key: string) {
    this.#process = spawn(".venv/bin/python", ["-c", PROGRAM, server, key], { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#process.stdout as NodeJS.ReadableStream });
    this.#said = this.#lines[Symbol.asyncIterator]();
  }

  tell(code: string): void {
    this.#process.stdin?.write(`${JSON.stringify(code)}\n`);
  }

  async hear<T>(): Promise<T> {
    const { value, done } = await this.#said.next();
    if (done) throw new Error("The program with the tab has ended.");
    return JSON.parse(value) as T;
  }

  end(): void {
    this.#process.stdin?.end();
    this.#lines.close();
    this.#process.kill();
  }
}

/** The tab of a person who has allowed it: shows every run. */
export class TabRig extends PageRig {
  #program!: Program;
  readonly #server: string;
  readonly #key: string;

  constructor(cdp: Cdp, server: string, key: string, witness: Witness) {
    super(cdp, server, witness);
    this.#server = server;
    this.#key = key;
  }

  override async open(): Promise<void> {
    this.#program = new Program(this.#server, this.#key);
    this.#program.tell("6 * 7");
    const { link } = await this.#program.hear<{ link: string }>();
    this.page = await this.cdp.open(link);
    await this.until("document.querySelector('[data-testid=allow]')?.offsetParent", 20_000);
    await this.say("document.querySelector('[data-testid=allow]').click()");
    const first = said(await this.#program.hear<Answer>());
    if (first !== "42") throw new Error(`The tab does not run code: ${first}`);
  }

  override async run(code: string): Promise<void> {
    await this.python(code);
  }

  async python(code: string): Promise<string> {
    this.#program.tell(code);
    return said(await this.#program.hear<Answer>());
  }

  override async close(): Promise<void> {
    this.#program.end();
    await super.close();
  }
}

/** The page that has no view, called as a program calls it through a browser without a window. */
export class HeadlessRig {
  page!: Target;
  readonly #cdp: Cdp;
  readonly #base: string;
  readonly #witness: Witness;
  #count = 0;

  constructor(cdp: Cdp, base: string, witness: Witness) {
    this.#cdp = cdp;
    this.#base = base;
    this.#witness = witness;
  }

  async open(): Promise<void> {
    this.page = await this.#cdp.open(`${this.#base}/headless`);
    const opened = `new Promise((done)=>{const t=setInterval(()=>{if(window.belljar){clearInterval(t);done(belljar.open({packages:[]}))}},20)})`;
    const problem = await this.#say<string | null>(opened, 60_000);
    if (problem !== null) throw new Error(problem);
  }

  async python(code: string): Promise<string> {
    const id = this.#count++;
    const call = `(async()=>{belljar.execute(${id},${JSON.stringify(code)},{timeout:8000,displays:false,input:false});
      for(;;)for(const event of JSON.parse(await belljar.next(${id})))if(event.type==="done")return event.execution})()`;
    return said(await this.#say<Answer>(call, 30_000));
  }

  /** What code may not have changed. */
  async look(): Promise<void> {
    const text = await this.#say<string>(
      "[document.title,document.documentElement.outerHTML,document.cookie,location.href,name,Object.getOwnPropertyNames(window).join()].join('\\n')",
    );
    this.#witness.note("host page", text);
  }

  async close(): Promise<void> {
    await this.#cdp.send("Target.closeTarget", { targetId: this.page.id }).catch(() => {});
  }

  #say<T>(expression: string, ms?: number): Promise<T> {
    return this.#cdp.evaluate<T>(this.page.session, expression, ms);
  }
}
