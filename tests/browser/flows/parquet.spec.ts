// Parquet: read and written as pandas does natively with pyarrow, in pieces where a file is large, and no more of it than asked.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Bench, expect, test } from "../fixtures";

const HERE = new URL("../../fixtures/parquet/", import.meta.url).pathname;
const known = JSON.parse(readFileSync(join(HERE, "answers.json"), "utf8")) as {
  files: string[];
  asked: Record<string, string>;
  answers: Record<string, unknown>;
};

/** A file of Python that a cell imports. */
const describe = readFileSync(join(HERE, "describe.py"), "utf8");

/** Puts files into the sandbox. */
async function given(bench: Bench, names: readonly string[]): Promise<void> {
  const files: Record<string, string> = { "describe.py": Buffer.from(describe).toString("base64") };
  for (const name of names) files[`${name}.parquet`] = readFileSync(join(HERE, `${name}.parquet`)).toString("base64");
  await bench.page.evaluate(
    async ({ name, files }) => {
      for (const [path, text] of Object.entries(files))
        await window.sandboxes[name]?.files.write(
          path,
          Uint8Array.from(atob(text), (char) => char.charCodeAt(0)),
        );
    },
    { name: bench.name, files },
  );
}

/** Tables by name as the sandbox has them, each the value of an expression. */
async function told(bench: Bench, tables: Record<string, string>): Promise<Record<string, unknown>> {
  const cells = Object.entries(tables).map(([name, code]) => `answers[${JSON.stringify(name)}] = described(${code})`);
  const code = ["import json", "import pandas as pd", "from describe import described", "answers = {}", ...cells];
  code.push('with open("told.json", "w") as file:', "    json.dump(answers, file)");
  const answer = await bench.run(code.join("\n"), { timeout: 60_000 });
  expect(answer.error ?? null).toBeNull();
  expect(answer.status, answer.note).toBe("ok");
  const text = await bench.do(async (sandbox) => (await sandbox.files.read("told.json")).text());
  return JSON.parse(text) as Record<string, unknown>;
}

test("every codec, encoding, kind of value and index is read as pandas reads it natively", async ({ bench }) => {
  await given(bench, known.files);
  const tables = Object.fromEntries(known.files.map((name) => [name, `pd.read_parquet("${name}.parquet")`]));
  const answers = await told(bench, tables);
  for (const name of known.files) expect(answers[name], name).toEqual(known.answers[name]);
});

test("columns, filters and dtypes that hold missing values are as natively", async ({ bench }) => {
  await given(bench, ["snappy"]);
  const asked = Object.entries(known.asked);
  const tables = asked.map(([name, words]) => [name, `pd.read_parquet("snappy.parquet", ${words})`]);
  const answers = await told(bench, Object.fromEntries(tables));
  for (const [name] of asked) expect(answers[name], name).toEqual(known.answers[name]);
});

test("a table that was written comes back with its dtypes, its index and its names", async ({ bench }) => {
  const names = known.files.filter((name) => !["bare", "delta"].includes(name));
  await given(bench, names);
  // Structures and maps are read only.
  const left = '[c for c in table.columns if c not in ("structure", "structure gaps", "list of structures", "map")]';
  const answer = await bench.run(
    `import pandas as pd
unlike = []
for name in ${JSON.stringify(names)}:
    table = pd.read_parquet(f"{name}.parquet")
    table = table[${left}]
    for codec in ("snappy", None, "gzip", "zstd", "brotli", "lz4"):
        table.to_parquet("copy.parquet", compression=codec)
        try:
            pd.testing.assert_frame_equal(pd.read_parquet("copy.parquet"), table)
        except AssertionError as error:
            unlike.append((name, codec, str(error)[:300]))
unlike`,
    { timeout: 60_000 },
  );
  expect(answer.error ?? null).toBeNull();
  expect(answer.text).toBe("[]");
});

test("a large file comes in pieces, and of it no more is read than the columns that were asked for", async ({
  bench,
}) => {
  const answer = await bench.run(
    `import io
import numpy as np, pandas as pd
rows = 600_000
dice = np.random.default_rng(1)
table = pd.DataFrame({
    "region": np.array(["north", "south", "west"])[dice.integers(0, 3, rows)],
    "units": dice.integers(0, 100, rows),
    "price": dice.random(rows),
    "weight": dice.random(rows),
})
table.to_parquet("large.parquet", row_group_size=200_000)
class Counted(io.FileIO):
    taken = 0
    def read(self, size=-1):
        found = super().read(size)
        self.taken += len(found)
        return found
file = Counted("large.parquet")
size = file.seek(0, 2)
sums = sizes = 0
starts, parts = [], []
with pd.read_parquet(file, columns=["region", "units"], chunksize=150_000) as pieces:
    for piece in pieces:
        starts.append(int(piece.index[0]))
        parts.append(piece.groupby("region").units.sum())
taken = file.taken
right = pd.concat(parts).groupby(level=0).sum().equals(table.groupby("region").units.sum())
some = Counted("large.parquet")
one = pd.read_parquet(some, columns=["price"], filters=[("price", ">", 2.0)])
starts, right, size > 9_000_000, taken < 1_500_000, len(one), some.taken < 10_000`,
    { timeout: 60_000 },
  );
  expect(answer.error ?? null).toBeNull();
  expect(answer.text).toBe("([0, 150000, 300000, 450000], True, True, True, 0, True)");
});

test("what can't be done is said in a sentence, with what can", async ({ bench }) => {
  await given(bench, ["plain"]);
  for (const [code, says] of [
    ['pd.read_parquet("plain.parquet", columns=["c"])', "The file has no column 'c'. It has: 'a', 'b'."],
    ['pd.read_parquet("describe.py")', "This is no Parquet file"],
    ['pd.read_parquet("gone.parquet")', "gone.parquet"],
    ['pd.read_parquet("plain.parquet", dtype_backend="pyarrow")', '"numpy_nullable" works'],
    ['pd.read_parquet(".")', "is a folder"],
    ['pd.DataFrame({"a": [object()]}).to_parquet("x.parquet")', "astype(str) makes text of them"],
    ["import pyarrow.parquet as pq", "chunksize=100_000"],
  ] as const) {
    const { error } = await bench.run(`import pandas as pd\n${code}`);
    expect(error?.value, code).toContain(says);
  }
});
