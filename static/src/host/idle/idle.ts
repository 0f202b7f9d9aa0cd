// What a sandbox does while nothing runs in it: it makes starts fast, the next one of this page and those of the next
// visit. Each thing waits until nothing has run for some time (common/idle.ts has them all on one line); a cell that begins
// puts it off.
//
//   begin ─► fetch what cells may need ─► verify what was kept, or keep what was unpacked ─► a frame stands by
//     └────► end: a cell runs

import { IDLE_MS } from "../../common/idle";
import { checkedPool, type SandboxOptions } from "../api/options";
import type { Supply } from "../supply/supply";
import { leave, prepare } from "./standby";

export interface IdleSandbox {
  /** Nothing runs, and somebody may come back to it. */
  idle(): boolean;
  /** Settles when the frame has been given everything. */
  whole(): Promise<unknown> | undefined;
  /** The network is free for what a start can do without. */
  complete(): void;
  /** So many bytes are kept for the next visit. */
  kept(bytes: number): void;
  /** What was kept and is in use is not what it should be. */
  spoiled(reason: string): void;
}

export class Idle {
  readonly #options: SandboxOptions;
  readonly #sandbox: IdleSandbox;
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  /** Begins anew. */
  #again: (() => void) | undefined;

  constructor(options: SandboxOptions, signal: AbortSignal, sandbox: IdleSandbox) {
    this.#options = options;
    this.#sandbox = sandbox;
    // What came up while the page was hidden was let pass.
    document.addEventListener("visibilitychange", () => sandbox.idle() && this.#again?.(), { signal });
  }

  /** Nothing runs from now on. */
  begin(supply: Supply): void {
    this.end();
    this.#again = () => this.begin(supply);
    const { keep = true } = this.#options;
    const spare = checkedPool(this.#options) > 0;
    this.#after(IDLE_MS.deferred, () => this.#sandbox.complete());
    this.#after(spare ? IDLE_MS.standby : IDLE_MS.standbyAlone, () => void this.#standBy(supply));
    if (keep && supply.snapshot) this.#after(IDLE_MS.keep, () => void this.#keep(supply));
  }

  /** Something runs. */
  end(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
  }

  /** The sandbox has ended. */
  close(): void {
    this.end();
    leave(this);
  }

  #after(ms: number, act: () => void): void {
    this.#timers.push(setTimeout(() => this.#sandbox.idle() && act(), ms));
  }

  async #keep(supply: Supply): Promise<void> {
    if (await this.#audited(supply)) this.#tell(supply.keep());
  }

  /** Whether all that the sandbox lives on is verified by now. */
  async #audited(supply: Supply): Promise<boolean> {
    try {
      return await supply.audit(() => this.#sandbox.idle());
    } catch (error) {
      this.#sandbox.spoiled((error as Error).message);
      return false;
    }
  }

  #tell(keeping: Promise<number | null>): void {
    keeping.then(
      (bytes) => bytes !== null && this.#sandbox.kept(bytes),
      () => {}, // then the next visit takes as long as this one
    );
  }

  /** A frame for a further sandbox, once this one has everything. */
  async #standBy(supply: Supply): Promise<void> {
    const came = await this.#sandbox.whole()?.then(
      () => true,
      () => false,
    );
    if (came && (await this.#audited(supply)) && this.#sandbox.idle()) prepare(this, supply, this.#options);
  }
}
