// Runs probes: each once sealed and once where nothing is sealed, and asks the witness afterwards about both.

import { fill, freshLabel, type Group, type Places, type Probe } from "./probe";
import type { PlainRig } from "./rig/plain";
import type { Heard, SealedRig } from "./rig/sealed";
import type { Sighting } from "./witness/canary";
import type { Cdp, Target } from "./witness/cdp";
import type { Witness } from "./witness/witness";

export interface Outcome {
  id: string;
  group: Group;
  title: string;
  realm: string;
  /** "held": nobody sighted the label. "LEAKED": somebody did. */
  sealed: "held" | "LEAKED";
  /** "sighted": the witness saw the same attempt. "unseen": it did not, so the probe proves nothing. */
  control: "sighted" | "unseen";
  labels: { sealed: string; control: string };
  sightings: Sighting[];
  /** Who sighted the control. */
  witnesses: string[];
  /** What the attempt itself came to, shortened: useful when a control is unseen. */
  said: { sealed: string; control: string };
  ms: number;
}

/** What is known of a probe that nobody has run. */
export const unheard = ({ id, group, title, realm }: Probe): Outcome => ({
  id,
  group,
  title,
  realm,
  sealed: "held",
  control: "unseen",
  labels: { sealed: freshLabel(), control: freshLabel() },
  sightings: [],
  witnesses: [],
  said: { sealed: "", control: "" },
  ms: 0,
});

/** How long after the last probe of a group late arrivals are waited for. */
const LATE_MS = 900;
/** How long the controls of a further try are waited for. */
const PATIENCE_MS = 6_000;
/** How long a control is waited for that takes its own realm away. */
const GONE_MS = 1_500;
/** So often an unseen control may try again. */
const TRIES = 3;

const wrap = (code: string, globals: string): string => `(async (g) => {${code}\n})(${globals})`;
const short = (value: unknown): string => String(value).replace(/\s+/g, " ").slice(0, 400);

/** How many scripts attack at the same time; each has labels of its own. */
const AT_ONCE = 8;

/** Probes that may run together: scripts that leave their realm as it was. Everything else runs alone. */
export function batches(probes: readonly Probe[]): Probe[][] {
  const out: Probe[][] = [];
  let open: Probe[] = [];
  for (const probe of probes) {
    const alone = probe.realm === "python" || probe.spoils || probe.inAnswer || probe.during !== undefined;
    if (alone || open.length === AT_ONCE || open[0]?.realm !== probe.realm) {
      open = [];
      out.push(open);
    }
    open.push(probe);
    if (alone) open = [];
  }
  return out.filter((batch) => batch.length > 0);
}

export class Runner {
  readonly #cdp: Cdp;
  readonly #witness: Witness;
  readonly #sealed: SealedRig;
  readonly #plain: PlainRig;

  constructor(cdp: Cdp, witness: Witness, sealed: SealedRig, plain: PlainRig) {
    this.#cdp = cdp;
    this.#witness = witness;
    this.#sealed = sealed;
    this.#plain = plain;
  }

