// What journeys share: the engine of their project, a page of the server's with a warm sandbox in it, the notebook.

import { test as base, expect } from "@playwright/test";
import { Bench } from "./bench";
import { DRIVERS, type EngineName } from "./drivers";
import type { Engine } from "./engine";
import { Notebook } from "./notebook";

export interface EngineOptions {
  engineName: EngineName;
}

interface Shared extends EngineOptions {
  /** The server's address, without a slash at its end. */
  server: string;
  /** Undefined where it is not on this machine. */
  found: Engine | undefined;
  engine: Engine;
  /** One warm sandbox for all journeys. State of earlier ones may be in it. */
  bench: Bench;
  /** The page as a person has it, for all journeys. */
  notebook: Notebook;
}

interface Own {
  /** Says in the table what of a journey this engine can't have: one sentence. */
  limited: (sentence: string) => void;
  here: undefined;
}

export const test = base.extend<Own, Shared>({
  engineName: ["chromium", { scope: "worker", option: true }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
  server: [async ({}, use, info) => use((info.project.use.baseURL ?? "").replace(/\/$/, "")), { scope: "worker" }],
  found: [
    async ({ engineName }, use) => {
      const driver = DRIVERS[engineName];
      const found = driver.missing() === undefined ? await driver.launch() : undefined;
      await use(found);
      await found?.close();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  engine: [async ({ found }, use) => use(found as Engine), { scope: "worker" }], // without one every journey is skipped
  bench: [
    async ({ engine, server }, use) => {
      const bench = new Bench(await engine.tab());
      await bench.visit(server);
      await bench.open();
      await use(bench);
      await bench.tab.close();
    },
    { scope: "worker", timeout: 170_000 },
  ],
  notebook: [
    async ({ engine, server }, use) => {
      const notebook = new Notebook(await engine.tab());
      await notebook.open(`${server}/`);
      await use(notebook);
      await notebook.tab.close();
    },
    { scope: "worker", timeout: 170_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
  limited: async ({}, use, info) => {
    await use((description) => info.annotations.push({ type: "limited", description }));
  },
  here: [
    async ({ engineName, found }, use, { annotations }) => {
      test.skip(found === undefined, DRIVERS[engineName].missing());
      annotations.push({ type: "engine", description: found?.product ?? "" });
      await use(undefined);
    },
    { auto: true },
  ],
});

export { expect };
