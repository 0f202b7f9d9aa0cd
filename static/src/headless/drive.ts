// One sandbox that a program drives from afar. Calls come in; answers and batches of events are fetched, so that
// nothing of the program is reachable from the page or from any frame in it, and never more is sent than was asked for.

import { Sandbox } from "../host/index";
import { Run, type RunRequest } from "./run";

/** Bytes of a file that cross at once. */
const PART = 4 * 2 ** 20;

export interface OpenOptions {
  packages?: string[];
  isolation?: "auto" | "off";
  spare?: boolean;
}

/** What is driven: the SDK's sandbox, or something that watches one. */
export type Driven = Pick<Sandbox, "ready" | "execute" | "interrupt" | "reset" | "files">;

/** What the program calls. Everything given back is JSON. */
export class Drive {
  #sandbox: Driven | undefined;
  readonly #make: (options: OpenOptions) => Driven;
  readonly #runs = new Map<number, Run>();
  readonly #parts = new Map<number, Uint8Array<ArrayBuffer>[]>();

  constructor(
    make: (options: OpenOptions) => Driven = (options) => Sandbox.create({ ...options, standby: false, keep: false }),
  ) {
    this.#make = make;
  }

  /** Null when Python is ready, else a sentence that says why it isn't. */
  async open(options: OpenOptions): Promise<string | null> {
    this.#sandbox = this.#make(options);
    return this.#sandbox.ready.then(
      () => null,
      (error: Error) => error.message,
    );
  }

  /** Puts code into the queue; `next` tells what becomes of it. */
  execute(id: number, code: string, request: RunRequest): void {
    const run = new Run(request);
    this.#runs.set(id, run);
    this.#given().execute(code, run.options).then(run.finished, run.failed);
  }

  /** What has happened in a run since the last call, as JSON: soon, or an empty list after a while. */
  async next(id: number): Promise<string> {
    const run = this.#runs.get(id);
    if (!run) throw new Error(`There is no run ${id}.`);
    const events = await run.next();
    if (run.over) this.#runs.delete(id);
    return JSON.stringify(events);
  }

  /** Answers a question of a run, an input() of its code; null means that nobody does. */
  answer(id: number, question: number, text: string | null): void {
    this.#runs.get(id)?.answer(question, text);
  }

  /** Takes a run out of the queue, or interrupts it. */
  cancel(id: number): void {
    this.#runs.get(id)?.cancel();
  }

  interrupt(): Promise<void> {
    return this.#given().interrupt();
  }

  reset(): Promise<void> {
    return this.#given().reset();
  }

  /** A piece of a file, base64, before `write` makes a file of the pieces. */
  part(id: number, base64: string): void {
    const parts = this.#parts.get(id) ?? [];
    this.#parts.set(id, parts);
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    // Many times as fast as Uint8Array.from, which asks for one character after the other.
    for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
    parts.push(bytes);
  }

  async write(id: number, path: string): Promise<string> {
    const parts = this.#parts.get(id) ?? [];
    this.#parts.delete(id);
    return JSON.stringify(await this.#given().files.write(path, new Blob(parts)));
  }

  /** A piece of a file from a byte on, base64; empty at its end. */
  async read(path: string, from: number): Promise<string> {
    const blob = await this.#given().files.read(path);
    const url = await new Promise<string>((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(String(reader.result));
      reader.onerror = () => reject(new Error(`"${path}" could not be read.`));
      reader.readAsDataURL(blob.slice(from, from + PART));
    });
    return url.slice(url.indexOf(",") + 1);
  }

  async list(): Promise<string> {
    return JSON.stringify(await this.#given().files.list());
  }

  remove(path: string): Promise<void> {
    return this.#given().files.remove(path);
  }

  #given(): Driven {
    if (!this.#sandbox) throw new Error("The sandbox is not open yet.");
    return this.#sandbox;
  }
}
