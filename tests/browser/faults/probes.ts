// Attempts by somebody who already owns the realm: JavaScript run from outside in the worker and in the frame. What
// stops them is the browser and the hardening, never the hiding. `{canary}` is the witness's address.

export interface RealmProbe {
  group: "network" | "code" | "storage" | "page";
  realm: "worker" | "frame";
  title: string;
  /** An expression; getting through means that it gives true, or that the witness sees a call. */
  script: string;
}

/**
 * A function body as an expression that gives false when it throws. It starts in a task of its own, because the
 * debugger's protocol lifts the ban on eval while its own call is on the stack.
 */
const tries = (body: string): string =>
  `new Promise((done) => setTimeout(done)).then(async () => { ${body} }).catch(() => false)`;
const inTime = (promise: string): string =>
  `(await Promise.race([${promise}, new Promise((_, no) => setTimeout(no, 800, new Error("nothing came")))]))`;

const NETWORK: [string, string][] = [
  ["fetch", tries(`${inTime("fetch('{canary}/fetch', { mode: 'no-cors' })")}; return true;`)],
  [
    "XMLHttpRequest",
    tries("const x = new XMLHttpRequest(); x.open('GET', '{canary}/xhr', false); x.send(); return true;"),
  ],
  [
    "WebSocket",
    tries(
      `const s = new WebSocket('{canary}/ws'.replace('http', 'ws')); ${inTime("new Promise((yes) => { s.onopen = s.onerror = yes; })")}; return false;`,
    ),
  ],
  [
    "EventSource",
    tries(
      `const s = new EventSource('{canary}/es'); ${inTime("new Promise((yes) => { s.onopen = s.onerror = yes; })")}; return false;`,
    ),
  ],
]; // prettier-ignore

export const PROBES: RealmProbe[] = [
  ...NETWORK.map(([title, script]): RealmProbe => ({ group: "network", realm: "worker", title, script })),
  ...NETWORK.map(([title, script]): RealmProbe => ({ group: "network", realm: "frame", title, script })),
  {
    group: "network",
    realm: "worker",
    title: "importScripts",
    script: tries("importScripts('{canary}/is.js'); return true;"),
  },
  {
    group: "network",
    realm: "worker",
    title: "a nested worker that fetches",
    script: tries(
      `const w = new Worker(URL.createObjectURL(new Blob(["fetch('{canary}/nested', { mode: 'no-cors' }).then(() => postMessage(true), () => postMessage(false))"]))); return ${inTime("new Promise((yes) => { w.onmessage = (e) => yes(e.data); w.onerror = () => yes(false); })")};`,
    ),
  },
  {
    group: "network",
    realm: "frame",
    title: "an image",
    script: tries(
      `const i = new Image(); ${inTime("new Promise((yes, no) => { i.onload = yes; i.onerror = yes; i.src = '{canary}/img'; })")}; return false;`,
    ),
  },
  {
    group: "network",
    realm: "frame",
    title: "a style sheet",
    script: tries(
      `const l = document.createElement('link'); l.rel = 'stylesheet'; l.href = '{canary}/css'; document.head.append(l); ${inTime("new Promise((yes) => { l.onload = l.onerror = yes; })")}; return false;`,
    ),
  },
  {
    group: "network",
    realm: "frame",
    title: "a nested frame",
    script: tries(
      "const f = document.createElement('iframe'); f.src = '{canary}/iframe'; document.body.append(f); await new Promise((yes) => setTimeout(yes, 300)); return false;",
    ),
  },
  {
    group: "network",
    realm: "frame",
    title: "sendBeacon",
    script: tries(
      "navigator.sendBeacon('{canary}/beacon', 'x'); await new Promise((yes) => setTimeout(yes, 300)); return false;",
    ),
  },
  { group: "code", realm: "worker", title: "eval", script: tries("return globalThis['ev' + 'al']('1 + 1') === 2;") },
  {
    group: "code",
    realm: "worker",
    title: "Function",
    script: tries("return (() => {}).constructor('return 2')() === 2;"),
  },
  {
    group: "code",
    realm: "worker",
    title: "import of a blob",
    script: tries(
      `return ${inTime("import(URL.createObjectURL(new Blob(['export default 2'], { type: 'text/javascript' })))")}.default === 2;`,
    ),
  },
  { group: "code", realm: "frame", title: "eval", script: tries("return globalThis['ev' + 'al']('1 + 1') === 2;") },
  {
    group: "code",
    realm: "frame",
    title: "an inline script",
    script: tries(
      "const s = document.createElement('script'); s.textContent = 'globalThis.ran = true'; document.body.append(s); return globalThis.ran === true;",
    ),
  },
  {
    group: "storage",
    realm: "worker",
    title: "indexedDB",
    script: tries(
      `const r = indexedDB.open('x'); return ${inTime("new Promise((yes, no) => { r.onsuccess = () => yes(true); r.onerror = no; })")};`,
    ),
  },
  { group: "storage", realm: "worker", title: "caches", script: tries("await caches.open('x'); return true;") },
  {
    group: "storage",
    realm: "worker",
    title: "the private file system",
    script: tries("await navigator.storage.getDirectory(); return true;"),
  },
  {
    group: "storage",
    realm: "frame",
    title: "localStorage",
    script: tries("localStorage.setItem('x', '1'); return true;"),
  },
  {
    group: "storage",
    realm: "frame",
    title: "cookies",
    script: tries("document.cookie = 'x=1'; return document.cookie.includes('x=1');"),
  },
  {
    group: "page",
    realm: "frame",
    title: "the page's title",
    script: tries("return typeof parent.document.title === 'string';"),
  },
  {
    group: "page",
    realm: "frame",
    title: "a window of its own",
    script: tries("const w = open('about:blank'); return w !== null;"),
  },
  { group: "page", realm: "frame", title: "a dialog", script: tries("return confirm('?') || false;") },
]; // prettier-ignore
