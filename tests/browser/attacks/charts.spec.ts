// Charts are drawn and reach nothing: neither by what a specification says, nor where its library has been tricked into
// running an attacker's code.

import { type Arena, found, GROUP_MS, keep, test, verdict } from "./arena";
import { fill, type Probe } from "./probe";
import { SPECS, type Spec } from "./probes/charts";
import { DOCUMENT, NETWORK } from "./probes/network";
import { REALMS } from "./probes/realms";
import { click } from "./rig/page";
import { drawing } from "./rig/sealed";
import { type Outcome, unheard } from "./run";

const rest = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** What whoever owns the frame's realm tries, in the chart's. */
const OWNED: Probe[] = [...NETWORK, ...DOCUMENT, ...REALMS]
  .filter(({ realm }) => realm === "frame")
  .map((probe) => ({
    ...probe,
    id: `charts/${probe.id}`,
    group: "charts",
    realm: "chart",
    // Each of them ends a document of this kind, and what others try in it at the same time.
    spoils: probe.spoils || /^(a form|a ping|a download)$/.test(probe.title),
  }));
const SAID = SPECS.map(({ id, title }): Probe => ({ id, title, group: "charts", realm: "result", code: "" }));

let outcomes = new Map<string, Outcome>();

test.beforeAll(async ({ arena }) => {
  test.setTimeout(GROUP_MS);
  let list = found("charts");
  if (!list) {
    await arena.open();
    list = [...(await specifications(arena)), ...(await arena.runner.run(OWNED))];
    keep("charts", list);
  }
  outcomes = new Map(list.map((outcome) => [outcome.id, outcome]));
});

/** Draws them all, each in a frame of its own, and shows what stands for them in a document that nothing seals. */
async function specifications(arena: Arena): Promise<Outcome[]> {
  const done = SAID.map(unheard);
  const all = SPECS.map((spec, at) => ({ ...spec, outcome: done[at] as Outcome }));
  // The mouse is in one place, so what is pressed comes one after the other.
  await Promise.all(all.filter(({ press }) => !press).map((one) => attempt(arena, one)));
  for (const one of all.filter(({ press }) => press)) await attempt(arena, one);
  await rest(900);
  await Promise.all([arena.sealed.look(), arena.plain.look()]);
  for (const outcome of done) arena.runner.judge(outcome);
  return done;
}

async function attempt(arena: Arena, { kind, spec, control, press, outcome }: Spec & { outcome: Outcome }) {
  const { sealed, control: unsealed } = outcome.labels;
  outcome.said.sealed = await arena.sealed.host<string>(
    drawing(kind, JSON.parse(fill(spec, arena.runner.places(sealed)))),
    65_000,
  );
  if (press) {
    await click(arena.cdp, arena.sealed.page.session, 200, 150);
    await rest(250);
    await arena.sealed.host("document.querySelectorAll('.drawn').forEach((one)=>one.remove())");
  }
  await shown(arena, fill(JSON.stringify(control), arena.runner.places(unsealed)), press);
}

async function shown(arena: Arena, control: string, press = false): Promise<void> {
  const { markup, script } = JSON.parse(control) as { markup?: string; script?: string };
  const body = markup ?? `<script>${script}</script>`;
  await arena.plain.page_(
    `new Promise((d)=>{const f=document.createElement("iframe");f.className="shown";
      f.style.cssText="position:fixed;left:0;top:0;width:400px;height:300px;background:white;z-index:9";f.onload=()=>d(1);
      f.srcdoc=${JSON.stringify(body)};document.body.append(f)})`,
  );
  if (press) await click(arena.cdp, arena.plain.page.session, 200, 150);
  await rest(100);
}

for (const probe of [...SAID, ...OWNED]) {
  test(`${probe.realm}: ${probe.title}`, () => {
    const outcome = outcomes.get(probe.id);
    // A frame that was not there would hold everything.
    test.expect(outcome?.said.sealed).not.toMatch(/did not appear|was not (drawn|found)/);
    verdict(outcome);
  });
}

test("every specification was drawn or refused by its library, and none was lost", () => {
  for (const { id } of SAID) test.expect(outcomes.get(id)?.said.sealed).toMatch(/"(drawn|failed)"/);
});
