// What people do first, by the package that they do it with. A snapshot is used like this once, before it is kept: the
// files that the first cells read go to its image's head, and code that runs goes to the hot halves.

export interface Trial {
  /** The files that these read are wanted with the start. */
  first: string;
  /** So is the code that runs in these, each a cell of its own; an error in one is part of it. */
  more: readonly string[];
}

/** What needs no package. */
export const PYTHON: Trial = {
  first: "import sys\nprint(sys.version_info[:2])\n",
  more: [
    "x = [n ** 2 for n in range(20) if n % 3]; {'a': x, 2: (1.5, None, True)}, {1, 2}, b'ab', 1j",
    `
import collections, dataclasses, datetime, functools, itertools, json, math, os, random, re, statistics, string, time

@dataclasses.dataclass(order=True)
class Point:
    x: float
    y: float = 0.0
    @property
    def size(self): return math.hypot(self.x, self.y)
    def __add__(self, other): return Point(self.x + other.x, self.y + other.y)

class Base:
    names = {}
    def __init_subclass__(cls, **options): Base.names[cls.__name__] = options
    def __enter__(self): return self
    def __exit__(self, *error): return True

class Child(Base, kind="a"):
    def __init__(self, *args, **options):
        super().__init__()
        self.args = args
        self.__dict__.update(options)
    def __repr__(self): return f"<{type(self).__name__} {self.args!r:>10}>"
    def __iter__(self): yield from self.args
    def __getitem__(self, key): return self.args[key]
    def __len__(self): return len(self.args)

points = sorted([Point(3, 4), Point(1), Point(2, 2) + Point(1, 1)], key=lambda p: -p.size)
with Child(1, 2, three=3) as child:
    first, *others = child
    raise ValueError("swallowed")
print(points, child, first, others, len(child), child[0], isinstance(child, Base), hasattr(child, "three"))

def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)

@functools.lru_cache
def cached(n): return n * 2

def generate(n):
    total = 0
    while total < n:
        got = yield total
        total += got or 1

print(fib(10), cached(3), list(generate(4)), list(zip("ab", itertools.count())), [*map(str, filter(None, [0, 1]))])
`,
    `
words = {}
for i in range(300):
    key = f"k{i % 7}"
    words[key] = words.get(key, 0) + 1
    if i % 100 == 99: print(i, end=" ", flush=True)
text = "The quick brown fox, the lazy dog; 12.5 apples"
print(text.lower().split(), text.title().replace("The", "A"), "-".join(sorted(set(text))), text[::-1], text.find("fox"),
      text.partition(","), text.encode().hex(), "ü".encode().decode(), text.startswith("The"), "%5.2f|%s" % (1.234, "a"),
      "{:>8}|{:,}|{:.3e}".format("a", 1234567, 0.00012), f"{3.14159:.2f} {255:#x} {text!r:.5}", text.count("o"))
print(re.findall(r"(\\w+) (?P<b>\\w+)", text), re.sub(r"\\d+", lambda m: str(int(m[0]) + 1), text), re.split(r"[,;]", text))
print(collections.Counter(text).most_common(2), collections.defaultdict(list, a=[1]), collections.deque([1, 2], maxlen=2))
print(json.dumps([{"a": i, "b": str(i), "c": [None, True, 1.5]} for i in range(30)], indent=1)[:50], json.loads('{"a": [1, 2.5, "x"]}'))
print(datetime.date(2024, 2, 29) + datetime.timedelta(days=3), datetime.datetime(2024, 1, 1, 12).strftime("%A %d %B"))
print(2 ** 100, -7 // 2, divmod(-7, 3), 7 % 3, 0.1 + 0.2, round(2.567, 2), int("42"), float("1e3"), abs(-3), 5 / 2, 1 << 40, 6 & 3 | 8 ^ 1)
print(math.sqrt(2), math.sin(1), math.exp(1), math.log(2), math.factorial(20), math.pi, statistics.mean([1, 2, 3]))
random.seed(1); print(random.random(), random.randint(1, 6), random.choice("abc"), random.gauss(0, 1)); random.shuffle(x)
print(sum(x), min(x), max(x), any(x), all(x), sorted(x, reverse=True), list(reversed(x)), x[1:-1:2], x.index(x[0]), 3 in x)
x.append(1); x.extend([5, 3]); x.sort(); x.pop(); x.insert(0, 9); x.remove(9); del x[0]; x += [1]; y = x.copy(); a, (b, c) = 1, (2, 3)
d = {"a": 1} | {"b": 2}; d.update(c=3); print({k: v for k, v in d.items() if v > 1}, d.pop("a"), d.setdefault("z", 0), sorted(d, key=d.get))
total = 0
for i in range(2000): total += i * i % 7
[sorted(random.random() for _ in range(500)) for _ in range(2)]
match d:
    case {"b": value, **others}: print(value, others)
global_count = 0
def counter():
    global global_count
    global_count += 1
    def inner():
        nonlocal_value = global_count
        return nonlocal_value
    return inner
print(counter()(), (lambda *a, **k: (a, k))(1, b=2), eval("1 + 1"), type(3), id(x) > 0, dir(d)[:2], callable(fib), vars(points[0]))
`,
    `
with open("notes.txt", "w") as file:
    file.write("one\\ntwo\\nthree\\n")
with open("notes.txt") as file:
    print([line.strip() for line in file], os.listdir("."), os.path.getsize("notes.txt"))
os.remove("notes.txt")
import asyncio, io, csv, pathlib, copy, heapq, bisect, decimal, fractions, textwrap, enum, typing, contextlib, hashlib, base64
print(list(csv.DictReader(io.StringIO("a,b\\n1,2\\n"))), pathlib.Path("a") / "b", copy.deepcopy({"a": [1]}), heapq.nsmallest(2, x))
print(decimal.Decimal("0.1") * 3, fractions.Fraction(1, 3) + 1, textwrap.fill(text, 20), hashlib.sha256(b"a").hexdigest()[:8])
await asyncio.sleep(0.001)
await asyncio.gather(*(asyncio.sleep(0, n) for n in range(3)))
`,
    "1 / 0",
    "def f(n):\n    return g(n - 1)\n\ndef g(n):\n    return [][n]\n\nf(3)",
    "x = (1,\n",
    "undefined_name",
    "import nosuchmodule",
    "def deeper(n): return deeper(n + 1)\ndeeper(0)",
    "try:\n    {}['a']\nexcept KeyError as error:\n    raise RuntimeError('b') from error",
    "import warnings; warnings.warn('careful')",
    "help(len)",
    "%timeit -n 2 -r 1 1 + 1",
  ],
};

