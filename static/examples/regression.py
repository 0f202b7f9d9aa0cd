# %% [markdown]
# # A line through seedlings
# Least squares with nothing but NumPy. The line looks good; its residuals tell another story.

# %%
import numpy as np
import pandas as pd

seedlings = pd.read_csv("seedlings.csv")
x, y = seedlings["light_hours"].to_numpy(), seedlings["height_cm"].to_numpy()

A = np.column_stack([np.ones_like(x), x])
(intercept, slope), *_ = np.linalg.lstsq(A, y, rcond=None)
residuals = y - (intercept + slope * x)
r2 = 1 - residuals.var() / y.var()
print(f"height = {intercept:.2f} + {slope:.2f} · hours     R² = {r2:.2f}")

# %%
import matplotlib.pyplot as plt

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
left.scatter(x, y, s=16, alpha=0.7, lw=0, color="#2a8c82")
line = np.array([x.min(), x.max()])
left.plot(line, intercept + slope * line, color="#1f1d1a")
left.set(title="Height of seedlings", xlabel="hours of light", ylabel="cm")
right.axhline(0, color="#1f1d1a", lw=1)
right.scatter(x, residuals, s=16, alpha=0.7, lw=0, color="#b8503f")
right.set(title="What the line leaves over", xlabel="hours of light", ylabel="cm");

# %% [markdown]
# The residuals bend: past 16 hours more light does not help. Fit a line with a knee instead.

# %%
def knee(at):
    B = np.column_stack([np.ones_like(x), np.minimum(x, at), np.maximum(x - at, 0)])
    weights, *_ = np.linalg.lstsq(B, y, rcond=None)
    return float(((y - B @ weights) ** 2).sum())

places = np.linspace(8, 20, 121)
best = places[np.argmin([knee(at) for at in places])]
print(f"The knee is at {best:.1f} hours of light.")
print(f"Squared error {knee(best):.0f} instead of {(residuals**2).sum():.0f}.")
