# Strings, regular expressions, and what the standard library has for them.

# %% names cleaned up [short]
import pandas as pd

s = pd.Series(["  ANN smith ", "bob  o'neil", "Élise Dupont-Roy", None])
clean = s.str.strip().str.replace(r"\s+", " ", regex=True).str.title()
print(clean.tolist())
clean.str.split(" ", n=1, expand=True)

# %% extract with groups
import pandas as pd

s = pd.Series(["Order #123 - $45.60", "order 77: 12.00 USD", "nothing"])
s.str.extract(r"(?i)order\s*#?(?P<id>\d+)\D+(?P<amount>\d+\.\d+)")

# %% unicode [short]
import unicodedata

words = ["café", "cafe\u0301", "Straße", "ﬁne", "Ⅷ"]
for word in words:
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    print(repr(word), len(word), unicodedata.normalize("NFC", word) == "café", plain, word.casefold())
sorted(["Zebra", "äpfel", "Apfel", "Öl"], key=lambda w: unicodedata.normalize("NFD", w).lower())

# %% word counts
import re
from collections import Counter

text = "It was the best of times, it was the worst of times, it was the age of wisdom..."
words = re.findall(r"[a-z']+", text.lower())
print(Counter(words).most_common(4))
{len(word): sorted({w for w in words if len(w) == len(word)}) for word in sorted(set(words), key=len)}

# %% templates and f-strings
from string import Template

rows = [("apples", 3, 0.5), ("bananas", 12, 0.25)]
for name, n, price in rows:
    print(f"{name:<10}|{n:>4d}|{price:>8.2f}|{n * price:>9,.3f}|{n / 100:.1%}")
print(Template("$who owes $$${sum}").substitute(who="Ann", sum=12.5))
f"{255:#x} {255:08b} {1234567.891:,.1f} {1e-7:.2e} {'mid':^9}|{3.0!r}"

# %% difflib
import difflib

a = "the quick brown fox".split()
b = "the quick red fox jumps".split()
print("\n".join(difflib.unified_diff(a, b, lineterm="")))
round(difflib.SequenceMatcher(None, a, b).ratio(), 4), difflib.get_close_matches("appel", ["ape", "apple", "peach"])

# %% log lines
import re
import pandas as pd

log = '''127.0.0.1 - - [10/Oct/2024:13:55:36 +0000] "GET /a HTTP/1.1" 200 2326
10.0.0.2 - - [10/Oct/2024:13:55:40 +0000] "POST /b HTTP/1.1" 500 12
127.0.0.1 - - [10/Oct/2024:13:56:01 +0000] "GET /c HTTP/1.1" 404 0'''
pattern = re.compile(r'(?P<ip>\S+) \S+ \S+ \[(?P<t>[^\]]+)\] "(?P<method>\w+) (?P<path>\S+)[^"]*" (?P<status>\d+) (?P<size>\d+)')
df = pd.DataFrame([m.groupdict() for m in map(pattern.match, log.splitlines())])
df["t"] = pd.to_datetime(df["t"], format="%d/%b/%Y:%H:%M:%S %z")
df.astype({"status": int, "size": int})

# %% hashes and base64
import base64
import hashlib
import zlib

data = "héllo".encode()
print(hashlib.sha256(data).hexdigest(), hashlib.md5(data).hexdigest())
print(base64.b64encode(data), base64.urlsafe_b64encode(b"\xff\xfe"), zlib.crc32(data))
len(zlib.compress(b"a" * 10_000))

# %% wrap and justify
import textwrap

text = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt."
print(textwrap.fill(text, 30, initial_indent="* ", subsequent_indent="  "))
textwrap.shorten(text, 25, placeholder="…")

# %% decimal and fractions
from decimal import ROUND_HALF_UP, Decimal, getcontext
from fractions import Fraction

getcontext().prec = 28
print(Decimal("0.1") + Decimal("0.2"), Decimal("2.675").quantize(Decimal("0.01"), ROUND_HALF_UP), round(2.675, 2))
print(Fraction(3, 7) + Fraction("0.25"), Fraction(0.1).limit_denominator(100))
Decimal(2).sqrt()

# %% itertools and functools
from functools import lru_cache, reduce
from itertools import accumulate, combinations, groupby, pairwise, product

@lru_cache
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

print([fib(n) for n in (10, 50, 90)], list(accumulate([1, 2, 3, 4], lambda a, b: a * b)))
print([(k, len(list(g))) for k, g in groupby("aaabccd")], list(pairwise("abc")))
len(list(combinations(range(10), 3))), reduce(lambda a, b: a ^ b, range(100)), list(product("ab", repeat=2))

# %% dataclasses, enums, match [short]
from dataclasses import asdict, dataclass, field
from enum import Enum

class Kind(Enum):
    CIRCLE = "circle"
    RECT = "rect"

@dataclass(order=True)
class Shape:
    area: float = field(init=False)
    kind: Kind
    sides: tuple = ()
    def __post_init__(self):
        match (self.kind, self.sides):
            case (Kind.CIRCLE, (r,)):
                self.area = round(3.14159 * r * r, 2)
            case (Kind.RECT, (a, b)):
                self.area = a * b
            case _:
                self.area = 0

shapes = [Shape(Kind.CIRCLE, (2,)), Shape(Kind.RECT, (3, 4)), Shape(Kind.RECT)]
print(sorted(shapes)[0])
asdict(max(shapes))

# %% a traceback that is caught
import traceback

def inner(x):
    return {"a": 1}[x]

try:
    inner("b")
except KeyError:
    print(traceback.format_exc(limit=-1).splitlines()[-1])

# %% random with a seed
import random

random.seed(42)
print([random.randint(1, 100) for _ in range(8)], round(random.gauss(0, 1), 6))
deck = list("ABCDEF")
random.shuffle(deck)
print(deck, random.choices("xyz", weights=[5, 1, 1], k=6))

# %% jinja
from jinja2 import Template

print(Template("{% for p in people if p.age > 20 %}{{ loop.index }}. {{ p.name|upper }} ({{ p.age }})\n{% endfor %}").render(people=[{"name": "Ann", "age": 31}, {"name": "Bo", "age": 12}, {"name": "Cy", "age": 44}]))
