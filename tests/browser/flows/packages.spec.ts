// Packages: loaded when imported, refused by name when not allowed, and never from anywhere else.

import { expect, test } from "../fixtures";

test("importing an allowlisted package loads it and tells which", async ({ bench }) => {
  const answer = await bench.run("import regex\nregex.findall(r'\\p{L}+', 'ab ñd')", { fresh: true });
  expect(answer).toMatchObject({ status: "ok", text: "['ab', 'ñd']" });
  expect(answer.packages).toContain("regex");
});

test("loading a package does not count as running", async ({ bench }) => {
  const answer = await bench.run("import sympy", { fresh: true, timeout: 20_000 });
  expect(answer.status).toBe("ok");
  expect(answer.durationMs).toBeLessThan(answer.ms);
});

test("an import deep inside a function loads too, where the engine can wait", async ({ bench }) => {
  const answer = await bench.run(
    "def later():\n    import importlib\n    return importlib.import_module('bs4').__name__\nlater()",
    { fresh: true },
  );
  expect(answer).toMatchObject({ status: "ok", text: "'bs4'" });
});

test("a package that isn't allowed gets one sentence that names what is", async ({ bench }) => {
  const { error } = await bench.run("import torch");
  expect(error?.name).toBe("ModuleNotFoundError");
  expect(error?.value).toMatch(/torch/);
  expect(error?.value).toMatch(/numpy/);
  expect(error?.value.split("\n")).toHaveLength(1);
});

test("micropip installs from the allowlist and from nowhere else", async ({ bench }) => {
  const good = await bench.run(
    "import micropip\nawait micropip.install('openpyxl')\nimport openpyxl\nopenpyxl.__name__",
    {
      fresh: true,
    },
  );
  expect(good).toMatchObject({ status: "ok", text: "'openpyxl'" });
  for (const asked of ["torch", "https://example.org/x-1-py3-none-any.whl"]) {
    const bad = await bench.run(`import micropip\nawait micropip.install('${asked}')`);
    expect(bad.status).toBe("error");
    expect(bad.error?.value).toMatch(/allowed|allowlist|available/i);
  }
});

test("a spreadsheet goes out and comes back", async ({ bench }) => {
  const answer = await bench.run(
    "import pandas as pd\npd.DataFrame({'a': [1, 2]}).to_excel('t.xlsx', index=False)\npd.read_excel('t.xlsx').a.sum()",
  );
  expect(answer).toMatchObject({ status: "ok" });
  expect(answer.text).toMatch(/3/);
  expect(answer.files).toMatchObject([{ path: "t.xlsx", change: "created" }]);
});

test("a styled table, YAML and the libraries of charts are on the allowlist", async ({ bench }) => {
  const styled = await bench.run("import pandas as pd\npd.DataFrame({'a': [1, 2]}).style.highlight_max(color='gold')", {
    fresh: true,
    timeout: 60_000,
  });
  expect(styled).toMatchObject({ status: "ok" });
  expect(styled.results[0]?.html).toMatch(/background-color: gold/);
  expect(styled.packages).toEqual(expect.arrayContaining(["markupsafe", "jinja2"]));
  const others = await bench.run(
    "import markupsafe, yaml, sqlalchemy, plotly.graph_objects, altair, bokeh.plotting\n" +
      "yaml.safe_load('a: [1, 2.5, x]'), yaml.__with_libyaml__, str(markupsafe.escape('<')), " +
      "sqlalchemy.create_engine('sqlite://').connect().execute(sqlalchemy.text('select 1')).scalar()",
    { timeout: 60_000 },
  );
  expect(others).toMatchObject({ status: "ok", text: "({'a': [1, 2.5, 'x']}, False, '&lt;', 1)" });
});
