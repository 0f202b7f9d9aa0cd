# %% [markdown]
# # Four finches
# Beak, wing and weight of some 290 invented birds. Which two numbers tell the species apart?

# %%
import pandas as pd

finches = pd.read_csv("finches.csv")
finches

# %%
import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(7, 4.4), layout="constrained")
colours = ["#b8503f", "#2a8c82", "#7a6fb0", "#d08a1d"]
for (species, birds), colour in zip(finches.groupby("species"), colours):
    length, depth = birds["beak_length"], birds["beak_depth"]
    ax.scatter(length, depth, s=22, lw=0, color=colour, label=species)
ax.set(title="Beaks", xlabel="length in mm", ylabel="depth in mm")
ax.legend(frameon=False);

# %%
numbers = ["beak_length", "beak_depth", "wing", "weight"]
finches.groupby("species")[numbers].agg(["mean", "std"]).round(1)

# %%
# Heavier birds have longer wings, also within one species:
for species, birds in finches.groupby("species"):
    print(f"{species:12} r = {birds['wing'].corr(birds['weight']):.2f}")
