# %% [markdown]
# # Calculus, exactly
# SymPy computes with symbols instead of numbers. It is loaded when the first cell imports it.

# %%
import sympy as sp

x = sp.symbols("x")
f = sp.exp(-x) * sp.sin(x)
sp.diff(f, x)

# %%
sp.integrate(f, (x, 0, sp.oo))

# %%
series = sp.series(sp.sin(x), x, 0, 10).removeO()
print(sp.pretty(series, use_unicode=True))

# %%
import numpy as np
import matplotlib.pyplot as plt

t = np.linspace(-7, 7, 400)
fig, ax = plt.subplots(figsize=(8, 3.6), layout="constrained")
ax.plot(t, np.sin(t), color="#1f1d1a", lw=2, label="sin x")
for order, colour in zip((2, 4, 6, 10), ("#d9a441", "#d08a1d", "#b8503f", "#2a8c82")):
    taylor = sp.lambdify(x, sp.series(sp.sin(x), x, 0, order).removeO(), "numpy")
    ax.plot(t, taylor(t) + 0 * t, color=colour, label=f"up to x^{order - 1}")
ax.set(ylim=(-2.2, 2.2), title="Taylor's polynomials hold on a little longer each time")
ax.legend(frameon=False, ncols=5, fontsize="small");

# %%
n = sp.symbols("n", positive=True, integer=True)
sp.summation(1 / n**2, (n, 1, sp.oo))
