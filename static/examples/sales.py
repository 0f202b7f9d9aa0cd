# %% [markdown]
# # Sales by region
# Two years of an invented tea merchant. Press **▷** beside a cell, or Shift-Enter, and watch.

# %%
import pandas as pd

sales = pd.read_csv("sales.csv", parse_dates=["month"])
sales.head(8)

# %%
by_region = (
    sales.groupby("region")
    .agg(revenue=("revenue", "sum"), units=("units", "sum"))
    .sort_values("revenue", ascending=False)
)
by_region["price"] = by_region["revenue"] / by_region["units"]
by_region.round(2)

# %%
import matplotlib.pyplot as plt

monthly = sales.pivot_table(
    index="month", columns="region", values="revenue", aggfunc="sum"
)
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
left.barh(by_region.index[::-1], by_region["revenue"][::-1] / 1e3, color="#2a8c82")
left.set(title="Two years", xlabel="revenue in thousands")
right.plot(monthly.index, monthly / 1e3, label=monthly.columns)
right.set(title="Month by month", ylabel="revenue in thousands")
right.legend(frameon=False, ncols=4, fontsize="small")
right.tick_params(axis="x", rotation=30)

# %%
best = monthly.sum().idxmax()
missing = sales["revenue"].isna().sum()
print(f"{best} leads with {monthly[best].sum():,.0f}; {missing} figures are missing.")
by_region.to_csv("regions.csv")
