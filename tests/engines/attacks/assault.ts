// Tries probes in an engine: each once sealed and once where nothing is sealed, and asks the witness about both.

import { fill, freshLabel, type Places, type Probe } from "../../browser/attacks/probe";
import { type Code, plant } from "../../browser/attacks/rig/planted";
import { batches, type Outcome, unheard } from "../../browser/attacks/run";
import type { Witness } from "../../browser/attacks/witness/witness";
import type { Fault } from "../../browser/hosts";
import { type Engine, rest } from "../engine";
import type { Attempt, Plain } from "./plain";
import { type Call, emptied, Sealed } from "./sealed";

/** How long late arrivals are waited for after the last attempt. */
const LATE_MS = 1_500;
/** So often an unseen control may try again, and how long it is waited for then. */
const TRIES = 2;
const PATIENCE_MS = 4_000;
/** A control that takes its own realm away gives no answer. */
const GONE_MS = 1_500;
const PYTHON_MS = 6_000;
const PACKAGES_MS = 60_000;
const START_MS = 150_000;

/** Where a sandbox is attacked: the page's address, and the place where what is sent can be changed. */
export interface Place {
  page: string;
  fault(change: Fault): void;
}

interface Try {
  probe: Probe;
  outcome: Outcome;
  /** Its places in what is planted: the attempt, and the control of one that needs what only a sandbox has. */
  call?: Call;
  control?: Call;
}

export class Assault {
  readonly #engine: Engine;
  readonly #witness: Witness;
  readonly #plain: Plain;

  constructor(engine: Engine, witness: Witness, plain: Plain) {
    this.#engine = engine;
    this.#witness = witness;
    this.#plain = plain;
  }

