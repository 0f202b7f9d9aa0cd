// What is one engine's own: probes that have nothing to attack in it, each with the reason.

import type { Probe } from "../../browser/attacks/probe";
import type { EngineName } from "../drivers";

export interface Mark {
  engines: readonly EngineName[];
  /** Ids of probes. */
  probes: RegExp;
  why: string;
}

const OTHERS: readonly EngineName[] = ["firefox", "webkit"];

/** Without a control: an engine that has no such thing does it for nobody. Sealed it is tried all the same. */
export const LACKING: readonly Mark[] = [
  {
    engines: OTHERS,
    probes: /\/(fetchlater|websocketstream|a-paint-worklet|the-old-file-system-api|a-storage-bucket|a-sensor-.*)$/,
    why: "Chromium alone has this interface.",
  },
  {
    engines: OTHERS,
    probes: /\/(the-clipboard|the-feature-.*)$/,
    why: "There is no document.featurePolicy to ask.",
  },
  {
    engines: OTHERS,
    probes: /\/importscripts-of-a-blob-that-fetches$/,
    why: "A blob without a type is imported by nobody.",
  },
  {
    engines: OTHERS,
    probes: /\/a-download-from-memory$/,
    why: "Nobody outside sees a download that asks no server.",
  },
  { engines: ["firefox"], probes: /\/a-ping$/, why: "Pings are switched off as it comes." },
  { engines: ["firefox"], probes: /\/webrtc-/, why: "WebRTC is sent to no peer on this machine." },
  { engines: ["webkit"], probes: /\/(webrtc-.*|webtransport)$/, why: "WebKitGTK is built without it." },
  { engines: ["webkit"], probes: /\/link-prefetch$/, why: "It is switched off as it comes." },
  {
    engines: ["webkit"],
    probes: /\/(a-new-window|a-link-into-a-new-window)$/,
    why: "No page may open a window unasked.",
  },
  {
    engines: ["webkit"],
    probes:
      /\/(an-estimate-of-the-storage|the-origin-s-private-file-system|the-browser-s-private-file-system-mounted)$/,
    why: "There is no navigator.storage in WebKitGTK's MiniBrowser.",
  },
  {
    engines: ["webkit"],
    probes: /^realms\/frame\/(an-alert|a-question-to-the-person|a-prompt)$/,
    why: "The driver answers a dialog without a word of it.",
  },
  {
    engines: ["webkit"],
    probes: /^bridge\/python\/a-timer-s-callback-that-captures-this$/,
    why: "A timer calls back without a this.",
  },
  {
    engines: ["webkit"],
    probes: /^realms\/frame\/the-cookie-store$/,
    why: "The control's page keeps nothing in it, either.",
  },
];

/** What only the frame's own realm can do, before which somebody would have to get into that: `docs/security.md` says so. */
export const OPEN: readonly Mark[] = [
  {
    engines: OTHERS,
    probes: /^network\/frame\/link-preconnect$/,
    why: "No policy of a document holds the look-up of a name to connect to.",
  },
];

/** What one layer holds by itself in an engine, since that has no other one for it. */
export interface Alone {
  engines: readonly EngineName[];
  /** Names of layers, and of the attempts that get through without them. */
  layers: RegExp;
  attempts: RegExp;
  why: string;
}

export const ALONE: readonly Alone[] = [
  {
    engines: ["webkit"],
    layers: /^scrubbed globals$/,
    attempts: /^storage: caches \(worker\)$/,
    why: "WebKit opens a Cache Storage to workers of an opaque origin; what one puts there nobody else sees.",
  },
];

/** Attempts that an engine lets nobody make, with every layer out. */
export const NOBODY: readonly Pick<Alone, "engines" | "attempts" | "why">[] = [
  {
    engines: ["webkit"],
    attempts: /^storage: the private file system /,
    why: "There is no navigator.storage in WebKitGTK's MiniBrowser.",
  },
];

/** The mark that a probe has in an engine, if it has one. */
export function mark(marks: readonly Mark[], engine: EngineName, { id }: Pick<Probe, "id">): Mark | undefined {
  return marks.find(({ engines, probes }) => engines.includes(engine) && probes.test(id));
}
