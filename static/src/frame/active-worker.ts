// The worker in use: what it says, what it asks for, whether it hears. With it goes all of this, and the next one begins anew.

import type { FrameMessage } from "../protocol/from-frame";
import type { WorkerMessage } from "../protocol/from-worker";
import type { BootSettings, Delivery } from "../protocol/messages";
import type { HostMessage } from "../protocol/to-frame";
import type { Cell } from "./cell";
import { mint } from "./names";
import { Needs } from "./needs";
import { type PythonWorker, type WorkerListener, waitsForAll } from "./python-worker";
import type { Quota } from "./quota";
import type { Shown } from "./run";
import { Vigil } from "./vigil";

/** A cell that is on its way out takes no more interrupts than this. */
const CAUGHT = 2;

export interface ActiveWorkerOwner {
  /** The cell that there is. */
  readonly cell: Cell | undefined;
  /** What counts at present. */
  readonly quota: Quota;
  say(message: FrameMessage): void;
  ready(): void;
  /** A file of the working folder has been written. */
  file(path: string, blob: Blob): void;
  /** The cell began before all was here, needs what is not, and can't go on. */
  lacking(): void;
  /** It has said or caused more than it may, or is of no use, for a reason in a sentence. The owner replaces it. */
  flooded(reason: string): void;
  useless(reason: string): void;
  died(reason: string): void;
}

/** Asks for completions, or for the documentation of a name. */
export type Question = Extract<HostMessage, { type: "complete" | "inspect" }>;

export class ActiveWorker implements WorkerListener {
  readonly worker: PythonWorker;
  readonly vigil: Vigil;
  readonly #owner: ActiveWorkerOwner;
  readonly #needs: Needs;
  /** Requests of the host by the names that the worker knows them by, and what they are answered where it does not. */
  readonly #asked = new Map<string, { request: number; nothing: unknown }>();
  #paging = false;
  /** What it had said of interrupts when the run was to stop. */
  #before = { taken: 0, over: false };

