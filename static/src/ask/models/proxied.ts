// Models of the server that the page came from: it has the key, and says which models there are and what they cost.

import { chat, type Endpoint } from "./chat";
import { type Model, ModelError } from "./model";
import type { Prices } from "./prices";
import { type Fetch, shortText } from "./wire/posting";
import { fieldsOf, listOf, textOf } from "./wire/reading";
import { oneLine } from "./wire/refusals";

/** A model that a belljar server passes questions on to. */
export interface Offered {
  model: string;
  /** What it costs, where the operator has said so. */
  prices?: Prices;
}

/** Where a belljar server takes questions. `base` is its address; a page of its own needs none. */
const place = (base: string | URL | undefined): string => {
  const here = typeof document === "undefined" ? undefined : document.baseURI;
  try {
    const at = base === undefined ? here : `${String(base).replace(/\/$/, "")}/`;
    return new URL("model/v1", at).href;
  } catch {
    throw new TypeError("base must be the address of a belljar server, as https://your.server/.");
  }
};

/**
 * The models of a belljar server; none where its operator has set up none. Nothing of the page is sent. Throws a `ModelError`
 * where the server can't be reached.
 */
export async function offered(
  options: { base?: string | URL; fetch?: Fetch; signal?: AbortSignal } = {},
): Promise<Offered[]> {
  const { base, fetch = (url, init) => globalThis.fetch(url, init), signal } = options;
  const url = `${place(base)}/models`;
  let text: string;
  try {
    const response = await fetch(url, { credentials: "omit", redirect: "error", ...(signal && { signal }) });
    if (response.status === 404) return [];
    text = await shortText(response, signal ?? new AbortController().signal);
    if (!response.ok) throw new ModelError("busy", `The server doesn't say which models it has (${response.status}).`);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ModelError) throw error;
    throw new ModelError("unreachable", `${new URL(url).host} could not be reached.`);
  }
  return offersIn(text);
}

function offersIn(text: string): Offered[] {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    throw new ModelError("broken", `The server says of its models what can't be read: ${oneLine(text).slice(0, 80)}`);
  }
  return listOf(fieldsOf(said).data).flatMap((one) => {
    const { id, prices } = fieldsOf(one);
    const { input, output } = fieldsOf(prices);
    const known = typeof input === "number" && typeof output === "number" ? { prices: { input, output } } : {};
    return textOf(id) === "" ? [] : [{ model: textOf(id), ...known }];
  });
}

/** A model of a belljar server, asked through it: no key is needed here. Throws a TypeError for an address that can't be. */
export function proxied({ base, ...endpoint }: Omit<Endpoint, "base" | "key"> & { base?: string | URL }): Model {
  return chat({ ...endpoint, base: place(base) });
}
