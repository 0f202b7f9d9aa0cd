# What people do first with numpy, pandas and matplotlib together.

# %%
big.plot(x="k", y="v", title="a walk")
big.v.plot.hist(bins=30)
