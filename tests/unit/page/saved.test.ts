// The notebook as it is written: one of everything that can stand in it. nbformat judges the same file in
// tests/project/test_saved_notebook.py.

import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Notebook } from "../../../static/src/page/model/notebook";
import { fromIpynb, toIpynb } from "../../../static/src/page/model/notebookfile";

const FILE = new URL("../../fixtures/saved.ipynb", import.meta.url);
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

function notebook(): Notebook {
  const made = new Notebook();
  made.replace([
    {
      kind: "text",
      source: "# Title\n\n![dot](attachment:dot.png) and $x^2$",
      key: "text-cell",
      beside: { attachments: { "dot.png": { "image/png": PNG } }, metadata: { tags: ["intro"] } },
    },
    { kind: "raw", source: "raw *text*", key: "raw-cell", beside: { metadata: { format: "text/plain" } } },
    { kind: "code", source: "", key: "empty-cell" },
    { kind: "code", source: "print('a')\nprint('b')", key: "code-cell" },
    { kind: "code", source: "1 / 0", key: "failed-cell" },
  ]);
  const [, , , code, failed] = made.cells;
  if (!code || !failed) throw new Error("The notebook lacks cells.");
  code.outputs.stream("stdout", "a\nb\n");
  code.outputs.add({
    kind: "bundle",
    bundle: { text: "<Figure>", png: PNG, width: 1, height: 1, alt: "A dot.", name: "dot" },
    id: undefined,
    main: false,
  });
  code.outputs.add({
    kind: "bundle",
    bundle: {
      text: "   a\n0  1",
      html: "<table><tr><td>1</td></tr></table>",
      latex: "$1$",
      markdown: "**1**",
      svg: '<svg xmlns="http://www.w3.org/2000/svg"/>',
      json: { a: [1, null] },
      chart: { mime: "application/vnd.plotly.v1+json", spec: '{"data":[]}' },
    },
    id: undefined,
    main: true,
  });
  made.setRun(code.id, { state: "ok", count: 3 });
  made.setFolded(code.id, true);
  failed.outputs.add({
    kind: "error",
    error: { name: "ZeroDivisionError", value: "division by zero", traceback: "Traceback\nZeroDivisionError" },
  });
  made.setRun(failed.id, { state: "error", count: 4 });
  return made;
}

it("a saved notebook is the file that nbformat has judged", () => {
  const written = toIpynb(notebook().cells, "3.14.2", { metadata: { authors: [{ name: "A" }] } });
  if (process.env.BELLJAR_WRITE_FIXTURES) writeFileSync(FILE, written);
  expect(written).toBe(readFileSync(FILE, "utf8"));
});

it("it comes back byte by byte", () => {
  const text = readFileSync(FILE, "utf8");
  const { cells, beside } = fromIpynb(text);
  const again = new Notebook();
  again.replace(cells);
  expect(toIpynb(again.cells, "3.14.2", beside)).toBe(text);
});
