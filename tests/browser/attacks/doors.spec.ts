// The other doors to the same sandbox leak no more than the page: the tab that a person lends a program, which draws
// what comes of its runs, and the page that a program drives.

import { belljar, end } from "../server";
import { type Arena, found, GROUP_MS, keep, test, verdict } from "./arena";
import { fill, type Probe } from "./probe";
import { NETWORK_PYTHON } from "./probes/network-python";
import { OUTPUT, type Shown } from "./probes/output";
import { HeadlessRig, TabRig } from "./rig/driven";
import { type Outcome, unheard } from "./run";
import { showAll } from "./shown";

const KEY = "a-key-for-the-tabs-of-this-test";

const through = <T extends Probe>(door: string, probe: T): T => ({
  ...probe,
  id: `doors/${door}/${probe.id}`,
  group: "doors",
  title: `${door}: ${probe.title}`,
});

/** Cells that need no package, so that both doors open at once. */
const CELLS = NETWORK_PYTHON.filter(({ packages }) => packages === undefined);
const IN_TAB = CELLS.map((probe) => through("tab", probe));
const IN_HEADLESS = CELLS.map((probe) => through("headless", probe));
const SHOWN: readonly Shown[] = OUTPUT.map((probe) => through("tab", probe));

let outcomes = new Map<string, Outcome>();

test.beforeAll(async ({ arena }) => {
  test.setTimeout(GROUP_MS);
  let list = found("doors");
  if (!list) {
    await arena.open();
    list = await attackAll(arena);
    keep("doors", list);
  }
  outcomes = new Map(list.map((outcome) => [outcome.id, outcome]));
});
test.afterAll(end);

async function attackAll(arena: Arena): Promise<Outcome[]> {
  const { cdp, witness, place } = arena;
  const tab = new TabRig(cdp, await belljar("--tab-key", KEY), KEY, witness);
  const headless = new HeadlessRig(cdp, place.base, witness);
  await Promise.all([tab.open(), headless.open()]);
  const done = [...(await cells(arena, tab, headless)), ...(await showAll(arena, tab, SHOWN))];
  for (const outcome of done) arena.runner.judge(outcome);
  await Promise.all([tab.close(), headless.close()]);
  return done;
}

/** The cells through both doors, and once where nothing is sealed: one control stands for both. */
async function cells({ runner }: Arena, tab: TabRig, headless: HeadlessRig): Promise<Outcome[]> {
  const done: Outcome[] = [];
  for (const [at, probe] of CELLS.entries()) {
    const pair = [IN_TAB[at] ?? probe, IN_HEADLESS[at] ?? probe].map(unheard) as [Outcome, Outcome];
    const [lent, driven] = pair;
    driven.labels.control = lent.labels.control;
    const filled = (outcome: Outcome) => fill(probe.code, runner.places(outcome.labels.sealed));
    const began = Date.now();
    const [inTab, inHeadless, control] = await Promise.all([
      tab.python(filled(lent)),
      headless.python(filled(driven)),
      runner.inPlain(probe, lent.labels.control),
    ]);
    lent.said = { sealed: inTab, control };
    driven.said = { sealed: inHeadless, control };
    for (const outcome of pair) outcome.ms = Date.now() - began;
    done.push(...pair);
  }
  await headless.look();
  return done;
}

for (const probe of [...IN_TAB, ...IN_HEADLESS, ...SHOWN]) {
  test(probe.title, () => {
    verdict(outcomes.get(probe.id));
  });
}
