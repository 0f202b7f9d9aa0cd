// Forty cells whose outcome must not depend on how the interpreter started: text, tables, figures, errors, files.

export const CELLS: readonly string[] = [
  "1 + 1",
  "print('a'); print('b', end=''); 'c'",
  "import sys; sys.version_info[:3], sys.platform, sys.maxsize, sys.byteorder",
  "sorted(__import__('os').environ.items())",
  "import os; os.getcwd(), sorted(os.listdir('.')), os.path.expanduser('~')",
  "import sys; sys.path",
  "sorted(name for name in globals() if not name.startswith('_'))",
  "[x ** 2 for x in range(10)], {3: 'c'}, {1, 2}, b'\\x00\\xff', 1j",
  "'ü' * 3, '\\N{SNOWMAN}', 'ﬀ'.upper(), 'ß'.casefold()",
  "0.1 + 0.2, 1e308 * 10, float('nan'), round(2.5), divmod(-7, 3)",
  "2 ** 200, -(-7 // 2), int('ff', 16), f'{1234567.891:,.2f}'",
  "1 / 0",
  "def f(n):\n    return g(n - 1)\n\ndef g(n):\n    return [][n]\n\nf(3)",
  "x = (1,\n",
  "try:\n    {}['a']\nexcept KeyError as error:\n    raise ValueError('b') from error",
  "import warnings; warnings.warn('careful'); warnings.warn('careful')",
  "raise SystemExit(3)",
  "import re; re.findall(r'(\\w+)@(\\w+)', 'a@b, c@d'), re.sub(r'\\d', '#', 'a1b22')",
  "import json; json.dumps({'b': [1, None, True], 'a': 'ü'}, sort_keys=True)",
  "import datetime as dt; dt.date(2024, 2, 29) + dt.timedelta(days=366), dt.datetime(2024, 1, 1).isoformat()",
  "import decimal, fractions; decimal.Decimal('0.1') * 3, fractions.Fraction(1, 3) + 1",
  "import collections; collections.Counter('abracadabra').most_common(2)",
  "import random; random.seed(7); [random.random() for _ in range(3)], random.sample(range(100), 3)",
  "import hashlib, zlib, base64; hashlib.sha256(b'x').hexdigest(), zlib.crc32(b'x'), base64.b64encode(b'xyz')",
  "hash((1, 2.5)), hash(-1), {3, 1, 2}, sorted({'x', 'y', 'z'}), sys.hash_info.algorithm",
  "import asyncio; await asyncio.sleep(0.01, 'slept')",
  "open('made.txt', 'w').write('hello'); open('made.txt').read()",
  "import inspect, textwrap; print(inspect.getsource(textwrap.dedent)[:200])",
  "import numpy as np; np.arange(12).reshape(3, 4) @ np.ones((4, 2))",
  "np.random.seed(1); np.random.rand(3), np.random.default_rng(5).normal(size=2)",
  "np.linalg.inv(np.array([[2.0, 1.0], [1.0, 3.0]])), np.fft.fft([1, 2, 3, 4])",
  "np.array([1, 2]) + np.array([1, 2, 3])",
  "import pandas as pd; df = pd.DataFrame({'a': [1, 2, 3], 'b': list('xyx'), 'c': [0.5, None, 2]}); df",
  "df.groupby('b').agg({'a': 'sum', 'c': 'mean'})",
  "df.describe(), df.dtypes.to_dict(), df.to_csv(index=False)",
  "pd.date_range('2024-01-31', periods=3, freq='ME', tz='Europe/Berlin')",
  "df['missing']",
  "import matplotlib.pyplot as plt; plt.plot([1, 2, 3], [3, 1, 2], label='$x^2$'); plt.legend(); plt.show()",
  "fig, axes = plt.subplots(1, 2, figsize=(6, 3)); axes[0].bar(['a', 'b'], [1, 2]); axes[1].imshow(np.eye(4)); plt.show()",
  "df.plot(x='a', y='c', title='pandas'); import matplotlib; matplotlib.get_backend(), plt.rcParams['font.family']",
];

/** What hardly anybody does first: code that is in no hot half. */
export const RARE: readonly string[] = [
  "import cmath; cmath.atanh(0.5j), cmath.isinf(1e400), cmath.polar(3 + 4j)",
  "import array; a = array.array('d', [1.5, -2.25]); a.byteswap(); a.tobytes().hex(), memoryview(b'abcd').cast('H').tolist()",
  "import unicodedata; unicodedata.normalize('NFKD', 'ﬁé'), unicodedata.name('é'), 'İ'.lower(), 'straße'.casefold()",
  "import zlib, bz2, lzma; [len(pack.compress(b'ab' * 5000)) for pack in (zlib, bz2, lzma)]",
  "import sqlite3; sqlite3.connect(':memory:').execute('select sum(a * a) from (select 3 a union select 4)').fetchall()",
  "import pickle, marshal; pickle.loads(pickle.dumps({'a': [1, 2.5, {3}]})), marshal.loads(marshal.dumps((1, 'b')))",
  "from decimal import *; getcontext().prec = 50; Decimal(2).sqrt(), Decimal(10).ln(), Decimal('1e-7').to_eng_string()",
  "import numpy as np; np.linalg.svd(np.arange(6.0).reshape(2, 3))[1].round(6), np.fft.rfft2(np.eye(4)).real.sum()",
  "np.random.Generator(np.random.Philox(3)).standard_t(4, size=3), np.bincount([1, 2, 2]), np.nextafter(1, 2)",
  "np.array(['2024-01-31'], 'M8[D]') + np.timedelta64(1, 'D'), np.float16(1) / 3, np.bitwise_count(255), np.gcd(12, 18)",
  "import pandas as pd; s = pd.Series([1, 3, 2, 5.0]); s.ewm(span=2).mean().round(4).tolist(), s.rank().tolist(), s.interpolate().sum()",
  "pd.cut([1, 5, 9], 3).codes.tolist(), pd.interval_range(0, 3).contains(1.5).tolist(), pd.Period('2024-02').days_in_month",
  "import matplotlib.pyplot as plt; plt.hexbin([1, 2, 3], [3, 1, 2], gridsize=5); plt.tricontour([0, 1, 0, 1], [0, 0, 1, 1], [1, 2, 3, 4]); plt.show()",
];

/** What looks up symbols and files of libraries: by name, from one that comes later, in folders. */
export const SYMBOLS: readonly string[] = [
  "import ctypes\nlib = ctypes.CDLL(None)\nlib.Py_GetVersion.restype = ctypes.c_char_p\n" +
    "lib.Py_GetVersion().split()[0], hasattr(lib, 'PyList_New'), hasattr(lib, 'no_such_name'), hasattr(lib, 'belljar:fill')",
  "import regex\nregex.findall(r'\\p{Lu}', 'aBcD')",
  "import os, hashlib\n" +
    "def walk(root): return [(path, sorted(names), sorted(files), [os.stat(os.path.join(path, f))[::6] for f in sorted(files)]) for path, names, files in os.walk(root)]\n" +
    "hashlib.sha256(repr(sorted(walk('/lib/python3.14/site-packages/numpy'))).encode()).hexdigest()",
];
