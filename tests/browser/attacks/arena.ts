// The arena of a test file: one browser with both rigs, made when first needed; outcomes are kept on disk, because
// Playwright starts a new process after a failed test and the probes need not run again for that.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, chromium, expect } from "@playwright/test";
import type { Group, Probe } from "./probe";
import { EARLY } from "./rig/early";
import { PlainRig, plainPages } from "./rig/plain";
import { SealedRig } from "./rig/sealed";
import { type Outcome, Runner } from "./run";
import { Cdp } from "./witness/cdp";
import { Witness } from "./witness/witness";

/** Everything this run of the suite has found: one file per group. `make test` runs it in two parts and names one. */
export const FOUND = process.env.BELLJAR_FOUND ?? join(tmpdir(), `belljar-attacks-${process.ppid}`);

/** Milliseconds that interrupted code has: nothing here hangs on them but the suite's length. */
export const GRACE = 400;
/** What a whole group of attacks may take: on a niced run beside others ten times as long as alone. */
export const GROUP_MS = 900_000;

interface Place {
  executable: string;
  args: string[];
  base: string;
}

export class Arena {
  cdp!: Cdp;
  witness!: Witness;
  sealed!: SealedRig;
  plain!: PlainRig;
  runner!: Runner;
  #opened: Promise<void> | undefined;
  readonly place: Place;

  constructor(place: Place) {
    this.place = place;
  }

  open(): Promise<void> {
    // A browser that doesn't come up in time is no finding: a second one may.
    this.#opened ??= this.#inTime().catch(async (error: Error) => {
      console.warn(`The attack browser is started again: ${error.message}`);
      await this.#shut();
      await this.#inTime();
    });
    return this.#opened;
  }

  #inTime(): Promise<void> {
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error("it was not ready within 40 s")), 40_000).unref();
    });
    return Promise.race([this.#open(), late]);
  }

  async #open(): Promise<void> {
    const { executable, args, base } = this.place;
    mkdirSync(FOUND, { recursive: true });
    const log = join(FOUND, `net-log-${process.pid}-${Date.now()}.json`);
    const policy = await (await fetch(`${base}/policy.json`)).json();
    this.witness = new Witness(log, plainPages(base, policy));
    const { canary } = this.witness;
    await canary.listen();
    const logging = [`--log-net-log=${log}`, "--net-log-capture-mode=IncludeSensitive"];
    this.cdp = await Cdp.launch(executable, [...args, ...logging, ...canary.dns.args], EARLY, canary.dns.localState);
    this.witness.watch(this.cdp);
    this.plain = new PlainRig(this.cdp, `http://127.0.0.1:${this.witness.canary.httpPort}`, this.witness);
    this.sealed = new SealedRig(this.cdp, base, this.witness, { packages: [], grace: GRACE });
    await Promise.all([this.plain.open(), this.sealed.open()]);
    this.runner = new Runner(this.cdp, this.witness, this.sealed, this.plain);
    const { product } = (await this.cdp.send("Browser.getVersion")) as { product: string };
    writeFileSync(join(FOUND, "browser.txt"), product);
  }

  async close(): Promise<void> {
    if (!this.#opened) return;
    await this.#opened.catch(() => {});
    await this.#shut();
  }

  async #shut(): Promise<void> {
    await this.cdp?.close();
    await this.witness?.canary.close();
  }
}

interface Shared {
  arena: Arena;
}

export const test = base.extend<Record<never, never>, Shared>({
  arena: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
    async ({}, use, info) => {
      const { launchOptions, baseURL } = info.project.use;
      const arena = new Arena({
        executable: launchOptions?.executablePath ?? chromium.executablePath(),
        args: launchOptions?.args ?? [],
        base: (baseURL ?? "").replace(/\/$/, ""),
      });
      await use(arena);
      await arena.close();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

export { expect };

/** Outcomes of a group, if they were found already in this run of the suite. */
export function found(group: Group): Outcome[] | undefined {
  const file = join(FOUND, `${group}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Outcome[]) : undefined;
}

export function keep(group: Group, outcomes: Outcome[]): void {
  mkdirSync(FOUND, { recursive: true });
  writeFileSync(join(FOUND, `${group}.json`), JSON.stringify(outcomes, null, 1));
}

/** One test per probe: it holds where it must, and the witness would have seen it. */
export function attack(group: Group, probes: readonly Probe[]): void {
  let outcomes = new Map<string, Outcome>();

  test.beforeAll(async ({ arena }) => {
    test.setTimeout(GROUP_MS);
    let list = found(group);
    if (!list) {
      await arena.open();
      list = await arena.runner.run(probes);
      keep(group, list);
    }
    outcomes = new Map(list.map((outcome) => [outcome.id, outcome]));
  });

  for (const probe of probes) {
    test(`${probe.realm}: ${probe.title}`, () => {
      verdict(outcomes.get(probe.id));
    });
  }
}

export function verdict(outcome: Outcome | undefined): void {
  expect(outcome, "the probe ran").toBeDefined();
  expect(outcome?.sightings, `nobody outside sees it (it said: ${outcome?.said.sealed})`).toEqual([]);
  expect(outcome?.control, `the witness would see it (the control said: ${outcome?.said.control})`).toBe("sighted");
}
