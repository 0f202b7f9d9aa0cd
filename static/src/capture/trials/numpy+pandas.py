# What people do first with numpy and pandas together.

# %%
import numpy as np, pandas as pd

big = pd.DataFrame(
    {"k": np.arange(3000) % 100, "v": np.random.default_rng(1).normal(size=3000).cumsum(), "w": 1.5}
)
(
    big.groupby("k").v.agg(["mean", "std", "max", "count"]),
    big.merge(big[::-1].assign(z=1)[["k", "z"]][:500], on="k").sort_values(["k", "v"]),
)
big.sort_values("v").rolling(5).mean().dropna().drop_duplicates().reset_index().value_counts("k")
big

# %%
big.to_csv("big.csv")
again = pd.read_csv("big.csv", index_col=0)
again.equals(big), again.memory_usage()
