import { readdirSync, readFileSync, statSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Notebook } from "../../../static/src/page/model/notebook";
import { fromIpynb, toIpynb } from "../../../static/src/page/model/notebookfile";
import { fromPython, isMarked, toPython } from "../../../static/src/page/model/script";

const examples = new URL("../../../static/examples/", import.meta.url);

describe("Python files", () => {
  it("with marks become cells", () => {
    expect(fromPython("# %% [markdown]\n# # Title\n#\n# Text\n\n# %%\nx = 1\n\n\n# %%\nx\n")).toEqual([
      { kind: "text", source: "# Title\n\nText" },
      { kind: "code", source: "x = 1" },
      { kind: "code", source: "x" },
    ]);
  });
  it("keep what their marks say, raw cells, and texts that are strings", () => {
    const script = '# %% Load it\nx = 1\n\n# %% [raw]\n# as it is\n\n# %% Words [md]\n"""\n# Title\n\nText\n"""\n';
    const cells = fromPython(script);
    expect(cells).toEqual([
      { kind: "code", source: "x = 1", beside: { mark: "Load it" } },
      { kind: "raw", source: "as it is" },
      { kind: "text", source: "# Title\n\nText", beside: { mark: "Words" } },
    ]);
    const written = toPython(cells);
    expect(written).toContain("# %% Words [markdown]\n# # Title");
    expect(toPython(fromPython(written))).toBe(written);
  });
  it("without marks are one cell", () => {
    expect(fromPython("x = 1\nx\n")).toEqual([{ kind: "code", source: "x = 1\nx" }]);
    expect(isMarked("x = 1\n")).toBe(false);
  });
  it("come back as they were written", () => {
    const line = fc.string({ unit: fc.constantFrom("a", "=", "1", " ", "(", "é") }).map((text) => `x${text}`.trimEnd());
    const cell = fc.record({
      kind: fc.constantFrom("code" as const, "text" as const),
      source: fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => lines.join("\n")),
    });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (cells) => {
        expect(fromPython(toPython(cells))).toEqual(cells);
      }),
    );
  });
});

/** As JupyterLab and Colab write them. */
const foreign = JSON.stringify({
  cells: [
    {
      cell_type: "markdown",
      id: "text_1",
      metadata: { tags: ["keep"] },
      attachments: { "a.png": { "image/png": "AAAA" } },
      source: ["# Title\n", "![a](attachment:a.png)"],
    },
    { cell_type: "raw", id: "raw-1", metadata: { format: "text/restructuredtext" }, source: [".. note::"] },
    {
      cell_type: "code",
      id: "code-1",
      metadata: { collapsed: true, colab: { base_uri: "https://localhost:8080/" } },
      execution_count: 12,
      source: ["fig.show()"],
      outputs: [
        { output_type: "stream", name: "stderr", text: ["warning\n"] },
        { output_type: "stream", name: "stdout", text: ["a\n", "b"] },
        {
          output_type: "display_data",
          metadata: { "image/png": { width: 300, height: 200 } },
          data: { "image/png": "iVBORw0KGgo=\n", "text/plain": ["<Figure>"] },
        },
        {
          output_type: "execute_result",
          execution_count: 12,
          metadata: {},
          data: { "application/vnd.plotly.v1+json": { data: [1, 2] }, "text/html": ["<div>\n", "</div>"] },
        },
        { output_type: "error", ename: "E", evalue: "v", traceback: ["\u001b[31mline\n more\u001b[0m", "E: v"] },
      ],
    },
  ],
  metadata: { kernelspec: { display_name: "My Python", language: "python", name: "mine" }, authors: [{ name: "Ada" }] },
  nbformat: 4,
  nbformat_minor: 4,
});

