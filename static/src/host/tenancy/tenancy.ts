// One frame's life: its link, its requests, the cell that runs in it, its packages, the clocks that notice when it is silent.
//
//   opening ──► starting ──ready──► up              each end is told to its owner once, and is the last word:
//                  ▲                │                  failed        no other frame could do better
//                  └── restarted ◄──┘                  silent        another one may answer
//                                                      unrestorable  another one needs another start
//
// A tenancy that has ended calls nobody back, and every promise that it gave out is settled.

import type { FrameMessage } from "../../protocol/from-frame";
import type { ReadyInfo } from "../../protocol/messages";
import type { Execution } from "../api/execution";
import type { Supply } from "../supply/supply";
import { type Asked, RunningCell } from "./cell";
import { type LinkEvents, send } from "./link";
import type { Opening } from "./opening";
import { type Request, Requests } from "./requests";
import { attend, Watchdog } from "./watchdog";

/** Messages that concern more than this one frame. */
export type News = Extract<FrameMessage, { type: "restarted" | "spare" | "blocked" | "kept" | "files" }>;

/** An end that nobody asked for. */
export type TenancyEnd = { why: "failed"; error: Error } | { why: "silent" } | { why: "unrestorable"; reason: string };

export interface TenancyOwner {
  /** Python is up, made of nothing but verified files. `soft`: it can be interrupted softly. */
  ready(info: ReadyInfo, soft: boolean): void;
  news(message: News): void;
  /** A cell has come to its end, and its frame has not. */
  done(): void;
  /** Nothing comes afterwards. The owner calls `end`, and goes on in another frame or not at all. */
  ended(end: TenancyEnd): void;
}

/** Opens the frame. */
export type Open = (events: LinkEvents) => Opening;

export class FrameTenancy {
  /** Undefined once it has ended. */
  #owner: TenancyOwner | undefined;
  readonly #supply: Supply;
  readonly #opening: Opening;
  readonly #requests = new Requests(() => this.#ended({ why: "silent" }));
  readonly #watchdog: Watchdog;
  #cell: RunningCell | undefined;
  #up = false;
  /** Why it has ended. */
  #reason = "";

  constructor(supply: Supply, owner: TenancyOwner, open: Open) {
    this.#supply = supply;
    this.#owner = owner;
    this.#watchdog = new Watchdog(supply.policy.limits, () => this.#ended({ why: "silent" }));
    const lost = (reason: string): void => this.#fail(new Error(reason));
    this.#opening = open({ message: (message) => this.#hear(message), lost });
    this.#begin().catch((error: Error) => this.#fail(error));
  }

  /** A cell runs in it. */
  get running(): boolean {
    return this.#cell !== undefined;
  }

  /** Resolves once the frame has been given everything; rejects with a sentence when it can't be. */
  get whole(): Promise<unknown> {
    return this.#opening.handed.then(({ whole }) => whole);
  }

  /** Has the frame answer a request, once it has what a start needs. Rejects with its sentence, or with Gone. */
  ask(message: Request, signal?: AbortSignal): Promise<unknown> {
    return this.#ask(message, this.#opening.handed, signal);
  }

