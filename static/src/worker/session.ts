// The harness seen from JavaScript: how its files get into Python, what it is given (the bridge), what it offers.

import { INTERRUPT_BYTES, OVER, SIGNAL } from "../common/interrupt";
import type { BootSettings, RunOptions } from "../protocol/messages";
import { say, sayText } from "./channel";
import type { SessionFiles } from "./files";
import { interrupts } from "./interrupts";
import type { Packages } from "./packages";
import { callWaiting, HOME, hasJspi, type PyCallable, type Pyodide } from "./pyodide";

/** belljar_harness.Session as a Python proxy. */
interface Session {
  python: string;
  run: PyCallable;
  warm: PyCallable;
  complete: PyCallable;
  inspect: PyCallable;
  interrupt: PyCallable;
  mend: PyCallable;
}

type Waiting = (text: string | null) => void;

export const LIBRARY = "/lib/belljar";
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Puts the harness's Python files where Python finds them. */
export async function installHarness(py: Pyodide, files: Promise<Blob>): Promise<void> {
  const harness = JSON.parse(await (await files).text()) as Record<string, string>;
  for (const [path, source] of Object.entries(harness)) {
    const full = `${LIBRARY}/${path}`;
    py.FS.mkdirTree(full.slice(0, full.lastIndexOf("/")));
    py.FS.writeFile(full, encoder.encode(source));
  }
  py.runPython(`import sys; sys.path.append(${JSON.stringify(LIBRARY)}); del sys`);
}

export class HarnessSession {
  readonly #session: Session;
  /** Python's version. */
  readonly python: string;
  readonly #answers = new Map<string, Waiting>();
  readonly #interrupt: Uint8Array | null;
  readonly #files: SessionFiles;
  #run = "";
  #inputs = 0;

  constructor(
    py: Pyodide,
    packages: Packages,
    files: SessionFiles,
    settings: BootSettings,
    interrupt: Uint8Array | null,
  ) {
    this.#interrupt = interrupt;
    this.#files = files;
    // WebKit ends no worker that computes in WebAssembly: it goes on for as long as its page is open, and keeps a processor
    // from its successors. So Python looks there, too, though nobody writes anything: on its way out of WebAssembly the
    // worker ends. All other engines, which end one at once or soon, are told by their stack switching.
    const looked = interrupt ?? (hasJspi ? undefined : new Uint8Array(INTERRUPT_BYTES));
    let watched: Uint8Array | undefined;
    const watch = (buffer?: Uint8Array): void => {
      watched = buffer;
      py.setInterruptBuffer(buffer);
      interrupts.arm(buffer);
    };
    const bridge = {
      emit: sayText,
      can_suspend: hasJspi,
      allowlist: JSON.stringify({ packages: settings.packages, loaded: [...packages.loaded] }),
      settings: JSON.stringify({
        stream_chars: settings.limits.stream_chars,
        displays: settings.limits.displays,
        display_bytes: settings.limits.display_bytes,
        table_rows: 1000,
        table_columns: 100,
        figure_scale: 2,
      }),
      load_packages: async (names: string): Promise<string> => {
        try {
          return JSON.stringify({ loaded: await packages.load(py, JSON.parse(names) as string[]), error: null });
        } catch (error) {
          return JSON.stringify({ loaded: [], error: (error as Error).message });
        }
      },
      read_input: (prompt: string, password: boolean) => this.#ask(prompt, password),
      keep_file: (path: string) => {
        if (!files.keep(path)) this.#warn(`"${path}" is too large to be kept under another name: add it again.`);
      },
      arm: () => {
        if (interrupt) interrupt[OVER] = 0;
        watch(looked);
      },
      alarm: (ms: number) => {
        interrupts.alarm(ms);
        if (ms > 0 && !watched) watch(new Uint8Array(INTERRUPT_BYTES));
      },
      disarm: () => {
        interrupts.alarm(0);
        if (!interrupt) return; // nothing can come of a look
        watch();
        interrupt[SIGNAL] = 0;
        interrupt[OVER] = 1;
      },
    };
    // Not by evaluating a line: that would be parsed and compiled, and somebody waits.
    this.#session = py.pyimport<{ start: PyCallable }>("belljar_harness").start(bridge) as Session;
    this.python = this.#session.python;
    py._module.FS.chdir(HOME);
    py.setStdin({ stdin: () => null });
    // What C code writes. Python can't be called from in there, so it goes out from here.
    const raw = (name: "stdout" | "stderr") => ({
      write: (bytes: Uint8Array): number => {
        say({ type: "stream", run: this.#run, name, text: decoder.decode(bytes) });
        return bytes.length;
      },
    });
    py.setStdout(raw("stdout"));
    py.setStderr(raw("stderr"));
  }

  /** Runs one cell. Rejects only when the interpreter itself is gone. */
  async run(run: string, code: string, options: RunOptions): Promise<void> {
    this.#run = run;
    // Who asked before is answered by nobody any more.
    for (const id of [...this.#answers.keys()]) this.answer(id, null);
    this.#session.mend();
    for (const path of this.#files.takeLost()) {
      this.#warn(`This browser does not give the bytes of "${path}" back: the file is lost to Python. Add it again.`);
    }
    const text = JSON.stringify({ input: options.input, svg: options.svg, context: options.context });
    await callWaiting(this.#session.run, run, code, text);
  }

  #warn(text: string): void {
    say({ type: "stream", run: this.#run, name: "stderr", text: `${text}\n` });
  }

  warm(): Promise<unknown> {
    return callWaiting(this.#session.warm);
  }

  complete(code: string, cursor: number): string {
    return this.#session.complete(code, cursor) as string;
  }

  inspect(code: string, cursor: number): string {
    return this.#session.inspect(code, cursor) as string;
  }

  /**
   * Ends what waits in the event loop; what computes is reached by the interrupt buffer. That this runs at all means
   * Python waits, so the buffer is cleared first: else the signal would raise in here instead of in the cell.
   */
  interrupt(): void {
    if (this.#interrupt) this.#interrupt[SIGNAL] = 0;
    this.#session.mend();
    this.#session.interrupt();
  }

  answer(id: string, text: string | null): void {
    const waiting = this.#answers.get(id);
    this.#answers.delete(id);
    waiting?.(text);
  }

  #ask(prompt: string, password: boolean): Promise<string | null> {
    const id = `input-${this.#inputs++}`;
    say({ type: "input", run: this.#run, id, prompt: prompt.slice(0, 4_000), password });
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
    });
  }
}
