// Files and packages that a cell asks for.

import { expect, test } from "../fixtures";

test("files go in and out", { tag: "@short" }, async ({ bench }) => {
  await bench.write("data/in.csv", "a,b\n1,2\n");
  const answer = await bench.run("text = open('data/in.csv').read()\nopen('out.txt', 'w').write(text.upper())\ntext");
  expect(answer).toMatchObject({ status: "ok", text: "'a,b\\n1,2\\n'" });
  expect(answer.files).toEqual([{ path: "out.txt", change: "created", size: 8 }]);
  expect(await bench.read("out.txt")).toBe("A,B\n1,2\n");
});

test("a package comes when it is imported", async ({ bench }) => {
  const answer = await bench.run("import regex\nregex.findall(r'\\p{L}+', 'ab ñd')", { fresh: true });
  expect(answer).toMatchObject({ status: "ok", text: "['ab', 'ñd']" });
  expect(answer.packages).toContain("regex");
});

test("scipy, which is large, computes", async ({ bench }) => {
  const code = "from scipy import integrate\nround(integrate.quad(lambda x: x * x, 0, 3)[0], 6)";
  expect(await bench.run(code, { timeout: 60_000 })).toMatchObject({ status: "ok", text: "9.0" });
});

test("an import deep inside a function loads too, where the engine can wait", async ({ bench, limited }) => {
  const { jspi } = await bench.info();
  const code = "def later():\n    import importlib\n    return importlib.import_module('bs4').__name__\nlater()";
  const answer = await bench.run(code, { fresh: true });
  if (jspi) expect(answer).toMatchObject({ status: "ok", text: "'bs4'" });
  else {
    limited(answer.error?.value ?? "");
    expect(answer.status).toBe("error");
  }
});
