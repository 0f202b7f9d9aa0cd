// Models on this machine: Ollama, LM Studio, llama.cpp. A page that can't reach them learns why, with the line to type.

import { chat, type Endpoint } from "./chat";
import type { Model } from "./model";
import type { Reach } from "./wire/posting";

/** Servers of local models that are known here. */
export type LocalServer = "ollama" | "lmstudio" | "llamacpp";

export interface LocalEndpoint extends Omit<Endpoint, "base"> {
  /** Where it is, if not at its usual address on this machine. */
  base?: string | URL;
}

interface Known {
  name: string;
  base: string;
  /** What starts it, for a page of this origin. */
  start: string;
  /** What lets a page of this origin in. */
  letIn(origin: string): string;
}

const KNOWN: Readonly<Record<LocalServer, Known>> = {
  ollama: {
    name: "Ollama",
    base: "http://127.0.0.1:11434/v1",
    start: "ollama serve",
    letIn: (origin) => `OLLAMA_ORIGINS=${origin} ollama serve`,
  },
  lmstudio: {
    name: "LM Studio",
    base: "http://127.0.0.1:1234/v1",
    start: "lms server start --cors",
    letIn: () => "lms server start --cors",
  },
  llamacpp: {
    name: "llama.cpp",
    base: "http://127.0.0.1:8080/v1",
    start: "llama-server -m model.gguf --jinja",
    letIn: () => "llama-server -m model.gguf --jinja",
  },
};

/** A model of a server on this machine. Throws a TypeError for a server that isn't known. */
export function local(server: LocalServer, { base, ...endpoint }: LocalEndpoint): Model {
  const known = Object.hasOwn(KNOWN, server) ? KNOWN[server] : undefined;
  if (!known) throw new TypeError(`There is no local server "${server}". There are ${Object.keys(KNOWN).join(", ")}.`);
  return chat({ ...endpoint, base: base ?? known.base }, (reach) => why(known, reach));
}

/**
 * Why a local server could not be reached. The browser tells a page only that it failed, so it is asked three things: its
 * own policy, the person's answer to the browser's question, and whether anybody listens there at all. The last is a
 * request without CORS, which says nothing but that somebody answered; it has no body, and stands in the ledger.
 */
async function why(known: Known, reach: Reach): Promise<string> {
  const { host, origin } = new URL(reach.url);
  const here = typeof location === "undefined" ? "null" : location.origin;
  if (reach.refusedByPage) {
    return `This page may not reach ${host}: its policy (Content-Security-Policy, connect-src) doesn't name it.`;
  }
  if (await refusedByPerson()) {
    return (
      `${known.name} at ${host} was not asked: this browser was told not to let this page reach this machine. Allow ` +
      `"local network access" for ${here} in the site's settings, beside its address.`
    );
  }
  const held = heldBack(origin);
  const entry = reach.ledger.open("GET", `${origin}/`, new Uint8Array(), { step: 0, bits: 0 });
  try {
    await reach.fetch(`${origin}/`, {
      method: "GET",
      mode: "no-cors",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      signal: reach.signal,
    });
    reach.ledger.settle(entry, "answered");
  } catch {
    if (!(await held.seen())) {
      reach.ledger.settle(entry, "no answer");
      if (!globalThis.crossOriginIsolated)
        return `${known.name} is not running at ${host}. Start it with: ${known.start}`;
      return (
        `${known.name} is not running at ${host}, or doesn't let pages of ${here} read its answers. Either way this helps: ` +
        known.letIn(here)
      );
    }
    reach.ledger.settle(entry, "answered");
  } finally {
    held.off();
  }
  return (
    `${known.name} runs at ${host} and doesn't let pages of ${here} read its answers (no CORS). Start it with: ` +
    known.letIn(here)
  );
}

/**
 * Whether the browser held an answer back. An isolated page (COEP) gets not even an opaque one from a server that doesn't
 * expect it, and the failure looks as if nobody were there; where the browser reports such things, it reports this.
 */
function heldBack(origin: string): { seen(): Promise<boolean>; off(): void } {
  if (typeof ReportingObserver === "undefined") return { seen: async () => false, off: () => {} };
  let heard = (): void => {};
  const report = new Promise<boolean>((resolve) => {
    heard = () => resolve(true);
  });
  const observer = new ReportingObserver(
    (reports) => {
      // What a report is about stands in its JSON alone.
      if (JSON.stringify(reports).includes(`"${origin}/`)) heard();
    },
    { types: ["coep"] },
  );
  observer.observe();
  const late = (): Promise<boolean> => new Promise((later) => setTimeout(() => later(false), REPORT_MS));
  return { seen: () => Promise.race([report, late()]), off: () => observer.disconnect() };
}

/** Milliseconds that a report may take. */
const REPORT_MS = 500;

/** Names of the browser's question about this machine, the newer first. */
const QUESTIONS = ["loopback-network", "local-network-access"];

/** Whether the person has said no. A browser that has no such question says so by an error. */
async function refusedByPerson(): Promise<boolean> {
  if (typeof navigator === "undefined" || !navigator.permissions) return false;
  for (const name of QUESTIONS) {
    try {
      const { state } = await navigator.permissions.query({ name: name as PermissionName });
      if (state === "denied") return true;
    } catch {
      // No such question here.
    }
  }
  return false;
}
