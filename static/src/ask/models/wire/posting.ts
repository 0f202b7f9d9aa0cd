// A request on its way: sent with the fewest headers, noted in the ledger byte for byte, its refusals turned into sentences.

import type { Ledger } from "../../ledger";
import { ModelError, type ServerEvent } from "../model";
import { readEvents } from "./events";

/** What a model posts. */
export interface Posted {
  /** Where to. What stands behind "?" is sent and not noted. */
  url: string;
  /** Besides the content's type. They may carry a key, so none of their values is noted. */
  headers: Readonly<Record<string, string>>;
  body: unknown;
  /** Says why nobody answered, where that is known better than "the network failed". */
  explain?(reach: Reach): Promise<string>;
}

/** What a request is sent by. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What `explain` may use to find out. */
export interface Reach {
  url: string;
  fetch: Fetch;
  ledger: Ledger;
  signal: AbortSignal;
  /** The page's own policy has refused the address. */
  refusedByPage: boolean;
}

/** Longest text of an error that is read, in characters, and as much of it as is shown. */
const ERROR_CHARS = 20_000;
const SHOWN_CHARS = 300;

/** Bytes of one answer at most: what streams on is no answer. */
const ANSWER_BYTES = 8_000_000;

/** Answers that mean "later": too many requests, and servers that are overloaded or not up. */
const LATER = new Set([408, 425, 429, 500, 502, 503, 504, 529]);

/** Sends a request and gives the events of its answer. Throws a `ModelError`, or the signal's reason. */
export async function* post(
  posted: Posted,
  link: { ledger: Ledger; fetch: Fetch; signal: AbortSignal; step: number; bits: number | undefined },
): AsyncGenerator<ServerEvent> {
  const { ledger, fetch, signal } = link;
  const body = new TextEncoder().encode(JSON.stringify(posted.body));
  const entry = ledger.open("POST", posted.url, body, link);
  const policy = watchPolicy(posted.url);
  let response: Response;
  try {
    response = await fetch(posted.url, {
      method: "POST",
      headers: { "content-type": "application/json", ...posted.headers },
      body,
      signal,
      // Nothing of this page goes along, and what is sent goes nowhere else.
      ...{ credentials: "omit", referrerPolicy: "no-referrer", redirect: "error", cache: "no-store", mode: "cors" },
    });
  } catch {
    signal.throwIfAborted();
    ledger.settle(entry, "no answer");
    const reach = { url: posted.url, fetch, ledger, signal, refusedByPage: await policy.refused() };
    const why = await posted.explain?.(reach);
    signal.throwIfAborted();
    const { host } = new URL(posted.url);
    const page = `This page may not reach ${host}: its policy (Content-Security-Policy, connect-src) doesn't name it.`;
    const unknown = `${host} could not be reached: it is down, the network is, or it doesn't let pages of this origin in.`;
    throw new ModelError("unreachable", why ?? (reach.refusedByPage ? page : unknown));
  } finally {
    policy.off();
  }
  ledger.settle(entry, response.status);
  if (!response.ok) throw refusal(posted.url, response, await shortText(response, signal));
  if (!response.body) throw new ModelError("broken", `${new URL(posted.url).host} answered with nothing.`, 0);
  if (!/event-stream/i.test(response.headers.get("content-type") ?? "")) {
    await response.body.cancel().catch(() => {});
    const type = (response.headers.get("content-type") ?? "nothing").slice(0, 60);
    throw new ModelError(
      "rejected",
      `${new URL(posted.url).host} was asked for a stream of events and sent ${type}. Is this the model's address?`,
    );
  }
  try {
    yield* readEvents(counted(response.body, (bytes) => ledger.received(entry, bytes)));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ModelError) throw error;
    throw new ModelError("broken", "The connection broke while the model was answering.", 0);
  }
}

/** The chunks of a body, counted. Whoever stops listening ends the download. */
async function* counted(body: ReadableStream<Uint8Array>, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  let total = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      total += value.byteLength;
      count(total);
      if (total > ANSWER_BYTES) throw new ModelError("broken", "The model's answer has no end.");
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** The beginning of an answer's text. */
export async function shortText(response: Response, signal: AbortSignal): Promise<string> {
  let text = "";
  try {
    const decoder = new TextDecoder();
    for await (const chunk of counted(response.body as ReadableStream<Uint8Array>, () => {})) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > ERROR_CHARS) break;
    }
  } catch {
    signal.throwIfAborted();
  }
  return text.slice(0, ERROR_CHARS);
}

/** What a status means, with what the server said about it. */
function refusal(url: string, response: Response, text: string): ModelError {
  const { host } = new URL(url);
  const { status } = response;
  const said = saidBy(text);
  const words = said ? ` It says: ${said}` : "";
  if (status === 401 || status === 403) {
    return new ModelError("key", `${host} refused the key (${status}).${words}`);
  }
  if (LATER.has(status)) {
    const wait = waitOf(response.headers.get("retry-after"));
    return new ModelError("busy", `${host} takes no more requests for now (${status}).${words}`, wait);
  }
  if (status === 404) {
    return new ModelError("rejected", `${host} has no such model, or nothing at this address (404).${words}`);
  }
  return new ModelError("rejected", `${host} doesn't take the request (${status}).${words}`);
}

/** Milliseconds that a server asks to wait; seconds or a date. -1 where it says nothing that can be read. */
function waitOf(header: string | null): number {
  const text = header?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = text === "" ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? -1 : Math.max(0, at - Date.now());
}

/** The sentence in an error's body, as providers put it; cut, in one line. */
function saidBy(text: string): string {
  let said: unknown = text;
  try {
    const parsed: unknown = JSON.parse(text);
    said = messageIn(parsed) ?? "";
  } catch {
    // A page of HTML says nothing to anybody here.
    if (text.trimStart().startsWith("<")) return "";
  }
  return oneLine(String(said));
}

/** `error.message`, `error`, `message` or `detail` of what a server sent. */
export function messageIn(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { error, message, detail } = value as Record<string, unknown>;
  if (typeof error === "object") return messageIn(error);
  return [error, message, detail].find((one) => typeof one === "string") as string | undefined;
}

/** Text of others for a sentence of ours: one line, no odd characters, not long. */
export function oneLine(text: string): string {
  const flat = text
    .slice(0, SHOWN_CHARS * 2)
    .replace(/[\p{C}\s]/gu, " ")
    .trim();
  return flat.length > SHOWN_CHARS ? `${flat.slice(0, SHOWN_CHARS)}…` : flat;
}

/** Hears whether the page's own policy refuses an address. Outside of pages nothing does. */
export function watchPolicy(url: string): { refused(): Promise<boolean>; off(): void } {
  if (typeof document === "undefined") return { refused: async () => false, off: () => {} };
  const { origin } = new URL(url);
  let heard = false;
  const hear = ({ blockedURI, effectiveDirective }: SecurityPolicyViolationEvent): void => {
    heard ||= effectiveDirective === "connect-src" && blockedURI.startsWith(origin);
  };
  document.addEventListener("securitypolicyviolation", hear);
  // The event is a task that comes after the failure's.
  const refused = async (): Promise<boolean> => {
    if (!heard) await new Promise((later) => setTimeout(later, 20));
    return heard;
  };
  return { refused, off: () => document.removeEventListener("securitypolicyviolation", hear) };
}
