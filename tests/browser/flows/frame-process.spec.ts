// The frame's process ends: a worker filled the memory it shares, the system took it away. Not through Playwright, which
// gives up a page when a frame's process ends.

import { test as base, chromium, expect } from "@playwright/test";
import { Cdp, type Target } from "../attacks/witness/cdp";

interface Answer {
  status: string;
  text?: string;
  note?: string;
  error?: { value: string };
  ms: number;
}

class OnePage {
  readonly #cdp: Cdp;
  readonly #page: Target;

  constructor(cdp: Cdp, page: Target) {
    this.#cdp = cdp;
    this.#page = page;
  }

  evaluate<T>(expression: string, ms?: number): Promise<T> {
    return this.#cdp.evaluate<T>(this.#page.session, expression, ms);
  }

  /** Makes a sandbox; `ready` is what becomes of it. */
  async create(): Promise<void> {
    await this.evaluate(`import("/sdk.js").then(({Sandbox})=>{
      window.sandbox=Sandbox.create({packages:[],spare:false,standby:false,keep:false});
      window.became=sandbox.ready.then(()=>"ready",(error)=>error.message)})`);
  }

  async open(): Promise<void> {
    await this.create();
    await this.evaluate("became");
  }

  run(code: string, timeout = 5_000): Promise<Answer> {
    return this.evaluate<Answer>(
      `(async()=>{const began=performance.now();
       const {status,text,note,error}=await sandbox.execute(${JSON.stringify(code)},{timeout:${timeout}});
       return {status,text,note,error,ms:performance.now()-began}})()`,
      40_000,
    );
  }

  get frames(): Target[] {
    return [...this.#cdp.targets.values()].filter(
      ({ type, parent }) => type === "iframe" && parent === this.#page.session,
    );
  }

  /** Ends the process of each frame there is. */
  endFrames(): void {
    for (const { session } of this.frames) void this.#cdp.send("Page.crash", {}, session).catch(() => {});
  }
}

const test = base.extend<{ page_: OnePage }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
  page_: async ({}, use, info) => {
    const { launchOptions, baseURL } = info.project.use;
    const executable = launchOptions?.executablePath ?? chromium.executablePath();
    const cdp = await Cdp.launch(executable, launchOptions?.args ?? [], "");
    try {
      const page = new OnePage(cdp, await cdp.open(`${(baseURL ?? "").replace(/\/$/, "")}/healthz`));
      await use(page);
    } finally {
      await cdp.close();
    }
  },
});

test("a frame whose process ends is noticed within seconds: the run is answered, files are back", async ({
  page_: page,
}) => {
  await page.open();
  await page.evaluate(`sandbox.files.write("mine.txt","still here").then(()=>1)`);
  const running = page.run("while True: pass", 60_000);
  await new Promise((resolve) => setTimeout(resolve, 300));
  page.endFrames();
  const answer = await running;
  expect(answer).toMatchObject({ status: "crashed" });
  expect(answer.note).toContain("The sandbox frame stopped answering");
  expect(answer.ms).toBeLessThan(20_000);
  expect(await page.run("open('mine.txt').read()")).toMatchObject({ status: "ok", text: "'still here'" });
});

test("one whose process ends while Python starts is replaced, and Python starts in another one", async ({
  page_: page,
}) => {
  test.setTimeout(90_000);
  // Python waits for its memory until it is let go.
  await page.evaluate(`(()=>{const get=fetch;let go;const held=new Promise((resolve)=>{go=resolve});window.go=go;
    window.fetch=(url,...rest)=>String(url).includes("snapshot-heap")?held.then(()=>get(url,...rest)):get(url,...rest)})()`);
  const ended = async (): Promise<void> => {
    await expect.poll(() => page.frames.length).toBe(1);
    await page.evaluate(`new Promise((resolve)=>setTimeout(resolve,1500))`); // it has said hello by now
    const [frame] = page.frames;
    page.endFrames();
    await expect.poll(() => page.frames[0]?.id === frame?.id).toBe(false);
  };
  await page.create();
  await ended();
  await page.evaluate("go()");
  expect(await page.evaluate("became", 30_000)).toBe("ready");
  expect(await page.run("6 * 7")).toMatchObject({ status: "ok", text: "42" });
});
