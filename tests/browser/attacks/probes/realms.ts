// What a realm could keep, read or tell others by: evaluation, storage, neighbours, the page around the frame.

import { type Probe, script } from "../probe";

const ALL = ["worker", "bare", "frame"] as const;
const all = (title: string, code: string, rest = {}): Probe[] => script("realms", ALL, title, code, rest);
const doc = (title: string, code: string, rest = {}): Probe[] => script("realms", ["frame"], title, code, rest);

export const REALMS: Probe[] = [
  ...all("eval", `return g.eval('"won"')`),
  ...all("indirect eval by another name", `const e = g["ev" + "al"]; return e('"won"')`),
  ...all("Function", `return new g.Function('return "won"')()`),
  ...all("the constructor of a function", `return (() => {}).constructor('return "won"')()`),
  ...all("the constructor of an async function", `return await (async () => {}).constructor('return "won"')()`),
  ...all("the constructor of a generator", `return (function* () {}).constructor('return "won"')().next().value`),
  ...all(
    "a string timer",
    `g.setTimeout('globalThis.wonByTimer = 1', 0); await new Promise((d) => g.setTimeout(d, 60)); return globalThis.wonByTimer ? "won" : ""`,
  ),
  ...all("import() of a data: module", `return (await import("data:text/javascript,export default 'won'")).default`),
  ...all(
    "import() of a blob: module",
    `return (await import(URL.createObjectURL(new Blob(["export default 'won'"], { type: "text/javascript" })))).default`,
  ),
  ...all(
    "IndexedDB",
    `return await new Promise((done, fail) => { const r = g.indexedDB.open("{{label}}"); r.onsuccess = () => done("won"); r.onerror = () => fail(r.error) })`,
  ),
  ...all("the list of databases", `await g.indexedDB.databases(); return "won"`),
  ...all("Cache storage", `await g.caches.open("{{label}}"); return "won"`),
  ...all(
    "the origin's private file system",
    `await (await g.navigator.storage.getDirectory()).getFileHandle("{{label}}", { create: true }); return "won"`,
  ),
  ...all("an estimate of the storage", `return (await g.navigator.storage.estimate()).quota > 0 ? "won" : ""`),
  ...all(
    "the old file system API",
    `return await new Promise((done, fail) => (g.webkitRequestFileSystem ?? g.webkitRequestFileSystem)(0, 1000, () => done("won"), fail))`,
  ),
  ...all("a lock shared with other pages", `return await g.navigator.locks.request("{{label}}", async () => "won")`),
  ...all("a storage bucket", `await g.navigator.storageBuckets.open("{{label}}".slice(0, 40)); return "won"`),
  ...all(
    "the cookie store",
    `await g.cookieStore.set("{{label}}", "1"); return (await g.cookieStore.get("{{label}}")) ? "won" : ""`,
  ).filter((p) => p.realm !== "worker" && p.realm !== "bare"),
  ...doc("a sensor that pages have without asking", `new g.Accelerometer().start(); return "won"`),
  ...doc(
    "document.cookie",
    `g.document.cookie = "{{label}}=1"; return g.document.cookie.includes("{{label}}") ? "won" : ""`,
  ),
  ...doc("localStorage", `g.localStorage.setItem("{{label}}", "1"); return "won"`),
  ...doc("sessionStorage", `g.sessionStorage.setItem("{{label}}", "1"); return "won"`),
  ...doc("the page's title, read", `return typeof g.parent.document.title === "string" ? "won" : ""`),
  ...doc("the page's title, changed", `g.parent.document.title = "{{label}}"`),
  ...doc("the page's document, changed", `g.parent.document.body.append("{{label}}")`),
  ...doc("the page's globals, changed", `g.parent["{{label}}"] = 1`),
  ...doc("the page's address, read", `return g.parent.location.href ? "won" : ""`),
  ...doc("the page's functions, replaced", `g.parent.fetch = () => {}; return "won"`),
  ...doc("the page's history", `g.parent.history.pushState({}, "", "#{{label}}")`),
  ...doc("the page's prototype, polluted", `g.parent.Object.prototype["{{label}}"] = 1`, {
    control: `g.parent.Object.defineProperty(g.parent.Object.prototype, "{{label}}", { value: 1, configurable: true })`,
  }),
  ...doc(
    "a neighbour's document",
    `const others = [...Array(g.parent.frames.length).keys()].map((i) => g.parent.frames[i]); return others.some((f) => f.document && f !== g.window) ? "won" : ""`,
    {
      control: `return g.parent.frames[0].document ? "won" : ""`,
    },
  ),
  ...doc("the element that holds the frame", `return g.frameElement ? "won" : ""`),
  ...doc("the frame's sandbox, taken off", `g.frameElement.removeAttribute("sandbox"); return "won"`),
  ...doc("an alert", `g.alert("{{label}}")`),
  ...doc("a question to the person", `g.confirm("{{label}}")`),
  ...doc("a prompt", `g.prompt("{{label}}")`),
  ...doc(
    "a download from memory",
    `const a = g.document.createElement("a"); a.href = URL.createObjectURL(new Blob(["x"])); a.download = "{{label}}.txt"; a.click(); await new Promise((d) => g.setTimeout(d, 200))`,
  ),
  ...doc("the clipboard", `await g.navigator.clipboard.readText(); return "won"`, {
    // Headless Chromium grants nothing; the control shows that an API behind the same kind of permission answers.
    control: `return g.document.featurePolicy.allowsFeature("clipboard-read") ? "won" : ""`,
  }),
  ...[
    "camera",
    "microphone",
    "geolocation",
    "usb",
    "serial",
    "hid",
    "display-capture",
    "payment",
    "fullscreen",
    "gamepad",
    "midi",
  ].flatMap((name) =>
    doc(`the feature ${name}`, `return g.document.featurePolicy.allowsFeature("${name}") ? "won" : ""`),
  ),
];
