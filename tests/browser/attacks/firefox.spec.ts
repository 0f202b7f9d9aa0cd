// In Firefox nothing that a result, a text or a document holds leaves unasked, host names included.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { belljar, end } from "../server";
import { FOUND, found, GROUP_MS, keep, verdict } from "./arena";
import { fill } from "./probe";
import { TOLD, type Told } from "./probes/firefox";
import { type Cell, plant, runNotebook } from "./rig/firefox";
import { type Outcome, unheard } from "./run";
import type { Page } from "./witness/canary";
import { Firefox, firefoxPath } from "./witness/firefox";
import { Witness } from "./witness/witness";

const path = firefoxPath();
test.skip(
  path === undefined,
  "There is no Firefox here, so nothing was attacked in it: .ci/firefox says how to get one.",
);

const METHOD = { html: "_repr_html_", svg: "_repr_svg_", markdown: "_repr_markdown_", latex: "_repr_latex_" } as const;
const rest = (ms: number) => new Promise((done) => setTimeout(done, ms));

let outcomes = new Map<string, Outcome>();

test.beforeAll(async ({ baseURL }) => {
  test.setTimeout(GROUP_MS);
  if (path === undefined) return;
  const list = found("firefox") ?? (await attackAll(path, baseURL ?? ""));
  keep("firefox", list);
  outcomes = new Map(list.map((outcome) => [outcome.id, outcome]));
});
test.afterAll(end);

async function attackAll(executable: string, base: string): Promise<Outcome[]> {
  const pages = new Map<string, Page>();
  const witness = new Witness("", (path) => pages.get(path));
  await witness.canary.listen();
  const firefox = await Firefox.launch(executable, witness.canary.dns);
  try {
    const began = Date.now();
    const done = TOLD.map(unheard);
    const filled = TOLD.map((probe, at) => places(witness, probe.code, done[at]?.labels.sealed ?? ""));
    const controls = TOLD.map((probe, at) => places(witness, probe.control, done[at]?.labels.control ?? ""));
    // The controls first: they go on while Python starts.
    const plain = `http://127.0.0.1:${witness.canary.httpPort}/plain`;
    TOLD.forEach((probe, at) => {
      const body = probe.as === "document" ? "" : (controls[at] ?? "");
      pages.set(`/plain/${at}`, { type: "text/html", body: `<!doctype html><body>${body}</body>` });
    });
    const frames = TOLD.map((_, at) => `<iframe src="/plain/${at}"></iframe>`).join("");
    pages.set("/plain", { type: "text/html", body: `<!doctype html><body>${frames}</body>` });
    await firefox.open(plain);

    const notebook = await firefox.open(`${base}/`);
    const shown = TOLD.filter(({ as }) => as !== "document");
    await runNotebook(
      notebook,
      shown.map((probe) => cell(probe, filled[TOLD.indexOf(probe)] ?? "")),
      shown.filter(({ as }) => as === "html").length,
    );

    const withTabs = await belljar("--tab-key", "a-key-for-the-tabs-of-this-test");
    for (const [at, probe] of TOLD.entries()) {
      if (probe.path === undefined) continue;
      const tab =
        probe.path === "/" ? notebook : await firefox.open(`${probe.path === "/tab" ? withTabs : base}${probe.path}`);
      await plant(tab, filled[at] ?? "");
    }
    // Planted last, so whatever time Firefox takes with them, ours had more.
    pages.set("/plain/empty", { type: "text/html", body: "<!doctype html><body></body>" });
    const ordinary = await firefox.open(`${plain}/empty`);
    for (const [at, probe] of TOLD.entries()) if (probe.as === "document") await plant(ordinary, controls[at] ?? "");
    const seen = (label: string) => witness.sightings(label);
    for (let waits = 0; waits < 40 && done.some(({ labels }) => seen(labels.control).length === 0); waits++)
      await rest(200);
    await rest(1_200);
    const ms = Math.round((Date.now() - began) / done.length);
    for (const outcome of done) {
      outcome.ms = ms;
      outcome.sightings = seen(outcome.labels.sealed).slice(0, 25);
      outcome.sealed = outcome.sightings.length > 0 ? "LEAKED" : "held";
      outcome.witnesses = [...new Set(seen(outcome.labels.control).map(({ by }) => by))];
      outcome.control = outcome.witnesses.length > 0 ? "sighted" : "unseen";
    }
    mkdirSync(FOUND, { recursive: true });
    writeFileSync(join(FOUND, "firefox.txt"), firefox.product);
    return done;
  } finally {
    await firefox.close();
    await witness.canary.close();
  }
}

function places(witness: Witness, code: string, label: string): string {
  const { httpPort, tcpPort, udpPort } = witness.canary;
  const host = `127.0.0.1:${httpPort}`;
  return fill(code, { http: `http://${host}`, ws: `ws://${host}`, tcp: tcpPort, udp: udpPort, label });
}

function cell({ as }: Told, code: string): Cell {
  if (as === "text") return { kind: "markdown", source: code };
  const text = JSON.stringify(code);
  if (as === "print" || as === "document") return { kind: "code", source: `print(${text})` };
  return { kind: "code", source: `type("Shown", (), {"${METHOD[as]}": lambda self: ${text}})()` };
}

for (const probe of TOLD) {
  test(probe.title, () => {
    verdict(outcomes.get(probe.id));
  });
}

// Twenty links are twenty names: the sink sees each of a plain page's, so that none of ours is no accident.
test("the DNS sink sees every single name that Firefox looks up ahead of time", () => {
  const twenty = (found("firefox") ?? []).filter(({ title }) => title.includes("twenty"));
  expect(twenty.length).toBeGreaterThanOrEqual(3);
  expect(twenty.map(({ witnesses }) => witnesses)).toEqual(twenty.map(() => ["dns"]));
});
