// Ten things that people have reported of Python in browsers, each as the cell that shows it.

import type { Answer } from "../bench";
import { expect, test } from "../fixtures";

const REPORTS: [title: string, code: string, holds: Partial<Answer>][] = [
  [
    "text beyond Latin-1 goes through",
    "print('žluťoučký 🐍')\n'naïve — ✓'",
    { stdout: "žluťoučký 🐍\n", text: "'naïve — ✓'" },
  ],
  [
    "a time zone is known by its name",
    "from zoneinfo import ZoneInfo\nimport datetime as dt\ndt.datetime(2024, 7, 1, tzinfo=ZoneInfo('Europe/Berlin')).utcoffset().seconds",
    { text: "7200" },
  ],
  [
    "large whole numbers stay exact",
    "2**100 + 1, (10**40) // 7 * 7 + (10**40) % 7 == 10**40",
    { text: "(1267650600228229401496703205377, True)" },
  ],
  [
    "a nan in an integer column is told from zero",
    "import pandas as pd\npd.Series([1, None], dtype='Int64').isna().tolist()",
    { text: "[False, True]" },
  ],
  [
    "a random seed gives the same numbers again",
    "import random\nrandom.seed(7)\na = random.random()\nrandom.seed(7)\na == random.random()",
    { text: "True" },
  ],
  [
    "what async code raises is an error of the cell",
    "import asyncio\nasync def fail():\n    await asyncio.sleep(0)\n    raise KeyError('inner')\nawait fail()",
    { status: "error" },
  ],
  [
    "a file that was written is there for the next cell's module",
    "open('helper_of_mine.py', 'w').write('answer = 42')\nimport helper_of_mine\nhelper_of_mine.answer",
    { text: "42" },
  ],
  [
    "a zip is packed and read",
    "import zipfile\nwith zipfile.ZipFile('a.zip', 'w', zipfile.ZIP_DEFLATED) as z: z.writestr('x.txt', 'x' * 1000)\nlen(zipfile.ZipFile('a.zip').read('x.txt'))",
    { text: "1000" },
  ],
  [
    "a database in memory answers",
    "import sqlite3\nsqlite3.connect(':memory:').execute('select sqlite_version() >= \"3.3\", 6 * 7').fetchone()[1]",
    { text: "42" },
  ],
  [
    "a linear algebra call of some size is right",
    "import numpy as np\na = np.random.default_rng(1).normal(size=(120, 120))\nbool(np.allclose(a @ np.linalg.inv(a), np.eye(120)))",
    { text: "True" },
  ],
];

for (const [title, code, holds] of REPORTS) {
  test(`report: ${title}`, async ({ bench }) => {
    expect(await bench.run(code, { timeout: 30_000 })).toMatchObject({ status: "ok", ...holds });
  });
}
