# %% [markdown]
# # π by throwing darts
# Throw darts at a square. The share that lands in the quarter circle is π/4.

# %%
import numpy as np

rng = np.random.default_rng(3)
n = 1_000_000
x, y = rng.random(n), rng.random(n)
inside = x**2 + y**2 < 1
print(f"π ≈ {4 * inside.mean():.4f}")

# %%
import matplotlib.pyplot as plt

count = np.arange(1, n + 1)
estimate = 4 * np.cumsum(inside) / count
picks = np.unique(np.logspace(1, 6, 400).astype(int)) - 1

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
shown = slice(0, 3000)
left.scatter(x[shown], y[shown], s=3, c=np.where(inside[shown], "#2a8c82", "#d9a441"))
left.set(title="3,000 darts", aspect="equal", xlim=(0, 1), ylim=(0, 1))
n = count[picks]
right.loglog(n, np.abs(estimate[picks] - np.pi), color="#0b6a66", lw=1)
right.loglog(n, 1.64 / np.sqrt(n), "--", color="#b8503f", label="1 / √n")
right.set(title="How far off", xlabel="darts")
right.legend(frameon=False);

# %% [markdown]
# Ten times as exact takes a hundred times as many darts.
