// The cells that are timed: the first figure, and ten of the kinds that people write.

/** The work of the first visit: three imports, a table, a figure. */
export const FIGURE = `
import numpy as np, pandas as pd, matplotlib.pyplot as plt
rng = np.random.default_rng(1)
table = pd.DataFrame({"x": np.arange(200), "y": rng.normal(size=200).cumsum()})
table.plot(x="x", y="y", title="a walk")
`;

export const VERSION = "import pandas as pd\nprint(pd.__version__)";

/** Runs for ever and catches whatever is raised in it. */
export const RUNAWAY = "while True:\n    try:\n        while True: pass\n    except BaseException: pass";

export const LINES = "for i in range(100_000):\n    print(i)";

/** By name. Each takes some tenths of a second, so that answering it does not count. */
export const SUITE: Record<string, string> = {
  "integer loop": "total = 0\nfor i in range(3_000_000):\n    total += i * i % 7",
  "function calls": "def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\nfib(32)",
  "strings and dicts":
    "words = {}\nfor i in range(1_000_000):\n    key = f'k{i % 997}'\n    words[key] = words.get(key, 0) + 1",
  sorting: "import random\nrandom.seed(1)\nfor _ in range(4): sorted(random.random() for _ in range(200_000))",
  json: "import json\nfor _ in range(20): json.loads(json.dumps([{'a': i, 'b': str(i)} for i in range(8_000)]))",
  "numpy matrix":
    "import numpy as np\na = np.random.default_rng(1).normal(size=(300, 300))\nfor _ in range(12): a = a @ a; a /= abs(a).max()",
  "numpy elements":
    "import numpy as np\nx = np.linspace(0, 10, 1_000_000)\nfor _ in range(8): np.sin(x) * np.exp(-x) + np.sqrt(x)",
  "pandas groups":
    "import numpy as np, pandas as pd\nt = pd.DataFrame({'k': np.arange(400_000) % 100, 'v': np.arange(400_000.0)})\nfor _ in range(24): t.groupby('k').v.agg(['mean', 'std', 'max'])",
  "pandas join":
    "import numpy as np, pandas as pd\na = pd.DataFrame({'k': np.arange(100_000), 'x': 1.0})\nb = pd.DataFrame({'k': np.arange(100_000)[::-1], 'y': 2.0})\nfor _ in range(40): a.merge(b, on='k').sort_values('k')",
  "four plots":
    "import numpy as np, matplotlib.pyplot as plt\nfor i in range(4):\n    figure, axes = plt.subplots()\n    axes.plot(np.sin(np.arange(1000) / (i + 1)))\n    axes.hist(np.arange(1000) % 17)",
};
