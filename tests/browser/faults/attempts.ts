// Every attempt in a sandbox that lacks something, and how many of them got through.

import { mkdirSync, writeFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import type { Canary } from "../attacks/witness/canary";
import { Bench, blankPage, expect } from "../fixtures";
import type { Layer } from "./layers";
import { PROBES } from "./probes";

export type Outcome = { refused: string } | { through: string[]; held: number };

export interface Row {
  layer: string;
  kind: string;
  outcome: string;
  groups: Record<string, string>;
}

let turns = 0;

/** Opens a sandbox and runs every attempt in it. */
export async function attack(page: Page, canary: Canary, { isolated = true, base = "/" } = {}): Promise<Outcome> {
  await blankPage(page, isolated, base);
  page.on("dialog", (dialog) => void dialog.accept());
  const bench = new Bench(page);
  try {
    await bench.open({ packages: [], spare: false });
  } catch (error) {
    return { refused: (error as Error).message.replace(/^page\.evaluate: (Error: )?/, "").split("\n")[0] ?? "" };
  }
  const frame = page.frames().find((each) => each.url().includes("/frame/"));
  const worker = page.workers().at(-1);
  if (!frame || !worker) throw new Error("the frame or its worker is not to be seen");
  // All at once, each with an address of its own: what it calls is told from what the others do.
  turns += 1;
  const called = (at: number): string => `/turn-${turns}-${at}`;
  const tried = await Promise.all(
    PROBES.map(async (probe, at) => {
      const path = called(at);
      const script = probe.script.replaceAll("{canary}", `http://127.0.0.1:${canary.httpPort}${path}`);
      const ran = probe.realm === "worker" ? worker.evaluate(script) : frame.evaluate(script);
      const answer: unknown = await ran.catch(() => false);
      return { probe, path, won: answer === true };
    }),
  );
  await page.waitForTimeout(100);
  const through = tried
    .filter(({ path, won }) => won || canary.seen.some(({ what }) => what.includes(`${path}/`)))
    .map(({ probe: { group, title, realm } }) => `${group}: ${title} (${realm})`);
  return { through, held: PROBES.length - through.length };
}

/** A layer's row in the report. */
export function row(layer: Layer, outcome: Outcome): Row {
  const groups: Record<string, string> = {};
  for (const group of new Set(PROBES.map((probe) => probe.group))) {
    const all = PROBES.filter((probe) => probe.group === group);
    const lost = "through" in outcome ? outcome.through.filter((each) => each.startsWith(`${group}:`)).length : 0;
    groups[group] = "refused" in outcome ? "not started" : `${all.length - lost}/${all.length}`;
  }
  return { layer: layer.name, kind: layer.kind, outcome: "refused" in outcome ? outcome.refused : "held", groups };
}

/** Without one layer nothing may get through. */
export function expectHeld(outcome: Outcome): void {
  if ("refused" in outcome) expect(outcome.refused).toMatch(/^[A-Z].*\.$/);
  else expect(outcome.through).toEqual([]);
}

/** Keeps what was measured for the docs. */
export function report(name: string, browser: string, layers: readonly Row[], folder = "build/reports"): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${name}.json`, `${JSON.stringify({ browser, probes: PROBES.length, layers }, null, 2)}\n`);
}
