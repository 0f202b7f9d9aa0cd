// One layer out at a time: either the others still hold every attempt, or the frame refuses to start with a sentence.
// And with everything out every attempt gets through, or it would prove nothing.

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { frameScript } from "../../../static/build.mjs";
import { Canary } from "../attacks/witness/canary";
import { Bench, blankPage, expect, test } from "../fixtures";
import { LAYERS, type Layer } from "./layers";
import { PROBES } from "./probes";

type Outcome = { refused: string } | { through: string[]; held: number };

const canary = new Canary();
const matrix: { layer: string; kind: string; outcome: string; groups: Record<string, string> }[] = [];

test.beforeAll(() => canary.listen());
test.afterAll(async ({ browser }) => {
  await canary.close();
  mkdirSync("build/reports", { recursive: true });
  const summary = { browser: browser.version(), probes: PROBES.length, layers: matrix };
  writeFileSync("build/reports/faults.json", `${JSON.stringify(summary, null, 2)}\n`);
});

/** Serves the frame and the SDK with these layers taken out. */
async function takeOut(page: Page, layers: Layer[]): Promise<void> {
  const sources = layers.flatMap(({ source }) => (source ? [source] : []));
  const script = await frameScript((path: string, text: string) => {
    let changed = text;
    for (const [file, rewrite] of sources) {
      if (file !== path) continue;
      const next = rewrite(changed);
      if (next === changed) throw new Error(`the fault in ${file} changes nothing`);
      changed = next;
    }
    return changed;
  });
  const hash = createHash("sha256").update(script).digest("base64");
  await page.route("**/frame/*", async (route) => {
    const response = await route.fetch();
    const headers = response.headers();
    headers["content-security-policy"] = (headers["content-security-policy"] ?? "").replace(
      /'sha256-[^']+'/,
      `'sha256-${hash}'`,
    );
    for (const { header } of layers) {
      if (!header) continue;
      const [name, rewrite] = header;
      const value = headers[name];
      if (value === undefined) continue;
      const next = rewrite(value);
      if (next === value) throw new Error(`the fault in ${name} changes nothing`);
      if (next === null) delete headers[name];
      else headers[name] = next;
    }
    const body = `<!doctype html><html><head><meta charset="utf-8"></head><body><script>${script}</script></body></html>`;
    await route.fulfill({ status: 200, headers, body });
  });
  await page.route("**/sdk.js", async (route) => {
    const response = await route.fetch();
    let body = await response.text();
    for (const { sdk } of layers) {
      if (!sdk) continue;
      const next = sdk(body);
      if (next === body) throw new Error("the fault in the SDK changes nothing");
      body = next;
    }
    await route.fulfill({ response, body });
  });
}

/** Opens a sandbox and runs every attempt in it. */
async function attack(page: Page, isolated = true): Promise<Outcome> {
  await blankPage(page, isolated);
  page.on("dialog", (dialog) => void dialog.accept());
  const bench = new Bench(page);
  try {
    await bench.open({ packages: [], spare: false });
  } catch (error) {
    return { refused: (error as Error).message.replace(/^page\.evaluate: (Error: )?/, "").split("\n")[0] ?? "" };
  }
  const frame = page.frames().find((each) => each.url().includes("/frame/"));
  const worker = page.workers().at(-1);
  if (!frame || !worker) throw new Error("the frame or its worker is not to be seen");
  const through: string[] = [];
  for (const probe of PROBES) {
    canary.seen.length = 0;
    const script = probe.script.replaceAll("{canary}", `http://127.0.0.1:${canary.httpPort}`);
    const ran = probe.realm === "worker" ? worker.evaluate(script) : frame.evaluate(script);
    const answer: unknown = await ran.catch(() => false);
    if (answer === true || canary.seen.length > 0) through.push(`${probe.group}: ${probe.title} (${probe.realm})`);
  }
  await page.waitForTimeout(100);
  return { through, held: PROBES.length - through.length };
}

function note(layer: Layer, outcome: Outcome): void {
  const groups: Record<string, string> = {};
  for (const group of new Set(PROBES.map((probe) => probe.group))) {
    const all = PROBES.filter((probe) => probe.group === group);
    const lost = "through" in outcome ? outcome.through.filter((each) => each.startsWith(`${group}:`)).length : 0;
    groups[group] = "refused" in outcome ? "not started" : `${all.length - lost}/${all.length}`;
  }
  matrix.push({
    layer: layer.name,
    kind: layer.kind,
    outcome: "refused" in outcome ? outcome.refused : "held",
    groups,
  });
}

test("with every layer in place every attempt is held", async ({ page }) => {
  await takeOut(page, []);
  expect(await attack(page)).toEqual({ through: [], held: PROBES.length });
});

for (const layer of LAYERS) {
  test(`without ${layer.name}: held by the others, or refused`, async ({ page }) => {
    await takeOut(page, [layer]);
    const outcome = await attack(page, !layer.plain);
    note(layer, outcome);
    if ("refused" in outcome) expect(outcome.refused).toMatch(/^[A-Z].*\.$/);
    else expect(outcome.through).toEqual([]);
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
  const outcome = await attack(page, false);
  expect(outcome).toEqual({ through: PROBES.map((p) => `${p.group}: ${p.title} (${p.realm})`), held: 0 });
});