  /** `controls`: which probes have one here. */
  async run(place: Place, probes: readonly Probe[], controls: (probe: Probe) => boolean): Promise<Outcome[]> {
    // What takes a frame's document away gets one of its own.
    const alone = probes.filter(({ realm, spoils }) => spoils && realm === "frame");
    const together = probes.filter((probe) => !alone.includes(probe));
    const done: Try[] = [];
    for (const list of [together, ...alone.map((probe) => [probe])]) {
      if (list.length > 0) done.push(...(await this.#visit(place, list, controls)));
    }
    await rest(LATE_MS);
    for (const { outcome } of done) this.#judge(outcome);
    await this.#again(done.filter(({ probe }) => controls(probe) && probe.controlIn !== "sealed"));
    return done.map(({ outcome }) => outcome);
  }

  async #visit(place: Place, probes: readonly Probe[], controls: (probe: Probe) => boolean): Promise<Try[]> {
    const codes: Code[] = [{ realm: "worker", code: "return String(kept.run)" }];
    const id: Call = { realm: "worker", at: 0 };
    const planted = (probe: Probe, template: string, label: string): Call => {
      codes.push({ realm: probe.realm as Code["realm"], code: this.#filled(template, label) });
      return { realm: probe.realm, at: codes.length - 1 };
    };
    const tries = probes.map((probe): Try => {
      const outcome = unheard(probe);
      if (probe.realm === "python") return { probe, outcome };
      const call = planted(probe, probe.code, outcome.labels.sealed);
      if (probe.controlIn !== "sealed") return { probe, outcome, call };
      return { probe, outcome, call, control: planted(probe, probe.control ?? probe.code, outcome.labels.control) };
    });
    const attackers = plant(codes);
    place.fault((path, body, headers) => emptied(path, attackers(path, body, headers), headers));
    const sealed = await Sealed.open(this.#engine, place.page, this.#witness);
    try {
      for (const batch of batches(probes)) {
        const mine = tries.filter(({ probe }) => batch.includes(probe));
        const began = Date.now();
        await this.#sealed(sealed, mine, id, controls);
        await this.#controls(mine.filter(({ probe }) => controls(probe) && probe.controlIn !== "sealed"));
        const ms = Math.round((Date.now() - began) / mine.length);
        for (const { outcome } of mine) outcome.ms = ms;
        await sealed.look().catch(() => {}); // the page may be gone, which its witness saw
        if (batch.some(({ realm, spoils }) => spoils && realm !== "frame")) await sealed.renew();
      }
    } finally {
      await sealed.close();
    }
    return tries;
  }

  async #sealed(sealed: Sealed, tries: readonly Try[], id: Call, controls: (probe: Probe) => boolean): Promise<void> {
    const [first] = tries;
    if (first?.probe.realm === "python") {
      const answer = await sealed.python(this.#filled(first.probe.code, first.outcome.labels.sealed));
      const { text, status, error } = answer;
      // A traceback quotes the code, announcement and all: that is not one.
      this.#said(first.outcome, "sealed", text ?? `${status} ${error?.name}: ${error?.value.replaceAll("won ", "")}`);
      if (first.probe.inAnswer) this.#witness.note("answer", JSON.stringify(answer));
      return;
    }
    if (first?.call && (first.probe.during !== undefined || first.probe.inAnswer)) {
      const { probe, outcome, call, control } = first;
      const attempt = async (side: "sealed" | "control", during: string | undefined, asked: Call): Promise<void> => {
        const { said, answer } = await sealed.attackDuring(during, asked, id);
        this.#said(outcome, side, said);
        this.#witness.note("answer", JSON.stringify(answer));
      };
      await attempt("sealed", probe.during, call);
      if (!control || !controls(probe)) return;
      if (probe.spoils) await sealed.renew();
      // The message must come while the cell runs, which a busy machine may not manage at once.
      for (let tries = 0; tries <= TRIES; tries++) {
        await attempt("control", probe.controlDuring ?? probe.during, control);
        if (this.#witness.sightings(outcome.labels.control).length > 0) return;
        if (probe.spoils) await sealed.renew();
      }
      return;
    }
    const said = await sealed
      .attack(tries.flatMap(({ call }) => (call ? [call] : [])))
      .catch((error: Error) => tries.map(() => error.message));
    for (const [at, { outcome }] of tries.entries()) this.#said(outcome, "sealed", said[at] ?? "no answer");
  }

  async #controls(tries: readonly Try[]): Promise<void> {
    if (tries.length === 0) return;
    const attempts = tries.map(({ probe, outcome }): Attempt => {
      const code = this.#filled(probe.control ?? probe.code, outcome.labels.control);
      if (probe.realm === "python") return { where: "python", code, packages: probe.packages ?? [] };
      return { where: probe.realm === "frame" ? "frame" : "script", code: `(async (g) => {${code}\n})(globalThis)` };
    });
    const [first] = tries;
    const python = first?.probe.realm === "python";
    if (python) await this.#plain.attack([{ where: "python", code: "1" }], START_MS); // the one before may have been ended
    const ms = python ? (first?.probe.packages ? PACKAGES_MS : PYTHON_MS) : first?.probe.spoils ? GONE_MS : PYTHON_MS;
    const said = await this.#plain.attack(attempts, ms).catch((error: Error) => tries.map(() => error.message));
    for (const [at, { outcome }] of tries.entries()) this.#said(outcome, "control", said[at] ?? "no answer");
    await this.#plain.look();
    if (python && said[0] === "no answer") await this.#plain.kill("python").catch(() => {});
    if (!python && said.includes("no answer")) await this.#plain.kill("script").catch(() => {});
    if (!(await this.#plain.whole())) await this.#plain.renew();
  }

  /**
   * A control must be sighted once to prove its point: what a busy machine was too slow for may try again, each in a page of
   * its own, because an earlier one's Python has modules that a later one must not find loaded.
   */
  async #again(tries: readonly Try[]): Promise<void> {
    for (let round = 0; round < TRIES; round++) {
      const unseen = tries.filter(({ outcome }) => outcome.control === "unseen");
      if (unseen.length === 0) return;
      for (const one of unseen) {
        await this.#plain.renew();
        one.outcome.labels.control = freshLabel();
        await this.#controls([one]);
      }
      for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await rest(300)) {
        for (const { outcome } of unseen) this.#judge(outcome);
        if (unseen.every(({ outcome }) => outcome.control === "sighted")) break;
      }
    }
  }

  #said(outcome: Outcome, side: "sealed" | "control", said: string): void {
    const text = said.replace(/\s+/g, " ").slice(0, 400);
    outcome.said[side] = text;
    if (text === "won" || text.includes(`won ${outcome.labels[side]}`)) {
      this.#witness.note("announced", `won ${outcome.labels[side]}`);
    }
  }

  #judge(outcome: Outcome): void {
    outcome.sightings = this.#witness.sightings(outcome.labels.sealed).slice(0, 5);
    outcome.sealed = outcome.sightings.length > 0 ? "LEAKED" : "held";
    const seen = this.#witness.sightings(outcome.labels.control);
    outcome.witnesses = [...new Set(seen.map(({ by }) => by))];
    outcome.control = seen.length > 0 ? "sighted" : "unseen";
  }

  #filled(code: string, label: string): string {
    const { httpPort, tcpPort, udpPort } = this.#witness.canary;
    const host = `127.0.0.1:${httpPort}`;
    const places: Places = { http: `http://${host}`, ws: `ws://${host}`, tcp: tcpPort, udp: udpPort, label };
    return fill(code, places);
  }
}
