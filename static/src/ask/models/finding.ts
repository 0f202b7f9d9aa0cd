// Finds out why a page doesn't reach a server on this machine. The browser tells a page only that it failed, so three others
// are asked: the page's own policy, the person's answer to the browser's question, and whether anybody listens there at all.

import type { Fetch } from "./wire/posting";

/** A server of local models, as people know it. */
export interface Known {
  name: string;
  base: string;
  /** The line that starts it. */
  start: string;
  /** The line that starts it so that pages of this origin may read its answers. */
  letIn(origin: string): string;
}

/** How a local server was found. */
export interface Found {
  state:
    | "running"
    | "not running"
    /** The person has told the browser not to let this page reach this machine. */
    | "refused"
    /** It runs, and doesn't let pages of this origin read its answers. */
    | "no cors"
    /** The page's own policy doesn't name it. */
    | "not allowed"
    /** The browser doesn't say which of several it is; `line` helps in the likeliest. */
    | "unclear";
  /** Models that it has; empty where it doesn't say. */
  models: readonly string[];
  /** What it is, and what to do. */
  sentence: string;
  /** What to type in a terminal; empty where there is nothing to type. */
  line: string;
}

/** What is needed to find out. */
export interface Seeking {
  url: string;
  fetch: Fetch;
  signal: AbortSignal;
  refusedByPage: boolean;
  /** Hears of the request that is sent, and gives who hears of its end. */
  note(url: string): (status: "answered" | "no answer") => void;
}

/** Why a request to a local server failed. The last of the three questions is a request without CORS and without a body. */
export async function diagnose(known: Known, seeking: Seeking): Promise<Found> {
  const { host, hostname, origin } = new URL(seeking.url);
  const { name } = known;
  const here = typeof location === "undefined" ? "null" : location.origin;
  const found = (state: Found["state"], sentence: string, line = ""): Found => ({ state, models: [], sentence, line });
  if (seeking.refusedByPage) {
    const sentence = `This page may not reach ${host}: its policy (Content-Security-Policy, connect-src) doesn't name it.`;
    return found("not allowed", sentence);
  }
  const permission = await permissionFor(hostname);
  if (permission === "denied") {
    return found(
      "refused",
      `${name} at ${host} was not asked: this browser was told not to let this page reach this machine. Allow ` +
        `"local network access" for ${here} in the site's settings, beside its address.`,
    );
  }
  const [start, letIn] = [known.start, known.letIn(here)];
  if (await answers(origin, seeking)) {
    const sentence = `${name} runs at ${host} and doesn't let pages of ${here} read its answers (no CORS). Start it with: `;
    return found("no cors", sentence + letIn, letIn);
  }
  // Only pages from elsewhere are asked for; to those of this machine the question is never put.
  if (permission === "prompt" && !isHere(new URL(here === "null" ? origin : here).hostname)) {
    return found(
      "unclear",
      `${name} at ${host} could not be reached. Where the browser has asked whether this page may reach this machine, say ` +
        `yes; where it hasn't, ${name} is not running. Start it with: ${letIn}`,
      letIn,
    );
  }
  if (globalThis.crossOriginIsolated) {
    return found(
      "unclear",
      `${name} is not running at ${host}, or doesn't let pages of ${here} read its answers. Either way this helps: ${letIn}`,
      letIn,
    );
  }
  return found("not running", `${name} is not running at ${host}. Start it with: ${start}`, start);
}

/** Whether anybody listens at an origin. Says nothing about who. */
async function answers(origin: string, { fetch, signal, note }: Seeking): Promise<boolean> {
  const held = heldBack(origin);
  const settle = note(`${origin}/`);
  let there = true;
  try {
    await fetch(`${origin}/`, {
      method: "GET",
      mode: "no-cors",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      signal,
    });
  } catch {
    there = await held.seen();
  } finally {
    held.off();
  }
  settle(there ? "answered" : "no answer");
  signal.throwIfAborted();
  return there;
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

const isHere = (hostname: string): boolean =>
  /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost|(?:[\w-]{1,63}\.){1,9}localhost)$/.test(hostname);

/**
 * What the person has said to the browser's question about this machine, or about the network around it; "unknown" in
 * browsers that have no such question. The older name stands for both.
 */
async function permissionFor(hostname: string): Promise<PermissionState | "unknown"> {
  if (typeof navigator === "undefined" || !navigator.permissions) return "unknown";
  let said: PermissionState | "unknown" = "unknown";
  for (const name of [isHere(hostname) ? "loopback-network" : "local-network", "local-network-access"]) {
    try {
      const { state } = await navigator.permissions.query({ name: name as PermissionName });
      if (state === "denied") return state;
      if (said === "unknown" || state === "prompt") said = state;
    } catch {
      // No such question here.
    }
  }
  return said;
}
