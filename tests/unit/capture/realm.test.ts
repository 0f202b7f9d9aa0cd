// The thread in which Node runs a worker's script: what a script of a browser needs is there, and nothing of Node's is.

import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { expect, test } from "vitest";

const { outputFiles } = await build({
  entryPoints: ["static/src/capture/node/realm.ts"],
  bundle: true,
  platform: "node",
  format: "iife",
  write: false,
});

/** What a script answers to one message. */
async function answer(script: string, message: unknown): Promise<unknown> {
  const thread = new Worker(outputFiles[0]?.text ?? "", { eval: true, workerData: { script }, env: {} });
  try {
    return await new Promise((resolve, reject) => {
      thread.on("message", resolve);
      thread.on("error", reject);
      thread.postMessage(message);
    });
  } finally {
    await thread.terminate();
  }
}

const heard = (expression: string): string =>
  `self.addEventListener("message", ({ data }) => self.postMessage(${expression}));`;

test("a script finds nothing of Node's, by no road", async () => {
  const roads = [
    "typeof process",
    "typeof require",
    "typeof module",
    "typeof Buffer",
    "typeof global",
    "typeof fetch",
    "typeof WebSocket",
    "typeof new Function('return this.process')()",
    "typeof self.constructor.constructor('return this')().process",
  ];
  expect(await answer(heard(`[${roads.join(",")}]`), null)).toEqual(roads.map(() => "undefined"));
  const imported = `import("node:fs").then(() => "imported", (error) => error.code)`;
  expect(await answer(`self.addEventListener("message", () => ${imported}.then(self.postMessage));`, null)).toBe(
    "ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING",
  );
});

test("blobs come and go as blobs, and their bytes are read at once", async () => {
  const read = `new TextDecoder().decode(new FileReaderSync().readAsArrayBuffer(data.file.slice(1, 4)))`;
  const bytes = new TextEncoder().encode("bytes");
  expect(
    await answer(heard(`{ type: "read", text: ${read}, size: data.file.size }`), { file: { blob: bytes } }),
  ).toEqual({
    type: "read",
    text: "yte",
    size: 5,
  });
  const made = await answer(heard(`{ made: new Blob(["a", new Uint8Array([98, 99])]) }`), null);
  expect(new TextDecoder().decode((made as { made: { blob: Uint8Array } }).made.blob)).toBe("abc");
});

test("what a promise was rejected with is said", async () => {
  const said = await answer(`Promise.reject(new Error("given up"));`, null);
  expect(JSON.parse(said as string)).toEqual({ type: "failed", reason: "given up" });
});
