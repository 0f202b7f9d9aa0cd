// Cells of steps on their way through the runner: the engine that tells whoever waits for a cell's execution.

import type { Execution } from "../host/index";
import type { Cell } from "../page/model/notebook";
import type { Engine, RunHooks, Runner } from "../page/model/runner";
import type { Session } from "../page/session";

export class CellEngine implements Engine {
  readonly #session: Session;
  readonly #waiting = new Map<string, (execution: Promise<Execution>) => void>();

  constructor(session: Session) {
    this.#session = session;
  }

  get isReady(): boolean {
    return this.#session.isReady;
  }

  get generation(): number {
    return this.#session.generation;
  }

  execute(code: string, hooks: RunHooks, cell: Cell): Promise<Execution> {
    const execution = this.#session.execute(code, hooks);
    this.#waiting.get(cell.id)?.(execution);
    this.#waiting.delete(cell.id);
    return execution;
  }

  interrupt(): Promise<void> {
    return this.#session.interrupt();
  }

  /** Runs a cell and gives all that it gave. `signal` interrupts it, or takes it off the queue, and then it rejects. */
  run(runner: Runner, cell: Cell, signal: AbortSignal): Promise<Execution> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const cancel = (): void => {
        const waits = this.#waiting.delete(cell.id);
        void runner.cancel(cell.id);
        if (waits) reject(signal.reason);
      };
      signal.addEventListener("abort", cancel, { once: true });
      this.#waiting.set(cell.id, (execution) => {
        const off = () => signal.removeEventListener("abort", cancel);
        execution.then(resolve, reject).finally(off);
      });
      runner.run(cell.id);
    });
  }
}
