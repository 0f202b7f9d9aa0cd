# What people do first with numpy.

# %%
import numpy as np

np.random.seed(1)
a = np.arange(12).reshape(3, 4)
b = np.linspace(0, 1, 50)
r = np.random.default_rng(1)
print(
    a,
    a.T,
    a @ a.T,
    a.sum(),
    a.mean(axis=0),
    a.std(),
    a.min(),
    a.max(axis=1),
    a[1:, ::2],
    a[a > 3],
    a.dtype,
    a.shape,
)
print(
    np.sin(b),
    np.cos(b),
    np.exp(b),
    np.log(b + 1),
    np.sqrt(b),
    b**2,
    b / (b + 1),
    -b,
    b - 1,
    np.abs(b - 0.5),
    np.tan(b),
)
print(
    r.normal(size=5),
    r.integers(0, 10, 5),
    r.random(3),
    r.choice(5, 3),
    r.permutation(4),
    np.random.rand(2),
    np.random.randn(2),
)
print(
    np.concatenate([a, a]),
    np.vstack([a, a]),
    np.hstack([a, a]),
    np.zeros(3),
    np.ones((2, 2)),
    np.eye(2),
    np.full(2, 7),
)
print(
    np.where(a > 5, a, 0),
    np.argsort(b)[:3],
    np.sort(b)[:3],
    np.unique([1, 2, 1]),
    np.cumsum(a),
    np.diff(b)[:2],
    np.argmax(b),
)
print(
    np.dot([1, 2], [3, 4]),
    np.linalg.inv([[2.0, 1.0], [1.0, 3.0]]),
    np.linalg.solve([[2.0, 1.0], [1.0, 3.0]], [1, 2]),
)
print(
    np.linalg.norm(b),
    np.linalg.eigvals([[2.0, 1.0], [1.0, 3.0]]),
    np.meshgrid([1, 2], [3, 4]),
    np.histogram(b, 5),
)
print(
    np.percentile(b, 50),
    np.median(b),
    np.var(b),
    np.array([1.5, np.nan]),
    np.isnan(b).any(),
    a.astype(float),
    a.tolist(),
)
print(
    np.maximum(b, 0.5),
    np.clip(b, 0, 0.5),
    a.ravel(),
    np.array(["a", "b"]),
    np.array([True, False]) & True,
    a == 3,
    a % 2,
)
print(
    np.fft.fft([1, 2, 3, 4]),
    np.polyfit(b, b, 1),
    np.interp(0.5, b, b),
    np.outer([1, 2], [3, 4]),
    a.reshape(-1),
    np.round(b, 2),
)
r.normal(size=(40, 40)) @ r.normal(size=(40, 40))
np.sin(b) * np.exp(-b) + np.sqrt(b)
a[0, 0] = 5
a += 1
a

# %%
m = r.normal(size=(5, 5))
(
    np.linalg.eigh(m @ m.T),
    np.linalg.svd(m),
    np.linalg.eig(m),
    np.linalg.qr(m),
    np.linalg.det(m),
    np.linalg.lstsq(m, m[0]),
    np.cov(m),
    np.corrcoef(m),
    np.einsum("ij,jk->ik", m, m),
)

# %%
import numpy as np

np.random.seed(1)
some = [
    np.array([1.5, 2.5, 0.5]),
    np.array([3, 1, 2]),
    np.array([[2.0, 1.0], [1.0, 3.0]]),
    np.array([True, False, True]),
    np.array(["b", "a"]),
    np.array([1j, 2]),
]
unsafe = {
    "test",
    "load",
    "loadtxt",
    "fromfile",
    "memmap",
    "info",
    "show_config",
    "show_runtime",
    "setbufsize",
    "tofile",
    "dump",
    "ndarray",
    "void",
    "record",
    "recarray",
}
unsafe |= {
    "nditer",
    "nested_iters",
    "resize",
    "setflags",
    "setfield",
    "view",
    "frombuffer",
    "from_dlpack",
    "require",
    "getfield",
    "byteswap",
    "put",
    "partition",
    "set_state",
    "MT19937",
}
unsafe |= {
    name
    for thing in (np, np.linalg, np.fft, np.char, np.ma, np.random, some[0])
    for name in dir(thing)
    if name.startswith("_")
}
pairs = [
    given
    for one in some
    for given in ((one,), (one, one), (one, 2), (one, one, one), ([one, one],), (2,), ("f8",))
]
for given in pairs:
    blindly(lambda: np, (given,), unsafe)
for module in (np.linalg, np.fft, np.char, np.ma):
    blindly(lambda: module, pairs, unsafe)
for one in some:
    blindly(one.copy, ((), (1,), (one,), ("f8",), (0, 1)), unsafe)
r = np.random.default_rng(1)
for act in (
    r.exponential,
    r.poisson,
    r.uniform,
    r.standard_normal,
    lambda: r.binomial(5, 0.5, 3),
    lambda: r.beta(1, 2),
    lambda: r.gamma(2, size=3),
    lambda: r.shuffle(some[0]),
    lambda: r.multivariate_normal([0, 0], np.eye(2), 3),
    lambda: np.random.normal(0, 1, 3),
    lambda: np.random.uniform(size=2),
    lambda: np.random.randint(0, 5, 3),
    lambda: np.random.choice([1, 2, 3], 2),
    lambda: np.random.shuffle(some[0]),
    lambda: np.random.poisson(3),
    lambda: np.random.exponential(),
    lambda: np.random.binomial(5, 0.5),
):
    attempt(act)
for (
    kind
) in "int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 bool".split():
    one = np.arange(40).astype(kind)
    for act in (
        lambda: one + one,
        lambda: one * one,
        lambda: one / 3,
        lambda: one < 5,
        lambda: one.sum(),
        lambda: one.mean(),
        lambda: np.sort(one[::-1]),
        lambda: one.astype(float),
        lambda: one[one > 3],
        lambda: -one,
        lambda: one**2,
        lambda: one.max(),
        lambda: np.unique(one),
        lambda: repr(one),
        lambda: one @ one,
    ):
        attempt(act)
