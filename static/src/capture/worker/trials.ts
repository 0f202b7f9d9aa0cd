// What people do first, by the package that they do it with. A snapshot is used like this once, before it is kept: the
// files that the first cells read go to its image's head, and code that runs goes to the hot halves. What is missed costs
// somebody a wait in the middle of a cell, so besides what is typical everything is called that can be called blindly; the
// interpreter in which that is done is thrown away. Nothing here may depend on chance or time: the same files, the same
// snapshot.

export interface Trial {
  /** The files that these read are wanted with the start. */
  first: string;
  /** So is the code that runs in these, each a cell of its own; an error in one is part of it. */
  more: readonly string[];
}

/** Calls what an object has to offer, with whatever it takes. Nothing comes of an error. */
const BLINDLY = `
def attempt(act):
    try:
        return act(), True
    except Exception:
        return None, False

def blindly(make, arguments=((),), without=()):
    for name in dir(make()):
        if name in without: continue
        for given in arguments:
            if attempt(lambda: getattr(make(), name)(*given))[1]: break
`;

/** What needs no package. */
export const PYTHON: Trial = {
  first: "import sys\nfrom IPython.display import HTML, display\nprint(sys.version_info[:2])\n",
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
class Source:
    async def __aenter__(self): return self
    async def __aexit__(self, *error): pass
    async def __aiter__(self):
        for n in range(3): yield n
async def gather(n: int = 2, *rest: str, flag: bool = False, **options) -> list[int]:
    async with Source() as source:
        found = [n async for n in source if n]
    try:
        assert (half := n / 2) > 0, "never"
    except* ValueError: pass
    finally: del half
    return [*found, *rest]
@property
def decorated(self): return not self
async for n in Source(): print(n, end="")
print(await gather(3), [a if a else -a for a in (1, 0)], {**{"a": 1}}, x[1:2, ] if False else x[:2], f"{x!s:>{5}}{1=}", 1 < 2 <= 3 != 4, 0x1f, 1_000, 1e-3, 0b1, "a" "b", r"\\d", b"\\x00")
while True:
    if x: break
    continue
else: pass
for n in []: pass
else: pass
type Pair[T] = tuple[T, T]
def generic[T](one: T) -> T: return one
await asyncio.sleep(0.001)
await asyncio.gather(*(asyncio.sleep(0, n) for n in range(3)))
`,
    // Much of what can be written: the standard library's sources.
    `
import argparse, asyncio.tasks, ast, collections, contextlib, dataclasses, enum, functools, inspect, json.encoder, pathlib, statistics, textwrap, typing
for module in (argparse, asyncio.tasks, ast, collections, contextlib, dataclasses, enum, functools, inspect, json.encoder, pathlib, statistics, textwrap, typing):
    compile(inspect.getsource(module), "module", "exec")
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
    `
import json
from IPython.display import HTML, JSON, Latex, Markdown, SVG, display
for method, body in json.loads('[["_repr_html_", "<b>a</b>"], ["_repr_svg_", "<svg></svg>"], ["_repr_markdown_", "# a"], ["_repr_latex_", "$a$"], [null, "\\u001b[31mred"]]'):
    if method: display(type("Shown", (), {method: lambda self, body=body: body})())
    else: print(body)
display(HTML("<i>a</i>"), Markdown("*a*"), Latex("$x$"), JSON({"a": 1}), SVG("<svg></svg>"), "text", {"a": 1})
`,
    `${BLINDLY}
import copy, operator
random.seed(1)
values = ["some Text, 12", b"bytes", [3, 1, 2], {"a": 1, "b": [2]}, {1, 2, 3}, (1, "a"), 5, 2.5, 1 + 2j, True, None, range(5), bytearray(b"a")]
for value in values:
    blindly(lambda: copy.copy(value), ((), (value,), (1,), ("a",), (1, 2), ("a", "b")), {"__init_subclass__", "__class__"})
    print(value, repr(value), format(value, ""), hash(str(value)))
for module in (math, statistics, random, operator, functools, collections, itertools, string, re, datetime):
    blindly(lambda: module, ((0.5,), (2,), ([1, 2, 3],), (0.5, 0.25), (3, 2), ("a",), ("a", "a"), ([1, 2], [3, 4]), ()), {"count", "cycle", "repeat"})
for act in (abs, all, any, ascii, bin, bool, chr, dict, enumerate, float, frozenset, hex, int, iter, len, list, max, min, next, oct, ord, reversed, round, set, sorted, str, sum, tuple, type, zip):
    for value in values: attempt(lambda: act(value))
`,
  ],
};