  async run(probes: readonly Probe[], { controls = true } = {}): Promise<Outcome[]> {
    const done: Outcome[] = [];
    if (controls) await this.#plain.front();
    for (const batch of batches(probes)) {
      done.push(...(await Promise.all(batch.map((probe) => this.#one(probe, controls)))));
      await Promise.all([this.#sealed.look(), controls ? this.#plain.look() : undefined]).catch(() => {});
      if (batch.some((probe) => probe.spoils) || !(await this.#sealed.alive())) await this.#sealed.renew();
    }
    await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    for (const outcome of done) this.judge(outcome);
    if (controls) await this.#again(done, probes);
    return done;
  }

  /**
   * A control must be sighted once to prove its point, so one that a busy machine was too slow for may try again, in
   * a plain page that no earlier probe has touched.
   */
  async #again(done: Outcome[], probes: readonly Probe[]): Promise<void> {
    for (let round = 0; round < TRIES; round++) {
      const unseen = done.filter(({ control }) => control === "unseen");
      if (unseen.length === 0) return;
      await this.#plain.renew();
      await this.#plain.front();
      for (const outcome of unseen) {
        const probe = probes.find(({ id }) => id === outcome.id);
        if (!probe) continue;
        outcome.labels.control = freshLabel();
        outcome.said.control = await this.#control(probe, outcome.labels.control);
        await Promise.all([this.#sealed.look(), this.#plain.look()]).catch(() => {});
        if (probe.spoils && probe.controlIn === "sealed") await this.#sealed.renew();
      }
      const until = Date.now() + PATIENCE_MS;
      do {
        await new Promise((resolve) => setTimeout(resolve, LATE_MS));
        for (const outcome of unseen) this.judge(outcome);
      } while (Date.now() < until && unseen.some(({ control }) => control === "unseen"));
    }
  }

  #control(probe: Probe, label: string): Promise<string> {
    if (probe.controlIn !== "sealed") return this.#attempt(() => this.#inPlain(probe, label), label);
    const during = probe.controlDuring ?? probe.during;
    const attacker = { ...probe, ...(during ? { during } : {}) };
    return this.#attempt(() => this.#inSealed(attacker, probe.control ?? probe.code, label), label);
  }

  /** Sealed and unsealed at once where they don't meet: they are different processes. */
  async #one(probe: Probe, controls: boolean): Promise<Outcome> {
    const began = Date.now();
    const labels = { sealed: freshLabel(), control: freshLabel() };
    const attack = this.#attempt(() => this.#inSealed(probe, probe.code, labels.sealed), labels.sealed);
    if (probe.controlIn === "sealed") await attack;
    const control = controls ? this.#control(probe, labels.control) : "";
    const said = { sealed: await attack, control: await control };
    const ms = Date.now() - began;
    return { ...unheard(probe), labels, said, ms };
  }

  /** Asks the witness about both labels (again). */
  judge(outcome: Outcome): void {
    outcome.sightings = this.#witness.sightings(outcome.labels.sealed).slice(0, 5);
    outcome.sealed = outcome.sightings.length > 0 ? "LEAKED" : "held";
    const seen = this.#witness.sightings(outcome.labels.control);
    outcome.witnesses = [...new Set(seen.map(({ by }) => by))];
    outcome.control = seen.length > 0 ? "sighted" : "unseen";
  }

  /** A probe of Python where nothing is sealed; gives what it came to. */
  inPlain(probe: Probe, label: string): Promise<string> {
    return this.#attempt(() => this.#inPlain(probe, label), label);
  }

  places(label: string): Places {
    const { httpPort, tcpPort, udpPort } = this.#witness.canary;
    const host = `127.0.0.1:${httpPort}`;
    return { http: `http://${host}`, ws: `ws://${host}`, tcp: tcpPort, udp: udpPort, label };
  }

  async #attempt(action: () => Promise<unknown>, label: string): Promise<string> {
    try {
      const said = short(await action());
      if (said === "won" || said.includes(`won ${label}`)) this.#witness.note("announced", `won ${label}`);
      return said;
    } catch (error) {
      return short((error as Error).message);
    }
  }

  async #inSealed(probe: Probe, template: string, label: string): Promise<unknown> {
    const code = fill(template, this.places(label));
    if (probe.realm === "python") {
      const answer = await this.#sealed.python(code);
      if (probe.inAnswer) this.#witness.note("answer", JSON.stringify(answer));
      // A traceback quotes the code, announcement and all: that is not one.
      return answer.text ?? `${answer.status} ${answer.error?.name}: ${answer.error?.value.replaceAll("won ", "")}`;
    }
    const { realm } = probe;
    if (realm === "result" || realm === "outside") throw new Error(`${probe.id} is for another runner`);
    const target: Pick<Target, "session"> & { context?: number } = await this.#sealed[realm]();
    const cell = probe.during ? await this.#begin(target.session, probe.during) : undefined;
    const said = await this.#cdp
      .evaluate(target.session, wrap(code, "globalThis"), 5_000, target.context)
      .catch(String);
    const after = await cell?.answer;
    if (probe.inAnswer) {
      const next = await this.#sealed.python("'next'");
      const files = await this.#sealed.host("sandboxes.main.files.list()");
      this.#witness.note("answer", JSON.stringify([after, next, files]));
    }
    return said;
  }

  /** Starts a cell and waits until the worker has been told its id. */
  async #begin(session: string, code: string): Promise<{ answer: Promise<Heard> }> {
    const id = () => this.#cdp.evaluate<string>(session, "String(kept.run)", 2_000).catch(() => "");
    const before = await id();
    const answer = this.#sealed.python(code);
    for (let tries = 0; tries < 100 && (await id()) === before; tries++)
      await new Promise((done) => setTimeout(done, 10));
    return { answer };
  }

  async #inPlain(probe: Probe, label: string): Promise<unknown> {
    const code = fill(probe.control ?? probe.code, this.places(label));
    if (probe.realm === "python") {
      return this.#plain.python(code, probe.packages).catch(async (error: Error) => {
        if (error.message.startsWith("no answer")) await this.#plain.kill();
        throw error;
      });
    }
    const where = probe.realm === "frame" || probe.realm === "chart" ? "frame" : "worker";
    try {
      // One that navigates its own realm away gets no answer.
      const patience = probe.spoils ? GONE_MS : undefined;
      return await this.#plain.script(where, wrap(code, "globalThis"), patience);
    } catch (error) {
      if (where === "worker" && (error as Error).message.startsWith("no answer")) await this.#plain.kill("worker");
      throw error;
    } finally {
      // A probe may have navigated the frame, or the page.
      const still = await this.#plain
        .page_<boolean>("frames[0]?.location.pathname==='/plain/frame'")
        .catch(() => false);
      if (!still) await this.#plain.renew().catch(() => {});
    }
  }
}
