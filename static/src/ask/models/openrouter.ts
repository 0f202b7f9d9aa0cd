// OpenRouter, with its sign-in: the person says yes on its page, and the page gets a key without a server of its own (PKCE,
// RFC 7636). Nothing is kept here: `verifier` is the page's to keep until the person comes back (sessionStorage), the key's
// use is too.
//
//   const { url, verifier } = await beginSignIn({ callback: location.href });   // keep verifier, go to url
//   const back = signedIn(location.href);                                       // on the way back
//   if (back) key = await finishSignIn({ code: back.code, verifier });

import { chat, type Endpoint } from "./chat";
import { type Model, ModelError } from "./model";
import { type Fetch, shortText } from "./wire/posting";
import { fieldsOf, textOf } from "./wire/reading";
import { messageIn, oneLine } from "./wire/refusals";

const OPENROUTER = "https://openrouter.ai";

/** A model at OpenRouter. Throws a TypeError for an address that can't be. */
export const openrouter = ({
  base = OPENROUTER,
  ...endpoint
}: Omit<Endpoint, "base"> & { base?: string | URL }): Model => chat({ ...endpoint, base: at(base, "/api/v1").href });

/**
 * Begins the sign-in. Gives the address to go to, and what proves later that the same page has come back: to be kept until
 * then, and shown to nobody. Throws a TypeError for a callback that is no address.
 */
export async function beginSignIn(options: {
  /** Where OpenRouter sends the person back to: an address of this page. */
  callback: string | URL;
  base?: string | URL;
}): Promise<{ url: string; verifier: string }> {
  const { callback, base = OPENROUTER } = options;
  const back = at(callback, "");
  back.searchParams.delete("code");
  back.hash = "";
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const url = at(base, "/auth");
  url.searchParams.set("callback_url", back.href);
  url.searchParams.set("code_challenge", base64url(new Uint8Array(digest)));
  url.searchParams.set("code_challenge_method", "S256");
  return { url: url.href, verifier };
}

/** What OpenRouter has sent along, and the address without it, for `history.replaceState`; null where nothing was. */
export function signedIn(address: string | URL): { code: string; address: string } | null {
  const url = at(address, "");
  const code = url.searchParams.get("code");
  if (!code || code.length > 2_000) return null;
  url.searchParams.delete("code");
  return { code, address: url.href };
}

/** Gives the key for a code. Throws a `ModelError` with a sentence; a code can be used once. */
export async function finishSignIn(options: {
  code: string;
  verifier: string;
  base?: string | URL;
  fetch?: Fetch;
  signal?: AbortSignal;
}): Promise<string> {
  const { code, verifier, base = OPENROUTER, signal } = options;
  const { fetch = (url, init) => globalThis.fetch(url, init) } = options;
  const url = at(base, "/api/v1/auth/keys");
  const ended = signal ?? new AbortController().signal;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url.href, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code, code_verifier: verifier, code_challenge_method: "S256" }),
      signal: ended,
      ...{ credentials: "omit", referrerPolicy: "no-referrer", redirect: "error", cache: "no-store", mode: "cors" },
    });
    text = await shortText(response, ended);
  } catch {
    signal?.throwIfAborted();
    throw new ModelError(
      "unreachable",
      `${url.host} could not be reached: it is down, or the network is. Sign in again.`,
    );
  }
  const said = objectOf(text);
  const key = textOf(fieldsOf(said).key);
  if (response.ok && key !== "" && key.length < 1_000) return key;
  const words = oneLine(messageIn(said) ?? "");
  throw new ModelError(
    "key",
    `${url.host} gave no key (${response.status}).${words ? ` It says: ${words}` : ""} Sign in again: a code is good for once.`,
  );
}

/** An address, with a path behind it. */
function at(base: string | URL, path: string): URL {
  let url: URL;
  try {
    url = new URL(String(base));
  } catch {
    throw new TypeError(`This must be an address, as "https://your.page/", not "${String(base).slice(0, 100)}".`);
  }
  if (!/^https?:$/.test(url.protocol)) throw new TypeError(`The address must be http(s), not "${url.protocol}".`);
  if (path !== "") url.pathname = `${url.pathname.replace(/\/$/, "")}${path}`;
  return url;
}

function objectOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Bytes as text of letters, digits, "-" and "_" (RFC 4648, section 5). */
const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
