// One layer out at a time: either the others still hold every attempt, or the frame refuses to start with a sentence.
// And with everything out every attempt gets through, or it would prove nothing.

import { Canary } from "../attacks/witness/canary";
import { expect, test } from "../fixtures";
import { attack, expectHeld, type Row, report, row } from "./attempts";
import { LAYERS, type Layer } from "./layers";
import { PROBES } from "./probes";
import { takeOut } from "./taking-out";

const canary = new Canary();
const rows: Row[] = [];

test.beforeAll(() => canary.listen());
test.afterAll(async ({ browser }) => {
  await canary.close();
  report("faults", browser.version(), rows);
});

test("with every layer in place every attempt is held", async ({ page }) => {
  await takeOut(page, []);
  expect(await attack(page, canary)).toEqual({ through: [], held: PROBES.length });
});

for (const layer of LAYERS) {
  test(`without ${layer.name}: held by the others, or refused`, async ({ page }) => {
    await takeOut(page, [layer]);
    const outcome = await attack(page, canary, { isolated: !layer.plain });
    rows.push(row(layer, outcome));
    expectHeld(outcome);
  });
}

test("positive control: with every layer out, every attempt gets through", async ({ page }) => {
  const out = [
    "Permissions-Policy",
    "Connection-Allowlist",
    "Cross-Origin-Embedder-Policy",
    "Document-Isolation-Policy",
    "iframe sandbox",
    "scrubbed globals",
    "scrubbed prototypes",
    "spent Trusted Types",
    "fetch shim",
    "frame's self-test",
  ];
  // Pyodide tells a classic worker by importing data:, and refuses to run in one; that one import stays forbidden.
  const open: Layer = {
    name: "all of the policy",
    kind: "header",
    header: [
      "content-security-policy",
      () => "script-src 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob: http:; worker-src blob:",
    ],
  };
  await takeOut(page, [open, ...LAYERS.filter((layer) => out.includes(layer.name))]);
  const outcome = await attack(page, canary, { isolated: false });
  expect(outcome).toEqual({ through: PROBES.map((p) => `${p.group}: ${p.title} (${p.realm})`), held: 0 });
});