  /** Runs a cell: there must be none. Never rejects. */
  run(asked: Asked, timeout_ms: number): Promise<Execution> {
    const cell = new RunningCell(this.#requests.next(), asked.options, {
      blocked: (blocked) => this.#owner?.news({ type: "blocked", blocked }),
      loading: (names) => this.#supply.mark(names, "loading"),
      answered: (id, text) => {
        this.#watchdog.answered();
        send(this.#opening.link, { type: "input", id, text });
      },
    });
    if (!this.#owner) cell.close(this.#reason);
    else this.#run(cell, asked, timeout_ms);
    return cell.execution;
  }

  #run(cell: RunningCell, asked: Asked, timeout_ms: number): void {
    this.#cell = cell;
    this.#opening.packages.begin();
    this.#watchdog.execute(timeout_ms);
    const { request } = cell;
    send(this.#opening.link, { type: "execute", request, code: asked.code, options: asked.wire(timeout_ms) });
    // One that hung before, or whose process has ended, would be noticed only when the cell's time is over.
    attend(
      () => !cell.over,
      () => this.ask({ type: "ping" }),
    );
  }

  /** Asks the cell to stop, if one runs. */
  interrupt(): void {
    this.#watchdog.stop();
    send(this.#opening.link, { type: "interrupt" });
  }

  /** Fetches what cells can do without for a while. */
  complete(): void {
    this.#opening.complete();
  }

  /** Away with the frame: what is pending gets its answer, the cell what `answer` gives it. */
  end(reason: string, answer: (cell: RunningCell) => void): void {
    this.#owner = undefined;
    this.#reason = reason;
    this.#watchdog.done();
    this.#opening.link.close();
    const cell = this.#cell;
    this.#cell = undefined;
    if (cell) answer(cell);
    this.#requests.lose(reason);
  }

  #ended(end: TenancyEnd): void {
    const owner = this.#owner;
    this.#owner = undefined;
    owner?.ended(end);
  }

  #fail(error: Error): void {
    this.#ended({ why: "failed", error });
  }

  // ------------------------------------------------------------ starting

  async #begin(): Promise<void> {
    const { whole } = await this.#opening.handed;
    whole.catch((error: Error) => this.#ended({ why: "unrestorable", reason: error.message }));
    this.#attend();
  }

  /** A frame whose process ends while Python starts would leave everybody waiting: its own clock has ended with it. */
  #attend(): void {
    attend(
      () => this.#owner !== undefined && !this.#up && !this.running,
      () => this.#ask({ type: "ping" }, Promise.resolve()),
    );
  }

  #ask(message: Request, open: Promise<unknown>, signal?: AbortSignal): Promise<unknown> {
    return this.#requests.ask(message, open, (numbered) => send(this.#opening.link, numbered), signal);
  }

  /** Python is up; it is ready once all that it was made from is verified. */
  async #ready(info: ReadyInfo): Promise<void> {
    const { verified, soft } = await this.#opening.handed;
    await verified;
    this.#up = true;
    this.#owner?.ready(info, soft);
  }

  // ------------------------------------------------------------ hearing

  #hear(message: FrameMessage): void {
    if (!this.#owner) return;
    switch (message.type) {
      case "progress":
        return this.#supply.progress(message.stage, message.label);
      case "ready":
        return void this.#ready(message.info).catch(() => {}); // the opening tells of that
      case "failed":
        return this.#fail(new Error(message.reason));
      case "unrestorable":
        return this.#ended({ why: "unrestorable", reason: message.reason });
      case "need":
        return void this.#provide(message.id, message.names);
      case "event":
        if (this.#cell?.request !== message.request) return;
        this.#watchdog.heard(message.event);
        return this.#cell.hear(message.event);
      case "done":
        if (this.#cell?.request !== message.request) return;
        return this.#done(this.#cell, message.outcome);
      case "packages_loaded":
        return this.#supply.mark(message.names, "loaded");
      case "reply":
        return this.#requests.reply(message);
      case "restarted":
        this.#owner.news(message);
        this.#up = false;
        return this.#attend();
      case "spare":
      case "blocked":
      case "kept":
      case "files":
        return this.#owner.news(message);
      case "hello":
      case "stalled":
      case "read":
        return; // the opening's, or nobody asked
    }
  }

  #done(cell: RunningCell, outcome: Extract<FrameMessage, { type: "done" }>["outcome"]): void {
    this.#cell = undefined;
    this.#watchdog.done();
    cell.finish(outcome);
    this.#owner?.done();
  }

  /** Answers the frame's need for packages, with their bytes or with a sentence. */
  async #provide(id: string, names: string[]): Promise<void> {
    const { packages } = this.#opening;
    await packages.give(this.#supply, id, names).catch((problem: Error) => packages.refuse(id, problem.message));
  }
}