/** By package. */
export const TRIALS: Readonly<Record<string, Trial>> = {
  numpy: {
    first: "",
    more: [
      `
import numpy as np
a = np.arange(12).reshape(3, 4); b = np.linspace(0, 1, 50); r = np.random.default_rng(1)
print(a, a.T, a @ a.T, a.sum(), a.mean(axis=0), a.std(), a.min(), a.max(axis=1), a[1:, ::2], a[a > 3], a.dtype, a.shape)
print(np.sin(b), np.cos(b), np.exp(b), np.log(b + 1), np.sqrt(b), b ** 2, b / (b + 1), -b, b - 1, np.abs(b - 0.5), np.tan(b))
print(r.normal(size=5), r.integers(0, 10, 5), r.random(3), r.choice(5, 3), r.permutation(4), np.random.rand(2), np.random.randn(2))
print(np.concatenate([a, a]), np.vstack([a, a]), np.hstack([a, a]), np.zeros(3), np.ones((2, 2)), np.eye(2), np.full(2, 7))
print(np.where(a > 5, a, 0), np.argsort(b)[:3], np.sort(b)[:3], np.unique([1, 2, 1]), np.cumsum(a), np.diff(b)[:2], np.argmax(b))
print(np.dot([1, 2], [3, 4]), np.linalg.inv([[2.0, 1.0], [1.0, 3.0]]), np.linalg.solve([[2.0, 1.0], [1.0, 3.0]], [1, 2]))
print(np.linalg.norm(b), np.linalg.eigvals([[2.0, 1.0], [1.0, 3.0]]), np.meshgrid([1, 2], [3, 4]), np.histogram(b, 5))
print(np.percentile(b, 50), np.median(b), np.var(b), np.array([1.5, np.nan]), np.isnan(b).any(), a.astype(float), a.tolist())
print(np.maximum(b, 0.5), np.clip(b, 0, 0.5), a.ravel(), np.array(["a", "b"]), np.array([True, False]) & True, a == 3, a % 2)
print(np.fft.fft([1, 2, 3, 4]), np.polyfit(b, b, 1), np.interp(0.5, b, b), np.outer([1, 2], [3, 4]), a.reshape(-1), np.round(b, 2))
r.normal(size=(40, 40)) @ r.normal(size=(40, 40)); np.sin(b) * np.exp(-b) + np.sqrt(b)
a[0, 0] = 5; a += 1; a
`,
    ],
  },
  matplotlib: {
    first: `
import matplotlib.pyplot as plt
plt.plot([1, 2], [2, 1], label="$x^2$")
plt.title("A")
plt.legend()
plt.show()
`,
    more: [
      `
import matplotlib.pyplot as plt
figure, axes = plt.subplots(2, 3, figsize=(9, 6))
x = [1, 2, 3, 4]
axes[0, 0].plot(x, [2, 4, 3, 5], "r--o", label="line"); axes[0, 0].legend(); axes[0, 0].grid(True); axes[0, 0].set_xlabel("x")
axes[0, 1].bar(["a", "b", "c"], [3, 1, 2], color="tab:orange"); axes[0, 1].set_ylim(0, 5)
axes[0, 2].hist([1, 2, 2, 3, 3, 3], bins=3, alpha=0.5); axes[0, 2].set_title("a histogram")
axes[1, 0].scatter(x, x, c=x, s=50, cmap="viridis"); axes[1, 0].axhline(2, color="k", lw=0.5)
axes[1, 1].imshow([[1, 2], [3, 4]]); axes[1, 1].annotate("here", (0, 0), (0.5, 0.5), arrowprops={"arrowstyle": "->"})
axes[1, 2].pie([1, 2, 3], labels=["a", "b", "c"], autopct="%d%%")
figure.suptitle("six"); plt.tight_layout(); plt.show()
`,
      "plt.figure(); plt.semilogy([1, 10, 100]); plt.fill_between([0, 1, 2], [1, 2, 3]); plt.text(0, 1, 'a'); plt.xlabel('x'); plt.show()",
      "plt.boxplot([[1, 2, 3], [2, 3, 9]]); plt.errorbar([1, 2], [1, 2], yerr=0.5); plt.colorbar(plt.contourf([[1, 2], [2, 3]])); plt.show()",
    ],
  },
  pandas: {
    first: `
import pandas as pd
display(pd.DataFrame({"a": [1, 2]}).describe())
`,
    more: [
      `
import io
import pandas as pd
df = pd.DataFrame({"k": list("abca"), "v": [1.5, 2.0, None, 4.0], "n": [1, 2, 3, 4]})
display(df, df.head(2), df.describe(), df.v)
print(df, df.dtypes, df.shape, df.columns, df.isna().sum(), df.v.mean(), df["n"].sum(), df.n.value_counts(), df.k.unique())
df.info()
print(df.groupby("k").v.agg(["mean", "std", "max"]), df.groupby("k")["n"].sum(), df.sort_values("n", ascending=False), df.set_index("k"))
print(df.merge(pd.DataFrame({"k": list("ab"), "w": [1, 2]}), on="k", how="left"), pd.concat([df, df]).reset_index(drop=True))
print(df.loc[df.n > 2, ["k", "v"]], df.iloc[0], df.query("n > 1"), df.fillna(0), df.dropna(), df.apply(lambda row: row.n * 2, axis=1))
print(df.pivot_table(index="k", values="n", aggfunc="sum"), df.drop(columns="v").rename(columns={"n": "m"}), df.n.map(str), df.corr(numeric_only=True))
df["new"] = df.n * 2 + df.v; df["text"] = df.k.str.upper() + "!"; df["big"] = df.n.astype(float) > 2; df.at[0, "n"] = 9
print(pd.to_datetime(["2024-01-01", "2024-02-03"]), pd.date_range("2024-01-01", periods=3, freq="D"), df.to_csv(index=False), df.to_dict("records"))
s = pd.Series([1, 2, 3], index=pd.date_range("2024-01-01", periods=3)); print(s.rolling(2).mean(), s.resample("D").sum(), s.shift(1), s.cumsum())
print(pd.read_csv(io.StringIO("a,b\\n1,x\\n2,y\\n")), df.k.isin(["a"]), df.duplicated().any(), df.T, df.sample(2, random_state=1), df.nlargest(1, "n"))
`,
      "df['missing']",
    ],
  },
};

