# What people do first with plain Python; then all that can be called blindly.

# %% first
import sys
from IPython.display import HTML, display

print(sys.version_info[:2])

# %%
x = [n**2 for n in range(20) if n % 3]
{"a": x, 2: (1.5, None, True)}, {1, 2}, b"ab", 1j

# %%
import collections, dataclasses, datetime, functools, itertools, json, math, os, random, re, statistics, string, time


@dataclasses.dataclass(order=True)
class Point:
    x: float
    y: float = 0.0

    @property
    def size(self):
        return math.hypot(self.x, self.y)

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)


class Base:
    names = {}

    def __init_subclass__(cls, **options):
        Base.names[cls.__name__] = options

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return True


class Child(Base, kind="a"):
    def __init__(self, *args, **options):
        super().__init__()
        self.args = args
        self.__dict__.update(options)

    def __repr__(self):
        return f"<{type(self).__name__} {self.args!r:>10}>"

    def __iter__(self):
        yield from self.args

    def __getitem__(self, key):
        return self.args[key]

    def __len__(self):
        return len(self.args)


points = sorted([Point(3, 4), Point(1), Point(2, 2) + Point(1, 1)], key=lambda p: -p.size)
with Child(1, 2, three=3) as child:
    first, *others = child
    raise ValueError("swallowed")
print(points, child, first, others, len(child), child[0], isinstance(child, Base), hasattr(child, "three"))


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@functools.lru_cache
def cached(n):
    return n * 2


def generate(n):
    total = 0
    while total < n:
        got = yield total
        total += got or 1


print(
    fib(10),
    cached(3),
    list(generate(4)),
    list(zip("ab", itertools.count())),
    [*map(str, filter(None, [0, 1]))],
)

# %%
words = {}
for i in range(300):
    key = f"k{i % 7}"
    words[key] = words.get(key, 0) + 1
    if i % 100 == 99:
        print(i, end=" ", flush=True)
text = "The quick brown fox, the lazy dog; 12.5 apples"
print(
    text.lower().split(),
    text.title().replace("The", "A"),
    "-".join(sorted(set(text))),
    text[::-1],
    text.find("fox"),
    text.partition(","),
    text.encode().hex(),
    "ü".encode().decode(),
    text.startswith("The"),
    "%5.2f|%s" % (1.234, "a"),
    "{:>8}|{:,}|{:.3e}".format("a", 1234567, 0.00012),
    f"{3.14159:.2f} {255:#x} {text!r:.5}",
    text.count("o"),
)
print(
    re.findall(r"(\w+) (?P<b>\w+)", text),
    re.sub(r"\d+", lambda m: str(int(m[0]) + 1), text),
    re.split(r"[,;]", text),
)
print(
    collections.Counter(text).most_common(2),
    collections.defaultdict(list, a=[1]),
    collections.deque([1, 2], maxlen=2),
)
print(
    json.dumps([{"a": i, "b": str(i), "c": [None, True, 1.5]} for i in range(30)], indent=1)[:50],
    json.loads('{"a": [1, 2.5, "x"]}'),
)
print(
    datetime.date(2024, 2, 29) + datetime.timedelta(days=3),
    datetime.datetime(2024, 1, 1, 12).strftime("%A %d %B"),
)
print(
    2**100,
    -7 // 2,
    divmod(-7, 3),
    7 % 3,
    0.1 + 0.2,
    round(2.567, 2),
    int("42"),
    float("1e3"),
    abs(-3),
    5 / 2,
    1 << 40,
    6 & 3 | 8 ^ 1,
)
print(
    math.sqrt(2),
    math.sin(1),
    math.exp(1),
    math.log(2),
    math.factorial(20),
    math.pi,
    statistics.mean([1, 2, 3]),
)
random.seed(1)
print(random.random(), random.randint(1, 6), random.choice("abc"), random.gauss(0, 1))
random.shuffle(x)
print(
    sum(x),
    min(x),
    max(x),
    any(x),
    all(x),
    sorted(x, reverse=True),
    list(reversed(x)),
    x[1:-1:2],
    x.index(x[0]),
    3 in x,
)
x.append(1)
x.extend([5, 3])
x.sort()
x.pop()
x.insert(0, 9)
x.remove(9)
del x[0]
x += [1]
y = x.copy()
a, (b, c) = 1, (2, 3)
d = {"a": 1} | {"b": 2}
d.update(c=3)
print({k: v for k, v in d.items() if v > 1}, d.pop("a"), d.setdefault("z", 0), sorted(d, key=d.get))
total = 0
for i in range(2000):
    total += i * i % 7
[sorted(random.random() for _ in range(500)) for _ in range(2)]
match d:
    case {"b": value, **others}:
        print(value, others)
global_count = 0


def counter():
    global global_count
    global_count += 1

    def inner():
        nonlocal_value = global_count
        return nonlocal_value

    return inner


print(
    counter()(),
    (lambda *a, **k: (a, k))(1, b=2),
    eval("1 + 1"),
    type(3),
    id(x) > 0,
    dir(d)[:2],
    callable(fib),
    vars(points[0]),
)

# %%
with open("notes.txt", "w") as file:
    file.write("one\ntwo\nthree\n")