  constructor(worker: PythonWorker, { packages }: BootSettings, owner: ActiveWorkerOwner) {
    this.worker = worker;
    this.#owner = owner;
    this.#needs = new Needs(packages, {
      ask: (id, names) => owner.say({ type: "need", id, names }),
      hand: (id, delivery) => this.#hand(id, delivery),
    });
    this.vigil = new Vigil({
      ask: (nonce) => worker.post({ type: "ping", nonce }),
      run: () => owner.cell?.run,
      waits: () => this.#needs.fetching || this.#needs.installing || !(worker.whole || worker.early),
      useless: (reason) => owner.useless(reason),
    });
    worker.listener = this;
  }

  /** Hands over a cell. */
  start({ run, repeated }: Cell): void {
    this.worker.run(run, !repeated);
    if (!this.worker.whole && !this.worker.early) this.#owner.say({ type: "stalled" });
  }

  /** What could not be had may be asked for again. */
  again(): void {
    this.#needs.again();
  }

  /** The host has delivered what was needed. */
  deliver(id: string, delivery: Delivery): void {
    this.#needs.deliver(id, delivery);
  }

  /** Has it say what is known of a place in code; `nothing`: the answer where it can't. */
  ask({ type, request, code, cursor }: Question, nothing: unknown): void {
    const id = mint();
    this.#asked.set(id, { request, nothing });
    this.worker.post({ type, id, code, cursor });
  }

  /**
   * Without shared memory only code that waits hears of it. Code that computes doesn't answer either, and is not given
   * the grace that it could not use. What waits may take its time once it has heard, so it is asked before.
   */
  interrupt(first: boolean): void {
    if (first) this.#before = this.worker.heard;
    if (!this.worker.interruptible) this.vigil.stop();
    this.worker.interrupt();
    this.vigil.attend();
  }

  /** What has become of the interrupts so far. Who takes one after the other, catches them. */
  shown(): Shown {
    const { taken, over } = this.worker.heard;
    if (over && !this.#before.over) return "over";
    const more = (taken - this.#before.taken + 256) % 256;
    return more > 0 && more <= CAUGHT ? "heard" : "nothing";
  }

  /** Another one takes its place: what it was asked is answered. */
  end(): void {
    this.vigil.end();
    for (const { request, nothing } of this.#asked.values()) this.#reply(request, nothing);
    this.#asked.clear();
  }

  /** It gets what it asked for. */
  #hand(id: string, delivery: Delivery): void {
    const bytes = [...delivery.files, ...delivery.images].reduce((sum, one) => sum + one.bytes.byteLength, 0);
    if (!this.caused(bytes)) return;
    if (!delivery.error) this.vigil.busy(); // unpacking them takes its time
    if (waitsForAll(delivery, this.worker)) this.#owner.say({ type: "stalled" });
    void this.worker.deliver(id, delivery);
    this.#owner.cell?.run.handed(bytes);
    this.#loads();
  }

  /** What the run waits for may have changed. */
  #loads(): void {
    const { fetching, installing } = this.#needs;
    this.#owner.cell?.run.loads({ fetching, installing, paging: this.#paging });
    this.vigil.attend();
  }

  #reply(request: number, value: unknown): void {
    this.#owner.say({ type: "reply", request, value, error: null });
  }

  /** What it was asked, once. */
  #answered(id: string, value: unknown): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (asked) this.#reply(asked.request, value);
  }

  // ------------------------------------------------------------ what it says

  admit(size: number): boolean {
    return this.#within(this.#owner.quota.admit(size), "it sent more output than a page can take");
  }

  caused(bytes: number): boolean {
    return this.#within(this.#owner.quota.caused(bytes), "it asked for more than a page can give");
  }

  #within(fits: boolean, reason: string): boolean {
    if (!fits) this.#owner.flooded(reason);
    return fits;
  }

  file(path: string, blob: Blob): void {
    this.#owner.file(path, blob);
  }

  died(reason: string): void {
    this.#owner.died(reason);
  }

  paging(): void {
    // Its time is not the code's. Named packages are not meant: it is a part of what is there already.
    const { cell } = this.#owner;
    this.#owner.say({ type: "stalled" });
    this.vigil.busy();
    this.#paging = true;
    this.#loads();
    if (cell?.run.begun) cell.event({ type: "loading", packages: [] });
  }

  paged(): void {
    const { cell } = this.#owner;
    this.vigil.watchStart();
    this.#paging = false;
    this.#loads();
    if (cell?.run.begun) cell.event({ type: "loaded", packages: [], ms: 0 });
  }

  lacking(): void {
    this.#owner.lacking();
  }

  message(message: WorkerMessage, size: number): void {
    const { cell, quota } = this.#owner;
    switch (message.type) {
      case "stage":
        if (this.worker.state !== "booting") return;
        return this.#owner.say({ type: "progress", stage: "starting", label: message.label });
      case "ready":
        this.begin();
        return this.#owner.ready();
      case "need":
        this.#needs.need(message.id, message.names);
        return this.#loads();
      case "installed":
        return this.#installed(message.id, message.names);
      case "blocked": {
        if (!quota.may("blocked")) return;
        const blocked = { by: message.by, what: message.what, target: message.target };
        return cell ? cell.event({ type: "blocked", blocked }) : this.#owner.say({ type: "blocked", blocked });
      }
      case "completed":
        return this.#answered(message.id, { matches: message.matches, start: message.start });
      case "inspected":
        return this.#answered(message.id, message.found);
      case "pong":
        return this.vigil.heard(message.nonce);
      case "page":
      case "failed":
      case "crashed":
      case "warmed":
        return;
      default:
        // Everything else belongs to a run, and only the current run's messages count.
        if (message.run === cell?.run.id) cell.hear(message, size);
    }
  }

  /** It has booted: what is in it need not be asked for. */
  begin(): void {
    this.#needs.begin(this.worker.loaded);
  }

  #installed(id: string, said: string[]): void {
    const names = this.#needs.installed(id, said);
    for (const name of names) this.worker.loaded.add(name);
    this.#loads();
    this.vigil.watchStart();
    if (names.length > 0) this.#owner.say({ type: "packages_loaded", names });
  }
}
