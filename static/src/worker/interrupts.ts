// Looks for an interrupt every few milliseconds.
//
// CPython built for Emscripten looks every 50th time that it could (Python/emscripten_signal.c: a clock that counts
// down at each jump back and each call). In a tight loop that is every few microseconds, which costs the loop some
// percent; in a loop around large arrays it may be every few seconds, by which time its worker was killed. Here the
// clock is set anew at each look.
//
// A worker that is being killed looks, too. Chromium lets a worker that computes go on for two seconds after it was
// terminated (WorkerThread::kForcibleTerminationDelay), in which it would keep a processor from its successor. WebKit lets
// it go on for ever, unless it leaves WebAssembly: a look is such a moment.

import { ALARM, ENDED, SIGNAL, TAKEN } from "../common/interrupt";

/** The name of the function that CPython looks with; it gives the number of a signal, or 0. */
export const LOOK = "_Py_CheckEmscriptenSignals_Helper";

/** What CPython sets its clock to before it looks (PY_EMSCRIPTEN_SIGNAL_INTERVAL). */
export const INTERVAL = 50;

/** How much time between two looks is aimed at, in milliseconds. */
const AIM_MS = 4;

/** The shortest time that is told from none: `Date.now` counts whole ones, but costs a fifth of `performance.now`. */
const TICK_MS = 0.5;

/** So many jumps and calls from one look to the next: at the least, and by CPython's own measure. */
const LEAST = 2;
const MOST = 50;

export class Interrupts {
  #buffer: Uint8Array | undefined;
  #memory: WebAssembly.Memory | undefined;
  #clock = 0;
  #words = new Int32Array();
  #pace = INTERVAL;
  #last = 0;
  /** When Python is to hear of its alarm (`Date.now`), or 0: then nobody asks for the time, which each `str(1)` would pay. */
  #due = 0;

  /** The main module's imports, with this look in place of Pyodide's. */
  imports(given: WebAssembly.Imports): WebAssembly.Imports {
    const look = Object.assign(() => this.#look(), { sig: "i" });
    return { ...given, env: { ...given.env, [LOOK]: look } };
  }

  /** The main module is there. */
  watch(exports: WebAssembly.Exports): void {
    this.#memory = exports.memory as WebAssembly.Memory;
    this.#clock = (exports._Py_emscripten_signal_clock as WebAssembly.Global).value >>> 2;
  }

  /** Signals are looked for from now on, in this buffer; in none without one. */
  arm(buffer: Uint8Array | undefined): void {
    this.#buffer = buffer;
    this.#pace = LEAST;
    this.#last = Date.now();
    if (buffer) this.#set(LEAST);
  }

  /** Python gets SIGALRM after so many milliseconds, instead of what was asked before; never for 0. */
  alarm(ms: number): void {
    this.#due = ms > 0 ? Date.now() + ms : 0;
  }

  #set(pace: number): void {
    // The memory has grown: a view of what it was is empty.
    if (this.#words.length === 0 && this.#memory) this.#words = new Int32Array(this.#memory.buffer);
    this.#words[this.#clock] = pace;
  }

  #look(): number {
    const buffer = this.#buffer;
    if (!buffer) return 0;
    // Any other number: it was not the clock's turn, something that takes long looks by itself.
    if (this.#words.length === 0 || this.#words[this.#clock] === INTERVAL) this.#wind();
    const signal = buffer[SIGNAL] ?? 0;
    // Through all of Python, whatever it would catch.
    if (signal === ENDED) throw new Error("the worker was ended");
    if (signal !== 0) {
      buffer[SIGNAL] = 0;
      buffer[TAKEN] = (buffer[TAKEN] ?? 0) + 1;
    } else if (this.#due && Date.now() >= this.#due) {
      this.alarm(0);
      return ALARM;
    }
    return signal;
  }

  #wind(): void {
    const now = Date.now();
    const passed = Math.max(now - this.#last, TICK_MS);
    this.#last = now;
    this.#pace = Math.min(MOST, Math.max(LEAST, Math.round((this.#pace * AIM_MS) / passed)));
    this.#set(this.#pace);
  }
}

/** Of this worker's one interpreter. */
export const interrupts = new Interrupts();