describe(".ipynb files", () => {
  const written = () => {
    const notebook = new Notebook();
    notebook.replace([
      { kind: "text", source: "# Title" },
      { kind: "code", source: "print(1)\n2" },
    ]);
    const cell = notebook.cells[1];
    cell?.outputs.stream("stdout", "1\n");
    cell?.outputs.add({ kind: "bundle", bundle: { text: "2", png: "AA==" }, id: undefined, main: true });
    cell?.outputs.add({ kind: "note", tone: "info", text: "not for files" });
    notebook.setRun(cell?.id ?? "", { count: 7 });
    return toIpynb(notebook.cells, "3.14.2");
  };

  it("hold cells and outputs in nbformat 4.5", () => {
    const file = JSON.parse(written());
    expect(file).toMatchObject({ nbformat: 4, nbformat_minor: 5, metadata: { language_info: { version: "3.14.2" } } });
    expect(file.cells[1]).toMatchObject({
      cell_type: "code",
      execution_count: 7,
      source: ["print(1)\n", "2"],
      outputs: [
        { output_type: "stream", name: "stdout", text: ["1\n"] },
        { output_type: "execute_result", execution_count: 7, data: { "text/plain": ["2"], "image/png": "AA==" } },
      ],
    });
  });
  it("are read back", () => {
    const { cells } = fromIpynb(written());
    expect(cells).toMatchObject([
      { kind: "text", source: "# Title" },
      { kind: "code", source: "print(1)\n2", run: { count: 7, from: "file" } },
    ]);
    expect(cells[1]?.run?.outputs).toMatchObject([
      { kind: "text", pieces: [{ name: "stdout", text: "1\n" }] },
      { kind: "bundle", main: true, bundle: { text: "2", png: "AA==" } },
    ]);
  });
  it("may have their source as one string, and cells of other kinds", () => {
    const text = JSON.stringify({
      cells: [{ cell_type: "code", source: "x" }, { cell_type: "raw", source: "y" }, null, { cell_type: "code" }],
    });
    expect(fromIpynb(text).cells).toMatchObject([
      { kind: "code", source: "x" },
      { kind: "raw", source: "y" },
    ]);
  });
  /** Opened and written again. */
  const again = (text: string) => {
    const { cells, beside } = fromIpynb(text);
    const notebook = new Notebook();
    notebook.replace(cells);
    return toIpynb(notebook.cells, "3.14", beside);
  };
  it("written here come back byte by byte", () => {
    const own = written();
    expect(again(own)).toBe(own);
    const first = again(foreign);
    expect(again(first)).toBe(first);
  });
  it("of others keep ids, raw cells, attachments, metadata, outputs of any kind and numbers", () => {
    const [before, after] = [JSON.parse(foreign), JSON.parse(again(foreign))];
    expect(after).toEqual({
      ...before,
      nbformat_minor: 5,
      metadata: { ...before.metadata, language_info: expect.anything() },
    });
    // In the order in which Jupyter writes, too.
    expect(Object.keys(after.cells[2])).toEqual([...Object.keys(after.cells[2])].sort());
  });
  it("show outputs that no Python of this visit has made as old", () => {
    const notebook = new Notebook();
    notebook.replace(fromIpynb(foreign).cells);
    expect(notebook.cells[2]).toMatchObject({ old: "file", count: undefined, formerCount: 12, key: "code-1" });
    expect(notebook.cells[2]?.outputs.items.map(({ kind }) => kind)).toEqual(["text", "bundle", "bundle", "error"]);
  });
  it("that are none are refused in a sentence", () => {
    expect(() => fromIpynb("hello")).toThrow("This file is not a notebook");
    expect(() => fromIpynb('{"worksheets": []}')).toThrow("no cells");
  });
});

describe("examples", () => {
  const files = readdirSync(examples).filter((name) => name.endsWith(".py") && name !== "make_data.py");
  it("are at least eight", () => {
    expect(files.length).toBeGreaterThanOrEqual(8);
  });
  it.each(files)("%s starts with a title and has code, in lines that fit the page", (name) => {
    const cells = fromPython(readFileSync(new URL(name, examples), "utf8"));
    expect(cells[0]).toMatchObject({ kind: "text" });
    expect(cells[0]?.source).toMatch(/^# \S/);
    expect(cells.filter((cell) => cell.kind === "code").length).toBeGreaterThanOrEqual(2);
    for (const { kind, source } of cells) {
      if (kind === "code") for (const line of source.split("\n")) expect(line.length, line).toBeLessThanOrEqual(92);
    }
  });
  it("read small data sets only", () => {
    const data = new URL("data/", examples);
    for (const name of readdirSync(data)) expect(statSync(new URL(name, data)).size).toBeLessThan(60_000);
  });
});
