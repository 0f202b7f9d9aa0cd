// The page stays responsive, the answer comes on time and the next cell is answered, whatever the code does.

import { type Arena, expect, found, GRACE, GROUP_MS, keep, test } from "./arena";
import { freshLabel } from "./probe";
import { STRAINS, type Strain } from "./probes/resources";
import type { Heard } from "./rig/sealed";
import type { Outcome } from "./run";

/** The run's own time; its grace and what a busy machine adds come on top. */
const TIMEOUT = 300;
const SLACK = 2_500;
/** Longest time that the page's own timers, due every 20 ms, may stand still. */
const GAP = 700;
/** Messages after which the sealed frame takes a run for a flood (the server's default). */
const FLOOD = 20_000;
/** How long the answer to the next cell may take: at worst a whole Python is started for it. */
const NEXT = 20_000;
/** How much later than the frame's clock the page's own one strikes, and what a new frame takes. */
const FRAME = 5_000;

/** How many times as long as alone computing takes here now, for what else the machine does: 1 where it does nothing else. */
function slowness(): number {
  const began = performance.now();
  const spent = process.cpuUsage();
  let ms = 0;
  while (ms < 40) {
    const { user, system } = process.cpuUsage(spent);
    ms = (user + system) / 1_000;
  }
  return Math.max(1, (performance.now() - began) / ms);
}

/** What says that something took too long. */
const LATE = /^the (answer took|next answer took|page stood still|status is no answer)/;

let outcomes = new Map<string, Outcome>();

test.beforeAll(async ({ arena }) => {
  test.setTimeout(GROUP_MS);
  let list = found("resources");
  if (!list) {
    await arena.open();
    // What other groups did to the plain page may keep messages from it: these controls count them.
    await arena.plain.renew();
    list = [];
    for (const strain of STRAINS) {
      const one = await bear(arena, strain);
      if (process.env.BELLJAR_TRACE)
        console.error(`${one.ms} ms  ${one.id}  ${one.said.sealed}  |  ${one.said.control}`);
      list.push(one);
    }
    keep("resources", list);
  }
  outcomes = new Map(list.map((outcome) => [outcome.id, outcome]));
});

async function bear(arena: Arena, strain: Strain): Promise<Outcome> {
  const began = Date.now();
  const labels = { sealed: freshLabel(), control: freshLabel() };
  const withstand = (): Promise<string[]> => suffer(arena, strain).catch((error: Error) => [error.message]);
  const [first, control] = await Promise.all([
    withstand(),
    unwatched(arena, strain).catch((error: Error) => error.message),
  ]);
  // A shared machine may stand still for a moment: what was late, and nothing else, is tried once more.
  const late = first.length > 0 && first.every((what) => LATE.test(what));
  if (late) console.error(`${strain.title}: tried again, because ${first.join(", ")}`);
  const sealed = late ? await withstand() : first;
  const { id, title } = strain;
  const sighted = control.startsWith("sighted");
  return {
    id,
    group: "resources",
    title,
    realm: strain.script ? "worker" : "python",
    sealed: sealed.length === 0 ? "held" : "LEAKED",
    control: sighted ? "sighted" : "unseen",
    labels,
    sightings: sealed.map((what) => ({ by: "host page", what })),
    witnesses: sighted ? ["clock"] : [],
    said: { sealed: sealed.join("; "), control },
    ms: Date.now() - began,
  };
}

