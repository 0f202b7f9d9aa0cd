// A request on its way: sent with the fewest headers, noted in the ledger byte for byte, its refusals turned into sentences.

import type { Ledger } from "../../ledger";
import { ModelError, type ServerEvent } from "../model";
import { readEvents } from "./events";
import { isError, refusal } from "./refusals";

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

/** Longest text of an error that is read, in characters. */
const ERROR_CHARS = 20_000;

/** Bytes of one answer at most: what streams on is no answer. */
const ANSWER_BYTES = 8_000_000;

/** Sends a request and gives the events of its answer. Throws a `ModelError`, or the signal's reason. */
export async function* post(
  posted: Posted,
  link: { ledger: Ledger; fetch: Fetch; signal: AbortSignal; step: number; bits: number | undefined },
): AsyncGenerator<ServerEvent> {
  const { ledger, fetch, signal } = link;
  const body = new TextEncoder().encode(JSON.stringify(posted.body));
  const { host } = new URL(posted.url);
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
    const page = `This page may not reach ${host}: its policy (Content-Security-Policy, connect-src) doesn't name it.`;
    const unknown = `${host} could not be reached: it is down, the network is, or it doesn't let pages of this origin in.`;
    throw new ModelError("unreachable", why ?? (reach.refusedByPage ? page : unknown));
  } finally {
    policy.off();
  }
  ledger.settle(entry, response.status);
  const refused = (said: unknown): ModelError =>
    refusal({ host, status: response.status, said, retryAfter: response.headers.get("retry-after") });
  if (!response.ok) throw refused(parsed(await shortText(response, signal)));
  if (!response.body) throw new ModelError("broken", `${host} answered with nothing.`, 0);
  const type = (response.headers.get("content-type") ?? "nothing").slice(0, 60);
  if (!/event-stream/i.test(type)) {
    // Some say no with a 200: what it is stands in the JSON.
    const said = /json/i.test(type) ? parsed(await shortText(response, signal)) : "";
    await response.body.cancel().catch(() => {});
    if (isError(said)) throw refused(said);
    throw new ModelError(
      "rejected",
      `${host} was asked for a stream of events and sent ${type}. Is this the model's address?`,
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

/** JSON as what it says, anything else as the text that it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
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
