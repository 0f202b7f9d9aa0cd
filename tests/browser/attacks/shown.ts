// Shows results in a page of ours and in an ordinary document at the same time, and asks the witness about both.

import { type Arena, expect } from "./arena";
import { fill } from "./probe";
import type { Shown } from "./probes/output";
import { click, move, type PageRig } from "./rig/page";
import { type Outcome, unheard } from "./run";

/** How many results one cell shows. */
const AT_ONCE = 12;
const METHOD = { html: "_repr_html_", svg: "_repr_svg_", markdown: "_repr_markdown_", text: "" };
const rest = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Shows all of them in a page that is open. */
export async function showAll(arena: Arena, page: PageRig, probes: readonly Shown[]): Promise<Outcome[]> {
  const done = probes.map(unheard);
  for (let at = 0; at < probes.length; at += AT_ONCE) {
    const began = Date.now();
    const batch = probes.slice(at, at + AT_ONCE);
    await Promise.all([show(arena, page, batch, done.slice(at)), showPlain(arena, batch, done.slice(at))]);
    const ms = Math.round((Date.now() - began) / batch.length);
    for (const outcome of done.slice(at, at + AT_ONCE)) outcome.ms = ms;
  }
  await rest(900);
  await Promise.all([page.look(), arena.plain.look()]);
  for (const outcome of done) arena.runner.judge(outcome);
  return done;
}

/** One run that shows them all. */
async function show(arena: Arena, page: PageRig, batch: readonly Shown[], outcomes: Outcome[]): Promise<void> {
  const before = await page.frames();
  const filled = batch.map((probe, i) => {
    const code = fill(probe.code, arena.runner.places(outcomes[i]?.labels.sealed ?? ""));
    return [METHOD[probe.as], code];
  });
  await page.run(
    `import json
from IPython.display import display
for method, body in json.loads(${JSON.stringify(JSON.stringify(filled))}):
    if method: display(type("Shown", (), {method: lambda self, body=body: body})())
    else: print(body)`,
  );
  const html = batch.filter((probe) => probe.as === "html").length;
  // The first ones may wait for code that a start does without.
  for (let waits = 0; waits < 40 && (await page.frames()) - before < html; waits++) await rest(250);
  await rest(500);
  expect((await page.frames()) - before, "every HTML result is on the page").toBe(html);
  let frame = before;
  for (const probe of batch) {
    if (probe.press) await page.press(frame);
    if (probe.hover && probe.as === "html") await page.hover("[data-testid=output-html]", frame, 1);
    if (probe.as === "html") frame += 1;
  }
  const marked = batch.some((probe) => probe.hover && probe.as === "markdown");
  if (marked) await page.hover(".prose a, .prose button");
  await rest(200);
}

/** The same markup in an ordinary document, pressed alike. */
async function showPlain(arena: Arena, batch: readonly Shown[], outcomes: Outcome[]): Promise<void> {
  const { session } = arena.plain.page;
  for (const [i, probe] of batch.entries()) {
    const code = fill(probe.control ?? probe.code, arena.runner.places(outcomes[i]?.labels.control ?? ""));
    await arena.plain.page_(
      `(()=>{document.querySelectorAll(".shown").forEach((old)=>old.remove());const f=document.createElement("iframe");f.className="shown";
        f.style.cssText="position:fixed;left:0;top:0;width:400px;height:300px;background:white;z-index:9";
        f.srcdoc=${JSON.stringify(code)};document.body.append(f);return new Promise((d)=>{f.onload=()=>d(1);setTimeout(d,400)})})()`,
    );
    await rest(60);
    if (probe.press) {
      await click(arena.cdp, session, 200, 150);
      await rest(120);
    }
    if (probe.hover) {
      await move(arena.cdp, session, 200, 150);
      await rest(200);
    }
    await arena.plain.look().catch(() => {});
    const still = await arena.plain.page_<string>("location.pathname").catch(() => "");
    if (still !== "/plain") await arena.plain.renew().catch(() => {});
  }
}
