# What people do first with pandas and matplotlib together.

# %%
df.plot(x="n", y="v", title="both")

# %%
df.n.plot.bar()
df.plot.scatter(x="n", y="v")
df.n.hist()
