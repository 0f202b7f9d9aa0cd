// One layer of the seal out at a time, in each engine and from each place: the others hold every attempt, or the frame
// refuses to start with a sentence.

import { plant } from "../../browser/attacks/rig/planted";
import { type Outcome, report, row } from "../../browser/faults/attempts";
import { LAYERS, type Layer } from "../../browser/faults/layers";
import { PROBES } from "../../browser/faults/probes";
import { standsInDocument, without } from "../../browser/faults/taking-out";
import { rest } from "../engine";
import type { Place } from "./assault";
import { expect, type Field, ORIGINS, test } from "./fixtures";
import { ALONE, NOBODY } from "./marks";
import { emptied, Sealed } from "./sealed";

test.describe.configure({ retries: 0 });

const LATE_MS = 300;
/** Without these nothing starts, in one engine or another; without any other one a sandbox does, or nothing is shown by it. */
const NEEDED =
  /^(Content-Security-Policy, whole|CSP (default|script|worker)-src|Cross-Origin-Embedder-Policy|iframe sandbox)$/;
let visits = 0;

/** Opens a sandbox without these layers and runs every attempt in it. */
async function attack({ engine, witness }: Field, place: Place, layers: readonly Layer[]): Promise<Outcome> {
  visits += 1;
  const { canary } = witness;
  const path = (at: number): string => `/layer-${visits}-${at}`;
  const attackers = plant(
    PROBES.map(({ realm, script }, at) => ({
      realm,
      code: `return await (${script.replaceAll("{canary}", `http://127.0.0.1:${canary.httpPort}${path(at)}`)})`,
    })),
  );
  const fault = await without(layers);
  place.fault((at, body, headers) => emptied(at, attackers(at, fault(at, body, headers), headers), headers));
  const opened = await Sealed.open(engine, place.page, witness).catch((error: Error) => error);
  if (opened instanceof Error) {
    return { refused: opened.message.replace(/^(page\.evaluate: )?(Error: )?/, "").split("\n")[0] ?? "" };
  }
  const said = await opened.attack(PROBES.map(({ realm }, at) => ({ realm, at })));
  await rest(LATE_MS);
  await opened.close();
  const through = PROBES.filter((_, at) => {
    const seen = canary.seen.some(({ what }) => what.includes(`${path(at)}/`));
    return said[at] === "true" || seen;
  }).map(({ group, title, realm }) => `${group}: ${title} (${realm})`);
  return { through, held: PROBES.length - through.length };
}

for (const origin of ORIGINS) {
  test(`${origin}: without any one layer the others hold, or nothing starts`, async ({ field, engineName }) => {
    test.setTimeout(900_000);
    const place = await field.place(origin);
    expect(await attack(field, place, [])).toEqual({ through: [], held: PROBES.length });
    const document = await (await fetch(new URL("frame/plain.html", place.page))).text();
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(document)?.[1] ?? "";
    const rows = [];
    for (const layer of LAYERS) {
      if (origin === "bare" && !standsInDocument(layer, policy)) continue;
      const outcome = await attack(field, place, [layer]);
      const alone = ALONE.filter(({ engines, layers }) => engines.includes(engineName) && layers.test(layer.name));
      const known = (attempt: string): boolean => alone.some(({ attempts }) => attempts.test(attempt));
      const lost = "through" in outcome ? outcome.through.filter(known) : [];
      const why = alone.map(({ why }) => why).join(" ");
      rows.push({ ...row(layer, outcome), ...(lost.length > 0 ? { alone: { attempts: lost, why } } : {}) });
      if ("refused" in outcome) {
        expect.soft(outcome.refused, layer.name).toMatch(/^[A-Z].*\.$/);
        expect.soft(layer.name, `nothing started: ${outcome.refused}`).toMatch(NEEDED);
      } else {
        expect
          .soft(
            outcome.through.filter((one) => !known(one)),
            layer.name,
          )
          .toEqual([]);
      }
    }
    report(`layers-${engineName}-${origin}`, field.engine.product, rows, "build/engines");
  });
}

test("control: with every layer out, attempts get through in both realms", async ({ field, engineName }) => {
  test.setTimeout(120_000);
  const steps =
    /^(Permissions-Policy|Connection-Allowlist|Cross-Origin-Embedder-Policy|iframe sandbox|scrubbed|spent|fetch shim|frame's)/;
  const open: Layer = {
    name: "all of the policy",
    kind: "header",
    header: [
      "content-security-policy",
      () => "script-src 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob: http:; worker-src blob:",
    ],
  };
  const place = await field.place("served");
  const plainly = { ...place, page: new URL("plain", place.page).href };
  const outcome = await attack(field, plainly, [open, ...LAYERS.filter(({ name }) => steps.test(name))]);
  const through = "through" in outcome ? outcome.through : [outcome.refused];
  const missing = PROBES.map(({ group, title, realm }) => `${group}: ${title} (${realm})`).filter(
    (one) => !through.includes(one),
  );
  const nobody = NOBODY.filter(({ engines }) => engines.includes(engineName));
  // A page may open no window unasked, and a dialog needs somebody to see it.
  const unseen = (one: string): boolean =>
    /window of its own|a dialog/.test(one) || nobody.some(({ attempts }) => attempts.test(one));
  expect(missing.filter((one) => !unseen(one))).toEqual([]);
});
