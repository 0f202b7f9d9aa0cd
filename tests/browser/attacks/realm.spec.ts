// What user code finds when it looks around: an empty `js`, no eval, no storage, no way to the page.

import { expect, test } from "../fixtures";

/** What the page around the frame looks like, for a before and after. */
const outside = () => ({
  title: document.title,
  body: document.body.innerHTML.length,
  frames: window.frames.length,
  storage: JSON.stringify(localStorage),
  names: Object.keys(window).length,
});

test("the js module shows no way out", async ({ bench }) => {
  const { text } = await bench.run("import js\nsorted(n for n in dir(js) if not n.startswith('_'))");
  for (const name of [
    "fetch",
    "XMLHttpRequest",
    "WebSocket",
    "document",
    "window",
    "parent",
    "self",
    "globalThis",
    "eval",
    "Function",
    "importScripts",
    "indexedDB",
    "postMessage",
  ]) {
    expect(text).not.toContain(`'${name}'`);
  }
});

const REFUSED: Record<string, string> = {
  run_js: "from pyodide.code import run_js\nrun_js('1 + 1')",
  "js.eval": "import js\njs.eval('1')",
  "a function made of text": "import js\njs.Object.constructor.constructor('return 1')()",
  "a function made of text, through an array": "import js\njs.Array.new().constructor.constructor('return this')()",
  "a string timer": "import js\njs.setTimeout('x=1', 0)\nimport asyncio\nawait asyncio.sleep(.1)\njs.x",
  "the page's document": "import js\njs.parent.document.title",
  localStorage: "import js\njs.localStorage.getItem('x')",
  indexedDB: "import js\njs.indexedDB.open('x')",
  "a nested worker": "import js\njs.Worker.new('blob:x')",
};

for (const [name, code] of Object.entries(REFUSED)) {
  test(`${name} is out of reach`, async ({ bench }) => {
    const before = await bench.page.evaluate(outside);
    const answer = await bench.run(code, { timeout: 5_000 });
    expect(answer.status).toBe("error");
    expect(await bench.page.evaluate(outside)).toEqual(before);
  });
}

test("positive control: the page itself has storage, eval and workers", async ({ bench }) => {
  const seen = await bench.page.evaluate(() => {
    localStorage.setItem("control", "1");
    const stored = localStorage.getItem("control");
    localStorage.removeItem("control");
    return { stored, evaluated: new Function("return 1 + 1")() as number, worker: typeof Worker };
  });
  expect(seen).toEqual({ stored: "1", evaluated: 2, worker: "function" });
});

test("Python sees none of the server's or the machine's files", async ({ bench }) => {
  const { text } = await bench.run(
    "import os\n[p for p in ('/etc/passwd', '/proc/self/environ', '/root', os.path.expanduser('~/.ssh')) if os.path.exists(p)]",
  );
  expect(text).toBe("[]");
  const { text: names } = await bench.run("import os\nsorted(os.environ)");
  expect(names).not.toMatch(/BELLJAR|PATH_INFO|SECRET|TOKEN|USERNAME/);
});

test("the frame refuses to run as a page of its own", async ({ browser }) => {
  const page = await browser.newPage();
  const response = await page.goto("/frame/isolated.html");
  const policy = response?.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("sandbox allow-scripts");
  expect(policy).not.toMatch(/allow-same-origin|unsafe-eval'(?<!wasm-unsafe-eval')|https?:/);
  expect(policy.match(/script-src [^;]*/)?.[0]).not.toContain("blob:");
  expect(await page.evaluate(() => self.origin)).toBe("null");
  await page.close();
});
