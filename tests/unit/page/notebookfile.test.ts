import { readdirSync, readFileSync, statSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Notebook } from "../../../static/src/page/model/notebook";
import { fromIpynb, fromPython, isMarked, toIpynb, toPython } from "../../../static/src/page/model/notebookfile";

const examples = new URL("../../../static/examples/", import.meta.url);

describe("Python files", () => {
  it("with marks become cells", () => {
    expect(fromPython("# %% [markdown]\n# # Title\n#\n# Text\n\n# %%\nx = 1\n\n\n# %%\nx\n")).toEqual([
      { kind: "text", source: "# Title\n\nText" },
      { kind: "code", source: "x = 1" },
      { kind: "code", source: "x" },
    ]);
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
    expect(fromIpynb(written())).toEqual([
      { kind: "text", source: "# Title" },
      { kind: "code", source: "print(1)\n2" },
    ]);
  });
  it("may have their source as one string, and cells of other kinds", () => {
    const text = JSON.stringify({
      cells: [{ cell_type: "code", source: "x" }, { cell_type: "raw", source: "y" }, null, { cell_type: "code" }],
    });
    expect(fromIpynb(text)).toEqual([{ kind: "code", source: "x" }]);
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