/** Of packages that are there together. */
export const TOGETHER: readonly { all: readonly string[]; more: readonly string[] }[] = [
  {
    all: ["pandas", "matplotlib"],
    more: ["df.plot(x='n', y='v', title='both')", "df.n.plot.bar(); df.plot.scatter(x='n', y='v'); df.n.hist()"],
  },
  {
    // Much of each: other code than for a few.
    all: ["numpy", "matplotlib"],
    more: [
      "x = np.arange(2000); fig, ax = plt.subplots(); ax.plot(np.sin(x / 50)); ax.plot(x % 17 * 0.1, 'o'); ax.hist(x % 7); plt.show()",
      "plt.scatter(np.sin(x), np.cos(x), c=x, alpha=0.3); plt.imshow(np.outer(x[:50], x[:50])); plt.contour(np.outer(x[:9], x[:9])); plt.show()",
    ],
  },
  {
    all: ["numpy", "pandas"],
    more: [
      `
big = pd.DataFrame({"k": np.arange(3000) % 100, "v": np.random.default_rng(1).normal(size=3000).cumsum(), "w": 1.5})
big.groupby("k").v.agg(["mean", "std", "max", "count"]), big.merge(big[::-1].assign(z=1), on="k").sort_values(["k", "v"])
big.sort_values("v").rolling(5).mean().dropna().drop_duplicates().reset_index().value_counts("k")
big
`,
      "big.to_csv('big.csv'); again = pd.read_csv('big.csv', index_col=0); again.equals(big), again.memory_usage()",
    ],
  },
  {
    all: ["numpy", "pandas", "matplotlib"],
    more: ["big.plot(x='k', y='v', title='a walk'); big.v.plot.hist(bins=30)"],
  },
];
