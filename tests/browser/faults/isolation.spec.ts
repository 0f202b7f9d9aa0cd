// What the frame's Document-Isolation-Policy opens: shared memory between the frame and its own
// worker, and nothing else. The documents are a script of the test's under the frame's real headers. What leaves them
// is in the table of channels.spec.ts.

import { expect, test } from "@playwright/test";
import { end, site } from "../server";
import { page as built, naming } from "./channels";

interface Realm {
  isolated: boolean;
  names: string[];
  storage: Record<string, string>;
}

interface Heard {
  frame: Realm;
  worker: Realm;
  /** What the worker answered when it was sent shared memory: the number it had put there. */
  shared: string;
  /** Whether the page's own globals could be read. */
  parent: string;
}

/** In the frame and in its worker alike. */
const LOOK = `
const tried = async (what) => { try { return String(await what()) } catch (error) { return error.name } };
const look = async () => {
  const names = [];
  for (let o = self; o && o !== Object.prototype; o = Object.getPrototypeOf(o)) names.push(...Object.getOwnPropertyNames(o));
  for (const [name, of] of [["navigator", navigator], ["performance", performance]])
    for (let o = of; o && o !== Object.prototype; o = Object.getPrototypeOf(o))
      names.push(...Object.getOwnPropertyNames(o).map((each) => name + "." + each));
  return {
    isolated: self.crossOriginIsolated, names,
    storage: {
      IndexedDB: await tried(() => new Promise((yes, no) => { const r = indexedDB.open("x"); r.onsuccess = () => yes("open"); r.onerror = () => no(r.error); })),
      caches: await tried(() => caches.open("x").then(() => "open")),
      files: await tried(() => navigator.storage.getDirectory().then(() => "open")),
      locks: await tried(() => navigator.locks.request("x", () => "open")),
      ...(self.document ? { localStorage: await tried(() => { localStorage.x = "1"; return "open" }), cookies: await tried(() => { document.cookie = "x=1"; return "open" }) } : {}),
    },
  };
};`;

const WORKER = `${LOOK}
onmessage = ({ data }) => { const a = new Int32Array(data); Atomics.add(a, 0, 1); postMessage({ shared: String(a[0]) }); };
look().then((worker) => postMessage({ worker }));`;

const DOCUMENT = `${LOOK}
const tt = self.trustedTypes?.createPolicy("belljar-worker", { createScriptURL: (x) => x });
const url = URL.createObjectURL(new Blob([${JSON.stringify(WORKER)}]));
const worker = new Worker(tt ? tt.createScriptURL(url) : url);
const said = new Promise((done) => { const all = {}; worker.onmessage = ({ data }) => { Object.assign(all, data); if (all.worker && all.shared) done(all); }; });
(async () => {
  const memory = self.crossOriginIsolated ? new SharedArrayBuffer(4) : undefined;
  worker.postMessage(memory ?? new ArrayBuffer(4));
  const frame = await look();
  const { worker: theirs, shared } = await said;
  parent.postMessage({ frame, worker: theirs, shared: memory ? String(new Int32Array(memory)[0]) : "not shared", parent: await tried(() => parent.document.title) }, "*");
  if (memory) parent.postMessage(memory, "*");
})();`;

const HOST = `<!doctype html><title>host</title><script>
heard = new Promise((done) => { onmessage = ({ data }) => { if (data.frame) done(data); else broken = "arrived"; } });
broken = "nothing came"; onmessageerror = () => { broken = "refused"; };
</script>`;

let origin = "";
test.beforeAll(async ({ baseURL }) => {
  const sent = await fetch(`${baseURL}/frame/plain.html`);
  const real = Object.fromEntries(
    [...sent.headers].filter(([name]) => !/^(content-(length|encoding|type)|etag|date)$/.test(name)),
  );
  const { body, source } = built(DOCUMENT);
  const { "document-isolation-policy": policy, ...bare } = real;
  expect(policy).toBe("isolate-and-require-corp");
  const around: Record<string, string> = { "content-type": "text/html" };
  const isolated = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
  origin = await site(({ url = "" }, response) => {
    if (url.startsWith("/frame")) {
      const headers = url === "/frame/with" ? real : url === "/frame/without" ? bare : { ...around, ...isolated };
      response.writeHead(200, { ...naming(headers, source), ...around });
      response.end(body);
      return;
    }
    // An isolated page of its own, where nothing is sandboxed: the control.
    const open = url === "/open";
    const attributes = open ? 'src="/frame/open"' : `sandbox="allow-scripts" src="/frame${url}"`;
    response.writeHead(200, { ...around, ...(open ? isolated : {}) });
    response.end(`${HOST}<iframe ${attributes}></iframe>`);
  });
});
test.afterAll(end);

async function opened(page: import("@playwright/test").Page, path: string) {
  await page.goto(`${origin}${path}`);
  const heard = (await page.evaluate("heard")) as Heard;
  await page.waitForTimeout(200);
  const memory = (await page.evaluate("broken")) as string;
  return { heard, memory, isolated: await page.evaluate("crossOriginIsolated") };
}

/** What one has and the other hasn't. */
const more = (one: Realm, other: Realm): string[] =>
  [...new Set(one.names.filter((name) => !other.names.includes(name)))].sort();
const kinds = (storage: Record<string, string>): string[] => [...new Set(Object.values(storage))];

test("with it the frame and its worker share memory, on a page that is not isolated, and the page gets none of it", async ({
  page,
}) => {
  const { heard, memory, isolated } = await opened(page, "/with");
  expect(isolated).toBe(false);
  expect([heard.frame.isolated, heard.worker.isolated, heard.shared]).toEqual([true, true, "1"]);
  expect(memory).toBe("refused");
  // The controls: without the header there is none; in a page that is isolated itself it crosses.
  const without = (await opened(page, "/without")).heard;
  expect([without.frame.isolated, without.worker.isolated, without.shared]).toEqual([false, false, "not shared"]);
  expect((await opened(page, "/open")).memory).toBe("arrived");
});

test("it brings no interface but shared memory, and to the frame a measure of its own memory, as isolation of the page does", async ({
  page,
}) => {
  const [{ heard: one }, { heard: other }] = [await opened(page, "/with"), await opened(page, "/without")];
  expect(more(one.frame, other.frame)).toEqual(["SharedArrayBuffer", "performance.measureUserAgentSpecificMemory"]);
  expect(more(one.worker, other.worker)).toEqual(["SharedArrayBuffer"]);
  // The control: what the header takes away would be seen, too.
  expect(one.frame.names).toContain("SharedWorker");
  expect(more(other.frame, one.frame)).toEqual([]);
});

test("storage and the page stay refused", async ({ page }) => {
  const { heard } = await opened(page, "/with");
  expect(kinds(heard.frame.storage)).toEqual(["SecurityError"]);
  // Some of it a worker of an opaque origin doesn't even have.
  expect(kinds(heard.worker.storage)).toContain("SecurityError");
  expect(kinds(heard.worker.storage)).not.toContain("open");
  expect(heard.parent).toBe("SecurityError");
  // The control: the same script where nothing is sealed.
  const open = (await opened(page, "/open")).heard;
  expect(kinds(open.frame.storage)).toEqual(["open"]);
  expect(kinds(open.worker.storage)).toEqual(["open"]);
  expect(open.parent).toBe("host");
});
