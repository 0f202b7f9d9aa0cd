# Linear algebra and arrays.

# %% solve and check [short]
import numpy as np

A = np.array([[3.0, 1, -1], [2, 4, 1], [-1, 2, 5]])
b = np.array([4.0, 1, 1])
x = np.linalg.solve(A, b)
print(np.allclose(A @ x, b))
x.round(10)

# %% eigenvalues of a symmetric matrix
import numpy as np

A = np.array([[2.0, -1, 0], [-1, 2, -1], [0, -1, 2]])
values, vectors = np.linalg.eigh(A)
print(values.round(8))
print(np.allclose(vectors @ np.diag(values) @ vectors.T, A))

# %% singular values and low rank
import numpy as np

rng = np.random.default_rng(3)
M = rng.normal(size=(8, 3)) @ rng.normal(size=(3, 6))
u, s, vt = np.linalg.svd(M, full_matrices=False)
print(np.linalg.matrix_rank(M), s.round(6))
approx = u[:, :2] * s[:2] @ vt[:2]
round(float(np.linalg.norm(M - approx)), 6)

# %% least squares
import numpy as np

x = np.linspace(0, 9, 10)
y = 1.5 * x + 2 + np.array([0.1, -0.2, 0.05, 0.3, -0.1, 0, 0.2, -0.3, 0.1, -0.05])
X = np.column_stack([np.ones_like(x), x])
coef, residual, rank, _ = np.linalg.lstsq(X, y, rcond=None)
print(coef.round(6), residual.round(6), rank)
np.polyfit(x, y, 2).round(6)

# %% decompositions
import numpy as np
from scipy import linalg

A = np.array([[4.0, 3, 2], [3, 5, 1], [2, 1, 6]])
P, L, U = linalg.lu(A)
Q, R = np.linalg.qr(A)
print(np.allclose(P @ L @ U, A), np.allclose(Q @ R, A))
print(np.linalg.cholesky(A).round(6))
round(float(np.linalg.det(A)), 6), np.linalg.cond(A).round(6), linalg.expm(A / 10).round(6)

# %% sparse matrices
import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

n = 50
A = sparse.diags([-1, 2, -1], [-1, 0, 1], shape=(n, n), format="csc")
x = spsolve(A, np.ones(n))
print(A.nnz, x.max().round(6))
A[:3, :4].toarray()

# %% broadcasting and indexing
import numpy as np

a = np.arange(12).reshape(3, 4)
print(a[:, ::-1], a[a % 3 == 0], a[[0, 2], [1, 3]])
print((a - a.mean(axis=0)) / a.std(axis=0))
np.where(a > 5, a, -a)

# %% structured arrays and views
import numpy as np

people = np.array([("Ann", 31, 1.7), ("Bob", 25, 1.82)], dtype=[("name", "U10"), ("age", "i4"), ("h", "f8")])
print(np.sort(people, order="age"), people["h"].mean())
np.arange(6, dtype="<u2").view("u1")

# %% einsum and tensordot
import numpy as np

a = np.arange(24).reshape(2, 3, 4)
b = np.arange(12).reshape(3, 4)
print(np.einsum("ijk,jk->i", a, b), np.tensordot(a, b, axes=([1, 2], [0, 1])))
np.einsum("ij->ji", b)

# %% integers overflow
import numpy as np
import warnings

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    x = np.int32(2_000_000_000) + np.int32(2_000_000_000)
    print(x, [str(w.message) for w in caught])
print(np.array([250], dtype=np.uint8) + 10, np.arange(3).dtype.itemsize >= 4)

# %% numbers at the edge
import numpy as np

with np.errstate(all="ignore"):
    print(np.array([1.0, -1, 0]) / 0, np.log(-1.0), np.nanmean([1, np.nan, 3]))
print(np.finfo(float).eps, np.float32(0.1) + np.float32(0.2), 0.1 + 0.2)
np.isclose(0.1 + 0.2, 0.3), np.nextafter(1, 2), np.spacing(1e10)

# %% sets, unique, histogram
import numpy as np

v = np.array([3, 1, 2, 3, 3, 2])
print(np.unique(v, return_counts=True), np.intersect1d(v, [2, 9]), np.searchsorted([1, 2, 4], 3))
np.histogram([1, 2, 1, 4, 5, 5.5], bins=3)

# %% printing of large arrays
import numpy as np

np.linspace(0, 1, 2_000).reshape(40, 50)
