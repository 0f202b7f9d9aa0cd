// Models on this machine: Ollama, LM Studio, llama.cpp. A page that can't reach them learns why, with the line to type.

import { chat, type Endpoint } from "./chat";
import { diagnose, type Found, type Known } from "./finding";
import type { Model } from "./model";
import { type Fetch, shortText, watchPolicy } from "./wire/posting";
import { fieldsOf, listOf, textOf } from "./wire/reading";

/** Servers of local models that are known here. */
export type LocalServer = "ollama" | "lmstudio" | "llamacpp";

export interface LocalEndpoint extends Omit<Endpoint, "base"> {
  /** Where it is, if not at its usual address on this machine. */
  base?: string | URL;
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
    letIn: (origin) => `llama-server -m model.gguf --jinja --cors-origins ${origin}`,
  },
};

function knownOf(server: LocalServer): Known {
  const known = Object.hasOwn(KNOWN, server) ? KNOWN[server] : undefined;
  if (!known) throw new TypeError(`There is no local server "${server}". There are ${Object.keys(KNOWN).join(", ")}.`);
  return known;
}

/** A model of a server on this machine. Throws a TypeError for a server that isn't known. */
export function local(server: LocalServer, { base, ...endpoint }: LocalEndpoint): Model {
  const known = knownOf(server);
  return chat({ ...endpoint, base: base ?? known.base }, async (reach) => {
    const note = (url: string): ((status: "answered" | "no answer") => void) => {
      const entry = reach.ledger.open("GET", url, new Uint8Array(), { step: 0, bits: 0 });
      return (status) => reach.ledger.settle(entry, status);
    };
    return (await diagnose(known, { ...reach, note })).sentence;
  });
}

/**
 * Looks for a local server before anything is asked: whether it runs, which models it has, and if not, why and what to type.
 * Sends at most two `GET` without a body; nothing of the page but its origin goes along. Rejects with the signal's reason.
 */
export async function findLocal(
  server: LocalServer,
  options: { base?: string | URL; fetch?: Fetch; signal?: AbortSignal } = {},
): Promise<Found> {
  const known = knownOf(server);
  const { fetch = (url, init) => globalThis.fetch(url, init), signal = new AbortController().signal } = options;
  const url = `${String(options.base ?? known.base).replace(/\/$/, "")}/models`;
  const policy = watchPolicy(url);
  try {
    const response = await fetch(url, {
      signal,
      ...{ credentials: "omit", referrerPolicy: "no-referrer", redirect: "error", cache: "no-store", mode: "cors" },
    });
    const models = namesIn(await shortText(response, signal));
    const { host } = new URL(url);
    return { state: "running", models, sentence: `${known.name} runs at ${host}.`, line: "" };
  } catch {
    signal.throwIfAborted();
    return await diagnose(known, { url, fetch, signal, refusedByPage: await policy.refused(), note: () => () => {} });
  } finally {
    policy.off();
  }
}

function namesIn(text: string): string[] {
  try {
    return listOf(fieldsOf(JSON.parse(text)).data)
      .map((one) => textOf(fieldsOf(one).id))
      .filter((id) => id !== "" && id.length <= 200)
      .slice(0, 200);
  } catch {
    return [];
  }
}
