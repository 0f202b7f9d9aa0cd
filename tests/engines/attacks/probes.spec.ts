// Every probe of Python's, of the worker's realm and of the frame's, as in Chromium: nothing gets out, and nobody outside
// sees what the controls show that they would see.

import { mkdirSync, writeFileSync } from "node:fs";
import { GROUPS, type Probe } from "../../browser/attacks/probe";
import { BRIDGE } from "../../browser/attacks/probes/bridge";
import { MESSAGES } from "../../browser/attacks/probes/messages";
import { DOCUMENT, NETWORK } from "../../browser/attacks/probes/network";
import { NETWORK_PYTHON } from "../../browser/attacks/probes/network-python";
import { REALMS } from "../../browser/attacks/probes/realms";
import { TAINT } from "../../browser/attacks/probes/taint";
import { BY_HEADER, TIER_PROBES } from "../../browser/attacks/probes/tiers";
import type { Outcome } from "../../browser/attacks/run";
import { expect, ORIGINS, type Origin, test } from "./fixtures";
import { LACKING, type Mark, mark, OPEN } from "./marks";

test.describe.configure({ retries: 0 });

const SERVED = [...NETWORK_PYTHON, ...NETWORK, ...DOCUMENT, ...REALMS, ...TAINT, ...BRIDGE, ...MESSAGES];

const probes = (origin: Origin): Probe[] => {
  if (origin === "served") return SERVED;
  return TIER_PROBES.filter(({ id }) => origin === "headers" || !BY_HEADER.test(id));
};

/** One that is run alone: `BELLJAR_PROBES="network/worker" …`. */
const CHOSEN = process.env.BELLJAR_PROBES ?? "";

for (const origin of ORIGINS) {
  test(`${origin}: no probe gets out, and each control is sighted`, async ({ field, engineName }) => {
    test.setTimeout(900_000);
    const list = probes(origin).filter(({ id }) => id.includes(CHOSEN));
    const of = (marks: readonly Mark[], probe: Pick<Probe, "id">) => mark(marks, engineName, probe);
    // The attempts are the same from everywhere, and so is the witness: one place's controls are all that there are.
    const controlled = (probe: Probe): boolean => origin === "served" && !of(LACKING, probe);
    const outcomes = await field.assault.run(await field.place(origin), list, controlled);
    const leaked = outcomes.filter((one) => one.sealed === "LEAKED" && !of(OPEN, one));
    const unseen = outcomes.filter(
      (one) => one.control === "unseen" && list.some((probe) => probe.id === one.id && controlled(probe)),
    );
    if (!CHOSEN) write(engineName, origin, field.engine, outcomes, (marks, one) => of(marks, one));
    const told = ({ id, said, sightings }: Outcome) => ({ id, said, sightings });
    expect.soft(leaked.map(told), "what got out").toEqual([]);
    expect
      .soft(
        unseen.map(({ id, said }) => ({ id, said: said.control })),
        "what nobody would have seen",
      )
      .toEqual([]);
  });
}

/** The account of it, which the docs quote. */
function write(
  name: string,
  origin: Origin,
  { product, asks }: { product: string; asks: boolean },
  outcomes: readonly Outcome[],
  of: (marks: readonly Mark[], one: Outcome) => Mark | undefined,
): void {
  const groups = GROUPS.map((group) => {
    const mine = outcomes.filter((one) => one.group === group);
    return {
      group,
      probes: mine.length,
      held: mine.filter(({ sealed }) => sealed === "held").length,
      controlled: mine.filter(({ control }) => control === "sighted").length,
      lacking: mine.filter((one) => of(LACKING, one)).length,
    };
  }).filter(({ probes }) => probes > 0);
  const told = (marks: readonly Mark[]) =>
    marks
      .map(({ why }) => ({ why, probes: outcomes.filter((one) => of(marks, one)?.why === why).map(({ id }) => id) }))
      .filter(({ probes }) => probes.length > 0);
  const report = { engine: product, dns: asks, origin, groups, lacking: told(LACKING), open: told(OPEN), outcomes };
  mkdirSync("build/engines", { recursive: true });
  writeFileSync(`build/engines/attacks-${name}-${origin}.json`, `${JSON.stringify(report, null, 1)}\n`);
}
