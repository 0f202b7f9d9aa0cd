// The frame serves one owner, from its own origin, with its own script; and no answer of the server repeats a request.

import { type Arena, found, GROUP_MS, keep, test, verdict } from "./arena";
import { freshLabel } from "./probe";
import { SIEGES } from "./probes/frame";
import type { Outcome } from "./run";

let outcomes = new Map<string, Outcome>();

test.beforeAll(async ({ arena }) => {
  test.setTimeout(GROUP_MS);
  let list = found("frame");
  if (!list) {
    await arena.open();
    list = await besiege(arena);
    keep("frame", list);
  }
  outcomes = new Map(list.map((outcome) => [outcome.id, outcome]));
});

async function besiege(arena: Arena): Promise<Outcome[]> {
  const done: Outcome[] = [];
  for (const { id, title, attack, control } of SIEGES) {
    const began = Date.now();
    const labels = { sealed: freshLabel(), control: freshLabel() };
    const said = {
      sealed: await attack(arena, labels.sealed).catch(String),
      control: await control(arena, labels.control).catch(String),
    };
    for (const side of ["sealed", "control"] as const) {
      if (said[side] === "won") arena.witness.note("announced", labels[side]);
    }
    const outcome: Outcome = {
      id,
      group: "frame",
      title,
      realm: "outside",
      sealed: "held",
      control: "unseen",
      labels,
      sightings: [],
      witnesses: [],
      said,
      ms: Date.now() - began,
    };
    arena.runner.judge(outcome);
    done.push(outcome);
  }
  return done;
}

for (const { id, title } of SIEGES) {
  test(title, () => {
    verdict(outcomes.get(id));
  });
}
