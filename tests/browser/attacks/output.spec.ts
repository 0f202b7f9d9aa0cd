// Results are shown and reach nothing: markup, pictures and text, also when they are pressed.

import { found, GROUP_MS, keep, test, verdict } from "./arena";
import { OUTPUT } from "./probes/output";
import { PageRig } from "./rig/page";
import type { Outcome } from "./run";
import { showAll } from "./shown";

let outcomes = new Map<string, Outcome>();

test.beforeAll(async ({ arena }) => {
  test.setTimeout(GROUP_MS);
  let list = found("output");
  if (!list) {
    await arena.open();
    const page = new PageRig(arena.cdp, arena.place.base, arena.witness);
    await page.open();
    list = await showAll(arena, page, OUTPUT);
    await page.close();
    keep("output", list);
  }
  outcomes = new Map(list.map((outcome) => [outcome.id, outcome]));
});

for (const probe of OUTPUT) {
  test(probe.title, () => {
    verdict(outcomes.get(probe.id));
  });
}