/** Everything that the promise names and that did not hold. */
async function suffer({ sealed, cdp }: Arena, strain: Strain): Promise<string[]> {
  const broken: string[] = [];
  const timeout = strain.timeout ?? TIMEOUT;
  // Before the strain: what it does to the machine itself is no excuse.
  const slow = slowness();
  await sealed.host("gaps.length=0");
  const target = strain.script ? await sealed.worker() : undefined;
  const answer = sealed.counted(strain.python, timeout, timeout + (GRACE + 15_000) * slow, strain.answer);
  if (target && strain.script) {
    await new Promise((done) => setTimeout(done, 100));
    // Not awaited: a loop gives no answer.
    void cdp.evaluate(target.session, `(()=>{${strain.script}})()`, 1_000).catch(() => {});
  }
  const heard = await answer.catch((error: Error): Heard => ({ status: error.message, stdout: "", ms: 1e9 }));
  if (!strain.status.includes(heard.status))
    broken.push(`the status is ${heard.status}: ${heard.error?.value ?? heard.note}`);
  const allowed = timeout + (GRACE + SLACK + (strain.ends ? FRAME : 0) + (strain.late ?? 0)) * slow;
  if (heard.ms > allowed) broken.push(`the answer took ${Math.round(heard.ms)} ms of ${Math.round(allowed)}`);
  if (strain.causes) {
    const { gauge, most } = strain.causes;
    const caused = await sealed.host<number>(gauge);
    if (caused > most) broken.push(`it caused ${caused} of at most ${most}: ${gauge}`);
  }
  let asked = Date.now();
  const ask = () =>
    sealed
      .python("6 * 7", 5_000 * slow, NEXT * slow)
      .catch((error: Error) => ({ text: error.message, status: "no answer" }));
  let next = await ask();
  if (strain.ends && next.status === "crashed") {
    asked = Date.now();
    next = await ask();
  }
  if (next.text !== "42") broken.push(`the next cell said ${next.text}`);
  else if (Date.now() - asked > NEXT * slow) broken.push(`the next answer took ${Date.now() - asked} ms`);
  const gap = await sealed.host<number>("Math.max(0,...gaps)");
  if (gap > (strain.gap ?? GAP) * slow) broken.push(`the page stood still for ${Math.round(gap)} ms`);
  // A broken sandbox is no place for the next strain.
  if (broken.length > 0) await sealed.renew();
  return broken;
}

/** The same where nobody watches. */
async function unwatched({ plain, cdp }: Arena, strain: Strain): Promise<string> {
  const { control, script } = strain;
  const bound = (strain.timeout ?? TIMEOUT) + GRACE;
  if (script) {
    const { session } = await plain.worker("worker");
    const count = "frames[0].count=0;frames[0].worker.onmessage=()=>{frames[0].count+=1}";
    if (control === "gets through") await plain.page_(count);
    // Twice the sealed flood's limit is enough to show; a million would only keep the control's page busy.
    const fewer = script.replace(/[12]e[56]; i\+\+/, `${2 * FLOOD}; i++`).replace("repeat(5e8)", "repeat(1e8)");
    const body = fewer.replaceAll("kept.", "globalThis.").replaceAll("globalThis.run", "'x'");
    const said = await cdp.evaluate<string>(session, `(()=>{${body}})(),"ended"`, bound).catch(String);
    if (control === "gets through") {
      await new Promise((done) => setTimeout(done, 1_500));
      const arrived = await plain.page_<number>("frames[0].count");
      await plain.kill("worker");
      return arrived > (strain.causes?.most ?? FLOOD) || (arrived > 0 && !fewer.includes("i++"))
        ? `sighted: ${arrived} messages got through`
        : said;
    }
    await plain.kill("worker");
    return said.includes("no answer") ? `sighted: ${said}` : said;
  }
  const code = typeof control === "object" ? control.python : (strain.unwatched ?? strain.python);
  const said = await plain
    .python(code, [], typeof control === "object" ? 8_000 : bound)
    .catch((error: Error) => error.message);
  if (typeof control === "object") return said === "passed" ? "sighted: passed" : said;
  if (said.startsWith("no answer")) {
    await plain.kill("python");
    return `sighted: ${said}`;
  }
  // Long enough to see whether it answers at all, not for one that starts.
  const late = new Promise<string>((done) => setTimeout(done, bound, "no answer").unref());
  const still = await Promise.race([plain.python("'alive'", [], bound).catch((error: Error) => error.message), late]);
  const dead = still !== "alive";
  if (dead) await plain.kill("python");
  if (control === "dies") return dead ? `sighted: afterwards ${still}` : `alive; ${said}`;
  return said;
}

for (const { id, title, script } of STRAINS) {
  test(`${script ? "worker" : "python"}: ${title}`, () => {
    const outcome = outcomes.get(id);
    expect(outcome, "the strain was tried").toBeDefined();
    expect(
      outcome?.sightings.map(({ what }) => what),
      "page, answer and next cell",
    ).toEqual([]);
    expect(outcome?.control, `unwatched it does harm (it said: ${outcome?.said.control})`).toBe("sighted");
  });
}
