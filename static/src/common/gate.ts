// Something that many wait for and that happens once.

export class Gate {
  #let: (() => void) | undefined;
  /** Resolves once it is open. */
  readonly opened: Promise<void> = new Promise((resolve) => {
    this.#let = resolve;
  });

  open(): void {
    this.#let?.();
  }
}
