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

  async open(): Promise<void> {
    await this.evaluate(`import("/sdk.js").then(async ({Sandbox})=>{
      window.sandbox=await Sandbox.create({packages:[],spare:false,standby:false}); await sandbox.ready})`);
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
      await page.open();
      await use(page);
    } finally {
      await cdp.close();
    }
  },
});

test("a frame whose process ends is noticed within seconds: the run is answered, files are back", async ({
  page_: page,
}) => {
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
