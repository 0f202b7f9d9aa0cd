// The same from file hosts: one that sends an export's headers, and one that sends none, where the policy stands in the
// frame's document alone. What taking all of it out opens is shown in faults.spec.ts, with the same attempts.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Canary } from "../attacks/witness/canary";
import { expect, test } from "../fixtures";
import { endHosts, exported, type Fault, host, type Tier } from "../hosts";
import { attack, expectHeld, type Row, report, row } from "./attempts";
import { LAYERS } from "./layers";
import { PROBES } from "./probes";
import { standsInDocument, without } from "./taking-out";

const TIERS: readonly Tier[] = ["headers", "bare"];
const canary = new Canary();
const rows: Record<Tier, Row[]> = { headers: [], bare: [] };
const bases = new Map<Tier, string>();
/** The policy in the documents. */
let policy = "";
/** What is missing of what the hosts send now. */
let fault: Fault = (_path, body) => body;

test.beforeAll(async () => {
  test.setTimeout(600_000); // an export, on whatever machine
  await canary.listen();
  const folder = await exported("--profile", "core", "--packages", "micropip");
  const document = await readFile(join(folder, "frame/plain.html"), "utf8");
  policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(document)?.[1] ?? "";
  for (const tier of TIERS) {
    bases.set(tier, await host(folder, tier, { fault: (path, body, headers) => fault(path, body, headers) }));
  }
});
test.afterAll(async ({ browser }) => {
  await canary.close();
  await endHosts();
  for (const tier of TIERS) report(`faults-${tier}`, browser.version(), rows[tier]);
});

for (const tier of TIERS) {
  test(`${tier}: with every layer in place every attempt is held`, async ({ page }) => {
    fault = (_path, body) => body;
    const outcome = await attack(page, canary, { isolated: false, base: bases.get(tier) });
    expect(outcome).toEqual({ through: [], held: PROBES.length });
  });

  for (const layer of LAYERS) {
    test(`${tier}: without ${layer.name}: held by the others, or refused`, async ({ page }) => {
      test.skip(tier === "bare" && !standsInDocument(layer, policy), "such a host has no such layer");
      fault = await without([layer]);
      // A host without headers isolates no page.
      const isolated = tier === "headers" && !layer.plain;
      const outcome = await attack(page, canary, { isolated, base: bases.get(tier) });
      rows[tier].push(row(layer, outcome));
      expectHeld(outcome);
    });
  }
}