/** By package. */
export const TRIALS: Readonly<Record<string, Trial>> = {
  scipy: {
    first: "from scipy import optimize, stats\nstats.norm.cdf(1.96), optimize.brentq(lambda v: v * v - 2, 0, 2)\n",
    more: [
      "from scipy import stats, optimize; a, b = [1.0, 2.0, 4.0, 3.0], [2.0, 3.0, 3.5, 5.0]; stats.ttest_ind(a, b), stats.linregress(a, b), stats.pearsonr(a, b)",
      "optimize.minimize(lambda v: ((v - 1) ** 2).sum(), [0.0, 3.0]), optimize.curve_fit(lambda x, m, c: m * x + c, a, b)",
    ],
  },
  "scikit-learn": {
    first:
      "from sklearn.linear_model import LinearRegression\nLinearRegression().fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 2.1]).coef_\n",
    more: [
      `
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
import numpy as np
X = np.random.default_rng(1).normal(size=(80, 3)); y = (X[:, 0] > 0).astype(int)
train, test, known, asked = train_test_split(X, y, random_state=0)
model = make_pipeline(StandardScaler(), LogisticRegression()).fit(train, known)
print(accuracy_score(asked, model.predict(test)), LinearRegression().fit(X, X @ [1, 2, 3]).score(X, X @ [1, 2, 3]))
model
`,
      "RandomForestClassifier(5, random_state=0).fit(train, known).score(test, asked), KMeans(2, n_init=1, random_state=0).fit(X).inertia_",
    ],
  },
  numpy: {
    first: "",
    more: [
      `
import numpy as np
np.random.seed(1)
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
      "m = r.normal(size=(5, 5)); np.linalg.eigh(m @ m.T), np.linalg.svd(m), np.linalg.eig(m), np.linalg.qr(m), np.linalg.det(m), np.linalg.lstsq(m, m[0]), np.cov(m), np.corrcoef(m), np.einsum('ij,jk->ik', m, m)",
      `${BLINDLY}
import numpy as np
np.random.seed(1)
some = [np.array([1.5, 2.5, 0.5]), np.array([3, 1, 2]), np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([True, False, True]), np.array(["b", "a"]), np.array([1j, 2])]
unsafe = {"test", "load", "loadtxt", "fromfile", "memmap", "info", "show_config", "show_runtime", "setbufsize", "tofile", "dump", "ndarray", "void", "record", "recarray"}
unsafe |= {"nditer", "nested_iters", "resize", "setflags", "setfield", "view", "frombuffer", "from_dlpack", "require", "getfield", "byteswap", "put", "partition", "set_state", "MT19937"}
unsafe |= {name for thing in (np, np.linalg, np.fft, np.char, np.ma, np.random, some[0]) for name in dir(thing) if name.startswith("_")}
pairs = [given for one in some for given in ((one,), (one, one), (one, 2), (one, one, one), ([one, one],), (2,), ("f8",))]
for given in pairs: blindly(lambda: np, (given,), unsafe)
for module in (np.linalg, np.fft, np.char, np.ma): blindly(lambda: module, pairs, unsafe)
for one in some: blindly(one.copy, ((), (1,), (one,), ("f8",), (0, 1)), unsafe)
r = np.random.default_rng(1)
for act in (r.exponential, r.poisson, r.uniform, r.standard_normal, lambda: r.binomial(5, 0.5, 3), lambda: r.beta(1, 2), lambda: r.gamma(2, size=3), lambda: r.shuffle(some[0]),
            lambda: r.multivariate_normal([0, 0], np.eye(2), 3), lambda: np.random.normal(0, 1, 3), lambda: np.random.uniform(size=2), lambda: np.random.randint(0, 5, 3),
            lambda: np.random.choice([1, 2, 3], 2), lambda: np.random.shuffle(some[0]), lambda: np.random.poisson(3), lambda: np.random.exponential(), lambda: np.random.binomial(5, 0.5)):
    attempt(act)
for kind in "int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 bool".split():
    one = np.arange(40).astype(kind)
    for act in (lambda: one + one, lambda: one * one, lambda: one / 3, lambda: one < 5, lambda: one.sum(), lambda: one.mean(), lambda: np.sort(one[::-1]),
                lambda: one.astype(float), lambda: one[one > 3], lambda: -one, lambda: one ** 2, lambda: one.max(), lambda: np.unique(one), lambda: repr(one), lambda: one @ one):
        attempt(act)
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
      `${BLINDLY}
import matplotlib.pyplot as plt
xs, ys, grid = [1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 3.0, 5.0], [[1.0, 2.0, 3.0], [3.0, 4.0, 5.0], [5.0, 1.0, 2.0]]
kinds = "plot scatter bar barh step stem stackplot fill_between fill_betweenx errorbar loglog semilogx semilogy hlines hist hist2d pie boxplot violinplot imshow matshow pcolormesh pcolor contour contourf quiver streamplot hexbin eventplot spy ecdf stairs fill axhline axvline axhspan axvspan triplot tricontour"
for kind in kinds.split():
    figure, ax = plt.subplots(figsize=(3, 2))
    for given in ((xs, ys), (xs, 0, ys), (xs,), (grid,), (grid, grid), (grid, grid, grid, grid), (1,), (1, 2)):
        if attempt(lambda: getattr(ax, kind)(*given))[1]: break
    ax.set(title=kind, xlabel="$x^2$", xlim=(0, 5)); figure.canvas.draw(); plt.close(figure)
figure = plt.figure(); ax = figure.add_subplot(1, 2, 1, projection="polar"); ax.plot(xs, ys)
ax = figure.add_subplot(1, 2, 2, projection="3d"); attempt(lambda: ax.plot(xs, ys, ys)); plt.show()
`,
      "fig, ax = plt.subplots(); im = ax.imshow([[n * m % 7 / 7 for n in range(10)] for m in range(10)], cmap='hot'); fig.colorbar(im, label='c'); ax.set_title('x'); plt.show()",
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
      `
import io, numpy as np, pandas as pd
dated = pd.read_csv(io.StringIO("d,v\\n2024-01-01,1.5\\n2024-02-01,2.5"), parse_dates=["d"]).set_index("d")
print(dated.resample("ME").v.sum(), dated.v.quantile([0.25, 0.5]), dated.index.month, dated.loc["2024-01"], dated.v.pct_change(), dated.to_string())
left, right = pd.DataFrame({"k": np.arange(2000), "x": 1.0}), pd.DataFrame({"k": np.arange(2000)[::-1], "y": 2.0})
for how in ("inner", "left", "right", "outer"): left.merge(right, on="k", how=how)
left.merge(right, left_on="k", right_on="k").sort_values("k").groupby("x").y.agg(["mean", "median", "min", "nunique", "first"])
left.merge(right.astype({"k": float}), on="k"); left.join(right.set_index("k"), on="k"); left.assign(s=left.k.astype(str)).merge(right.assign(s=right.k.astype(str)), on="s")
`,
      `${BLINDLY}
import pandas as pd
when = pd.date_range("2024-01-01", periods=6, freq="12h")
frame = pd.DataFrame({"k": list("abcabc"), "v": [1.5, 2.0, None, 4.0, 0.5, 1.0], "n": [3, 1, 2, 3, 5, 4], "t": when, "b": [True, False] * 3})
makes = [frame.copy, lambda: frame[["v", "n"]], *(lambda name=name: frame[name].copy() for name in frame), lambda: frame.index, lambda: pd.Index(frame.k),
         lambda: when, lambda: frame.k.str, lambda: frame.t.dt, lambda: frame.groupby("k").v, lambda: frame.groupby("k")[["v", "n"]], lambda: frame.v.rolling(2),
         lambda: frame.n.expanding(), lambda: frame.n.ewm(2), lambda: frame.set_index("t").n.resample("D"), lambda: frame.k.astype("category").cat, lambda: when[0], lambda: pd.Timedelta("1h")]
unsafe = {name for name in dir(frame) if name.startswith(("to_", "__"))} - {"to_numpy", "to_list", "to_dict", "to_frame", "to_csv", "to_string", "to_html", "to_json"}
unsafe |= {"plot", "hist", "boxplot", "style", "where", "mask", "pipe"}
for make in makes:
    blindly(make, ((), ("v",), (2,), ("sum",)), unsafe)
for act in (lambda: pd.get_dummies(frame.k), lambda: pd.crosstab(frame.k, frame.n), lambda: pd.melt(frame, "k"), lambda: pd.cut(frame.n, 3), lambda: pd.qcut(frame.n, 2), lambda: frame.describe(include="all"),
            lambda: pd.to_numeric(pd.Series(["1", "2"])), lambda: pd.merge_asof(frame, frame, on="t"), lambda: frame.merge(frame, on=["k", "n"], how="outer"), lambda: frame.style._repr_html_(),
            lambda: pd.read_json(io.StringIO(frame.to_json())), lambda: frame.pivot_table("v", "k", "n"), lambda: frame.sort_values(["k", "n"]), lambda: frame.groupby(["k", "b"]).agg({"v": "mean", "n": ["min", "max"]}),
            lambda: frame.eval("n + v"), lambda: frame.loc[frame.t > "2024-01-02"], lambda: frame.t.dt.strftime("%d.%m."), lambda: frame.k.str.contains("a|b"), lambda: frame.set_index("t").loc["2024-01-02"]):
    attempt(lambda: repr(act()))
`,
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
      "import numpy as np, matplotlib.pyplot as plt; x = np.arange(2000); fig, ax = plt.subplots(); ax.plot(np.sin(x / 50)); ax.plot(x % 17 * 0.1, 'o'); ax.hist(x % 7); plt.show()",
      "plt.scatter(np.sin(x), np.cos(x), c=x, alpha=0.3); plt.imshow(np.outer(x[:50], x[:50])); plt.contour(np.outer(x[:9], x[:9])); plt.show()",
    ],
  },
  {
    all: ["numpy", "pandas"],
    more: [
      `
import numpy as np, pandas as pd
big = pd.DataFrame({"k": np.arange(3000) % 100, "v": np.random.default_rng(1).normal(size=3000).cumsum(), "w": 1.5})
big.groupby("k").v.agg(["mean", "std", "max", "count"]), big.merge(big[::-1].assign(z=1)[["k", "z"]][:500], on="k").sort_values(["k", "v"])
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
