// The same sandbox from file hosts: one that sends the headers of an export, and one that sends none, where the policy
// stands in the frame's document alone. Every way to the network, and the ways out of the realms, in both.
//
// What no document can say of itself stays open to whoever owns the frame's own realm: to look up names ahead of time,
// and to navigate. Code in the worker, which is where Python runs, has none of it.

import { endHosts, exported, host, type Tier } from "../hosts";
import { type Arena, expect, found, GROUP_MS, keep, test, verdict } from "./arena";
import type { Probe } from "./probe";
import { BY_HEADER, TIER_PROBES } from "./probes/tiers";
import { SealedRig } from "./rig/sealed";
import { type Outcome, Runner } from "./run";

const TIERS: readonly Tier[] = ["headers", "bare"];

const OPEN = TIER_PROBES.filter(({ id }) => BY_HEADER.test(id));

const held = (tier: Tier): Probe[] =>
  tier === "bare" ? TIER_PROBES.filter((probe) => !OPEN.includes(probe)) : [...TIER_PROBES];

const on = (tier: Tier, probe: Probe): Probe => ({
  ...probe,
  id: `tiers/${tier}/${probe.id}`,
  group: "tiers",
  title: `${tier}: ${probe.realm}: ${probe.title}`,
});

let made: Promise<string> | undefined;
const folder = (): Promise<string> => {
  made ??= exported("--page", "--profile", "core", "--packages", "micropip");
  return made;
};

let outcomes = new Map<string, Outcome>();

test.beforeAll(async ({ arena }) => {
  test.setTimeout(GROUP_MS);
  let list = found("tiers");
  if (!list) {
    await arena.open();
    list = [];
    for (const tier of TIERS) list.push(...(await attackAll(arena, await host(await folder(), tier), tier, list)));
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
    held(tier).map((probe) => on(tier, probe)),
    { controls: before.length === 0 },
  );
  for (const outcome of done) {
    const control = before.find(({ id }) => id === outcome.id.replace(`/${tier}/`, "/headers/"));
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
  for (const probe of held(tier).map((probe) => on(tier, probe))) {
    test(probe.title, () => {
      verdict(outcomes.get(probe.id));
    });
  }
}

test("what only a header closes is open to the owner of the frame's realm where there is none, and the docs say so", async ({
  arena,
}) => {
  test.setTimeout(180_000);
  expect(OPEN.length).toBe(7);
  await arena.open();
  const base = await host(await folder(), "bare");
  const sealed = new SealedRig(arena.cdp, base.replace(/\/$/, ""), arena.witness, { packages: [], grace: 400 });
  await sealed.open();
  const outcomes = await new Runner(arena.cdp, arena.witness, sealed, arena.plain).run(OPEN, { controls: false });
  await sealed.close();
  // Whether a browser looks ahead is its own affair, and a navigation that its page ends at once may come to nothing.
  expect(outcomes.filter(({ sealed }) => sealed === "LEAKED").length).toBeGreaterThanOrEqual(2);
});
