// Answers a program's calls. A long answer goes out in pieces, each when the program asks for it.

import type { Drive } from "../headless/drive";
import { isId, openOptions, PIECE, runRequest } from "./wire";

export type Reply = { type: "reply"; id: number; ok: boolean; text: string; more: boolean };

type Method = (drive: Drive, args: unknown[]) => unknown;

const METHODS: Record<string, Method> = {
  open: (drive, [options]) => drive.open(openOptions(options)),
  execute: (drive, [id, code, request]) => drive.execute(number(id), string(code), runRequest(request)),
  next: (drive, [id]) => drive.next(number(id)),
  answer: (drive, [id, question, text]) =>
    drive.answer(number(id), number(question), text === null ? null : string(text)),
  cancel: (drive, [id]) => drive.cancel(number(id)),
  interrupt: (drive) => drive.interrupt(),
  reset: (drive) => drive.reset(),
  part: (drive, [id, base64]) => drive.part(number(id), string(base64)),
  write: (drive, [id, path]) => drive.write(number(id), string(path)),
  read: (drive, [path, from]) => drive.read(string(path), number(from)),
  list: (drive) => drive.list(),
  remove: (drive, [path]) => drive.remove(string(path)),
};

export class Answers {
  readonly #drive: Drive;
  readonly #send: (reply: Reply) => void;
  /** What has not been asked for yet. */
  readonly #rest = new Map<number, { ok: boolean; text: string }>();

  constructor(drive: Drive, send: (reply: Reply) => void) {
    this.#drive = drive;
    this.#send = send;
  }

  async call(id: number, name: string, args: unknown[]): Promise<void> {
    try {
      const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
      if (!method) throw new Error(`A tab can't do "${name}". Use the same version of belljar on both sides.`);
      const value = await method(this.#drive, args);
      this.#reply(id, true, JSON.stringify(value ?? null));
    } catch (error) {
      this.#reply(id, false, JSON.stringify(error instanceof Error ? error.message : String(error)));
    }
  }

  more(id: number): void {
    const rest = this.#rest.get(id);
    if (!rest) return;
    this.#rest.delete(id);
    this.#reply(id, rest.ok, rest.text);
  }

  #reply(id: number, ok: boolean, text: string): void {
    const more = text.length > PIECE;
    if (more) this.#rest.set(id, { ok, text: text.slice(PIECE) });
    this.#send({ type: "reply", id, ok, text: more ? text.slice(0, PIECE) : text, more });
  }
}

function number(value: unknown): number {
  if (!isId(value)) throw new TypeError("A number is missing in this call.");
  return value;
}

function string(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("A text is missing in this call.");
  return value;
}
