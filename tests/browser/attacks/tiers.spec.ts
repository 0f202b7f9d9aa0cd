// The same sandbox from file hosts: one that sends the headers of an export, and one that sends none, where the policy
// stands in the frame's document alone. Every way to the network, and the ways out of the realms, in both.

import { endHosts, exported, host, type Tier } from "../hosts";
import { type Arena, expect, found, keep, test, verdict } from "./arena";
import type { Probe } from "./probe";
import { DOCUMENT, NETWORK } from "./probes/network";
import { NETWORK_PYTHON } from "./probes/network-python";
import { REALMS } from "./probes/realms";
import { SealedRig } from "./rig/sealed";
import { type Outcome, Runner } from "./run";

const TIERS: readonly Tier[] = ["headers", "bare"];

const PROBES = [...NETWORK_PYTHON.filter(({ packages }) => packages === undefined), ...NETWORK, ...DOCUMENT, ...REALMS]
  // Theirs is a sandbox with something put into the attacker's hand, and that is the served one's.
  .filter(({ controlIn }) => controlIn !== "sealed");

const on = (tier: Tier, probe: Probe): Probe => ({
  ...probe,
  id: `tiers/${tier}/${probe.id}`,
  group: "tiers",
  title: `${tier}: ${probe.realm}: ${probe.title}`,
});

let outcomes = new Map<string, Outcome>();

test.beforeAll(async ({ arena }) => {
  test.setTimeout(300_000);
  let list = found("tiers");
  if (!list) {
    await arena.open();
    const folder = await exported("--page", "--profile", "core", "--packages", "micropip");
    list = [];
    for (const tier of TIERS) list.push(...(await attackAll(arena, await host(folder, tier), tier, list)));
    keep("tiers", list);
  }
  outcomes = new Map(list.map((outcome) => [outcome.id, outcome]));
});
test.afterAll(endHosts);

/** The second tier needs no controls of its own: the attempts are the same, and so is the witness. */
async function attackAll(arena: Arena, base: string, tier: Tier, before: Outcome[]): Promise<Outcome[]> {
  const sealed = new SealedRig(arena.cdp, base.replace(/\/$/, ""), arena.witness, { packages: [], grace: 400 });
  await sealed.open();
  const runner = new Runner(arena.cdp, arena.witness, sealed, arena.plain);
  const done = await runner.run(
    PROBES.map((probe) => on(tier, probe)),
    { controls: before.length === 0 },
  );
  for (const [at, outcome] of done.entries()) {
    const control = before[at];
    if (!control) continue;
    outcome.control = control.control;
    outcome.witnesses = control.witnesses;
    outcome.labels.control = control.labels.control;
    outcome.said.control = control.said.control;
  }
  await sealed.close();
  return done;
}

for (const tier of TIERS) {
  for (const probe of PROBES.map((probe) => on(tier, probe))) {
    test(probe.title, () => {
      verdict(outcomes.get(probe.id));
    });
  }
}

test("both hosts were attacked", () => {
  expect(outcomes.size).toBe(TIERS.length * PROBES.length);
});
