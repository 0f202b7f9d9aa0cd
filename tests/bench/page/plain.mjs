// A plain Pyodide page: a worker that loads Pyodide and three packages, and runs cells. What most pages have.

class Plain {
  #worker = new Worker("plain-worker.mjs", { type: "module" });
  #waiting = new Map();
  #next = 0;

  constructor() {
    this.#worker.onmessage = ({ data: { id, text, ...answer } }) => {
      const waiting = this.#waiting.get(id);
      if (text !== undefined) return waiting?.print(text);
      this.#waiting.delete(id);
      answer.error ? waiting?.reject(new Error(answer.error)) : waiting?.resolve(answer);
    };
  }

  run(code, print = () => {}) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, print });
      this.#worker.postMessage({ id, code });
    });
  }

  /** Away with it, whatever runs. */
  async kill() {
    this.#worker.terminate();
    return performance.now();
  }

  close() {
    this.#worker.terminate();
  }
}

window.open_ = async () => new Plain();
window.first = window.open_();
