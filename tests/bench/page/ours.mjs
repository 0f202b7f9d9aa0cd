// belljar's page of the bench: the SDK as any page imports it.

import { Sandbox } from "/sdk.js";

class Ours {
  constructor(options) {
    this.sandbox = Sandbox.create(options);
    this.spares = [];
    this.sandbox.on("spare", ({ ready }) => {
      if (ready) for (const settle of this.spares.splice(0)) settle(performance.now());
    });
  }

  /** Resolves when a spare becomes ready from now on, with the time. */
  spare() {
    return new Promise((resolve) => this.spares.push(resolve));
  }

  async run(code, print = () => {}) {
    const done = await this.sandbox.execute(code, { onStdout: print });
    if (done.status !== "ok") throw new Error(`${done.status}: ${done.error?.value ?? done.note ?? ""}`);
    return { plots: done.plots.map((plot) => plot.contentBase64) };
  }

  /** Away with it, whatever runs. It is asked first, and killed when it can't hear. */
  kill() {
    const gone = new Promise((resolve) => {
      const off = this.sandbox.on("restarted", () => {
        off();
        resolve(performance.now());
      });
    });
    void this.sandbox.interrupt();
    return gone;
  }

  close() {
    return this.sandbox.close();
  }
}

const asked = new URLSearchParams(location.search);
window.open_ = async (options = { spare: false }) => new Ours(options);
window.first = window.open_({
  spare: asked.has("spare"),
});