with open("notes.txt") as file:
    print([line.strip() for line in file], os.listdir("."), os.path.getsize("notes.txt"))
os.remove("notes.txt")
import asyncio, io, csv, pathlib, copy, heapq, bisect, decimal, fractions, textwrap, enum, typing, contextlib, hashlib, base64

print(
    list(csv.DictReader(io.StringIO("a,b\n1,2\n"))),
    pathlib.Path("a") / "b",
    copy.deepcopy({"a": [1]}),
    heapq.nsmallest(2, x),
)
print(
    decimal.Decimal("0.1") * 3,
    fractions.Fraction(1, 3) + 1,
    textwrap.fill(text, 20),
    hashlib.sha256(b"a").hexdigest()[:8],
)


class Source:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        pass

    async def __aiter__(self):
        for n in range(3):
            yield n


async def gather(n: int = 2, *rest: str, flag: bool = False, **options) -> list[int]:
    async with Source() as source:
        found = [n async for n in source if n]
    try:
        assert (half := n / 2) > 0, "never"
    except* ValueError:
        pass
    finally:
        del half
    return [*found, *rest]


@property
def decorated(self):
    return not self


async for n in Source():
    print(n, end="")
print(
    await gather(3),
    [a if a else -a for a in (1, 0)],
    {**{"a": 1}},
    x[1:2,] if False else x[:2],
    f"{x!s:>{5}}{1=}",
    1 < 2 <= 3 != 4,
    0x1F,
    1_000,
    1e-3,
    0b1,
    "ab",
    r"\d",
    b"\x00",
)
while True:
    if x:
        break
    continue
else:
    pass
for n in []:
    pass
else:
    pass
type Pair[T] = tuple[T, T]


def generic[T](one: T) -> T:
    return one


await asyncio.sleep(0.001)
await asyncio.gather(*(asyncio.sleep(0, n) for n in range(3)))

# %%
import argparse, asyncio.tasks, ast, collections, contextlib, dataclasses, enum, functools, inspect, json.encoder, pathlib, statistics, textwrap, typing

for module in (
    argparse,
    asyncio.tasks,
    ast,
    collections,
    contextlib,
    dataclasses,
    enum,
    functools,
    inspect,
    json.encoder,
    pathlib,
    statistics,
    textwrap,
    typing,
):
    compile(inspect.getsource(module), "module", "exec")

# %%
1 / 0


# %%
def f(n):
    return g(n - 1)


def g(n):
    return [][n]


f(3)

# %% broken
# x = (1,

# %%
undefined_name

# %%
import nosuchmodule


# %%
def deeper(n):
    return deeper(n + 1)


deeper(0)

# %%
try:
    {}["a"]
except KeyError as error:
    raise RuntimeError("b") from error

# %%
import warnings

warnings.warn("careful")

# %%
help(len)

# %%
import json
from IPython.display import HTML, JSON, Latex, Markdown, SVG, display

for method, body in json.loads(
    '[["_repr_html_", "<b>a</b>"], ["_repr_svg_", "<svg></svg>"], ["_repr_markdown_", "# a"], ["_repr_latex_", "$a$"], [null, "\u001b[31mred"]]'
):
    if method:
        display(type("Shown", (), {method: lambda self, body=body: body})())
    else:
        print(body)
display(HTML("<i>a</i>"), Markdown("*a*"), Latex("$x$"), JSON({"a": 1}), SVG("<svg></svg>"), "text", {"a": 1})


# %%
def attempt(act):
    try:
        return act(), True
    except Exception:
        return None, False


def blindly(make, arguments=((),), without=()):
    for name in dir(make()):
        if name in without:
            continue
        for given in arguments:
            if attempt(lambda: getattr(make(), name)(*given))[1]:
                break


import copy, operator

random.seed(1)
values = [
    "some Text, 12",
    b"bytes",
    [3, 1, 2],
    {"a": 1, "b": [2]},
    {1, 2, 3},
    (1, "a"),
    5,
    2.5,
    1 + 2j,
    True,
    None,
    range(5),
    bytearray(b"a"),
]
for value in values:
    blindly(
        lambda: copy.copy(value),
        ((), (value,), (1,), ("a",), (1, 2), ("a", "b")),
        {"__init_subclass__", "__class__"},
    )
    print(value, repr(value), format(value, ""), hash(str(value)))
for module in (math, statistics, random, operator, functools, collections, itertools, string, re, datetime):
    blindly(
        lambda: module,
        ((0.5,), (2,), ([1, 2, 3],), (0.5, 0.25), (3, 2), ("a",), ("a", "a"), ([1, 2], [3, 4]), ()),
        {"count", "cycle", "repeat"},
    )
for act in (
    abs,
    all,
    any,
    ascii,
    bin,
    bool,
    chr,
    dict,
    enumerate,
    float,
    frozenset,
    hex,
    int,
    iter,
    len,
    list,
    max,
    min,
    next,
    oct,
    ord,
    reversed,
    round,
    set,
    sorted,
    str,
    sum,
    tuple,
    type,
    zip,
):
    for value in values:
        attempt(lambda: act(value))
