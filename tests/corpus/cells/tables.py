# groupby, pivot, merge, rolling, reshaping.

# %% groupby with named aggregations [short]
import pandas as pd

df = pd.DataFrame({"team": list("aabbbc"), "points": [3, 5, 1, 9, 2, 7], "won": [True, False, True, True, False, True]})
df.groupby("team").agg(games=("points", "size"), total=("points", "sum"), best=("points", "max"), rate=("won", "mean")).round(2)

# %% transform and rank within groups
import pandas as pd

df = pd.DataFrame({"g": list("xxyyy"), "v": [4, 8, 1, 5, 9]})
df["share"] = df["v"] / df.groupby("g")["v"].transform("sum")
df["rank"] = df.groupby("g")["v"].rank(ascending=False).astype(int)
df["cum"] = df.groupby("g")["v"].cumsum()
df["z"] = df.groupby("g")["v"].transform(lambda v: (v - v.mean()) / v.std())
df

# %% apply with several results
import pandas as pd

df = pd.DataFrame({"k": list("ababab"), "x": [1, 2, 3, 4, 5, 6], "y": [2.0, 1.0, 4.0, 3.0, 7.0, 5.0]})
def fit(part):
    return pd.Series({"n": len(part), "slope": part["x"].cov(part["y"]) / part["x"].var(), "corr": part["x"].corr(part["y"])})
df.groupby("k")[["x", "y"]].apply(fit).round(4)

# %% pivot table with margins [short]
import pandas as pd

df = pd.DataFrame({"region": ["N", "N", "S", "S", "W"], "product": ["A", "B", "A", "A", "B"], "sales": [10, 20, 30, 5, 7]})
pd.pivot_table(df, values="sales", index="region", columns="product", aggfunc="sum", fill_value=0, margins=True)

# %% crosstab in percent
import pandas as pd

df = pd.DataFrame({"sex": list("mfmfmfff"), "choice": list("abababaa")})
print(pd.crosstab(df["sex"], df["choice"]))
pd.crosstab(df["sex"], df["choice"], normalize="index").round(3)

# %% merges of all kinds
import pandas as pd

left = pd.DataFrame({"id": [1, 2, 3, 3], "l": list("abcd")})
right = pd.DataFrame({"id": [2, 3, 4], "r": [20, 30, 40]})
for how in ["inner", "left", "right", "outer"]:
    print(how, len(left.merge(right, on="id", how=how)))
left.merge(right, on="id", how="outer", indicator=True)

# %% merge asof
import pandas as pd

trades = pd.DataFrame({"t": pd.to_datetime(["10:00:01", "10:00:05", "10:00:09"], format="%H:%M:%S"), "qty": [1, 2, 3]})
quotes = pd.DataFrame({"t": pd.to_datetime(["10:00:00", "10:00:04", "10:00:08"], format="%H:%M:%S"), "bid": [9.9, 10.0, 10.2]})
merged = pd.merge_asof(trades, quotes, on="t")
merged["t"] = merged["t"].dt.time
merged

# %% melt and back
import pandas as pd

wide = pd.DataFrame({"country": ["NO", "SE"], "2022": [1, 3], "2023": [2, 4]})
long = wide.melt(id_vars="country", var_name="year", value_name="n").astype({"year": int})
print(long)
long.pivot(index="country", columns="year", values="n").add_prefix("y")

# %% stack and unstack
import pandas as pd

s = pd.Series(range(6), index=pd.MultiIndex.from_product([["a", "b"], ["x", "y", "z"]], names=["one", "two"]))
print(s.unstack("two"))
s.unstack().T.stack().swaplevel().sort_index()

# %% rolling, expanding, ewm [short]
import pandas as pd

s = pd.Series([2, 4, 6, 3, 8, 10, 1, 7])
pd.DataFrame({"roll": s.rolling(3).mean(), "centre": s.rolling(3, center=True).median(), "expand": s.expanding().max(), "ewm": s.ewm(span=3).mean()}).round(3)

# %% rolling over time
import pandas as pd

s = pd.Series([1, 2, 3, 4, 5], index=pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-06", "2024-01-07", "2024-01-15"]))
s.rolling("3D").sum()

# %% cut and qcut
import pandas as pd

ages = pd.Series([3, 17, 18, 25, 40, 64, 65, 90])
bands = pd.cut(ages, [0, 17, 64, 120], labels=["child", "adult", "senior"])
print(bands.value_counts().sort_index())
pd.qcut(ages, 4).astype(str).tolist()

# %% explode and one-hot
import pandas as pd

df = pd.DataFrame({"film": ["A", "B"], "genres": ["drama|war", "comedy"]})
print(df.assign(genre=df["genres"].str.split("|")).explode("genre"))
df.join(df["genres"].str.get_dummies("|"))

# %% a multi-index and its slices
import pandas as pd

idx = pd.MultiIndex.from_product([[2022, 2023], ["Q1", "Q2"], ["a", "b"]], names=["year", "q", "k"])
df = pd.DataFrame({"v": range(8)}, index=idx)
print(df.loc[(2023, "Q1")])
print(df.xs("a", level="k").sum())
df.groupby(level=["year", "k"]).sum()

# %% duplicates
import pandas as pd

df = pd.DataFrame({"mail": ["a@x", "A@x ", "b@x", "a@x"], "at": [3, 1, 2, 9]})
df["key"] = df["mail"].str.strip().str.lower()
df.sort_values("at").drop_duplicates("key", keep="last").reset_index(drop=True)

# %% query, eval, assign, pipe
import pandas as pd

df = pd.DataFrame({"a": range(5), "b": [5, 3, 8, 1, 2]})
limit = 2
(df.query("a >= @limit and b != 8").assign(c=lambda d: d.a * d.b).pipe(lambda d: d.set_index("a")))

# %% styled table
import pandas as pd

df = pd.DataFrame({"x": [0.12345, 2.5], "y": [-1.0, 3.14159]}, index=["r1", "r2"])
html = df.style.format("{:.2f}").set_uuid("u").to_html()
print(html)

# %% correlation matrix
import numpy as np
import pandas as pd

rng = np.random.default_rng(1)
x = rng.normal(size=200)
df = pd.DataFrame({"x": x, "y": 2 * x + rng.normal(size=200), "z": rng.normal(size=200)})
print(df.corr(method="spearman").round(4))
df.corr().round(6)

# %% a wide frame is shown cut
import numpy as np
import pandas as pd

pd.DataFrame(np.arange(400).reshape(10, 40), columns=[f"c{n}" for n in range(40)])

# %% a long frame is shown cut
import pandas as pd

pd.DataFrame({"n": range(1000), "sq": [n * n for n in range(1000)]})

# %% describe of everything
import pandas as pd

df = pd.DataFrame({"n": [1, 2, 3, 4], "c": list("aabb"), "t": pd.to_datetime(["2024-01-01"] * 3 + ["2024-01-04"])})
df.describe(include="all")

# %% xarray
import numpy as np
import xarray as xr

da = xr.DataArray(np.arange(12.0).reshape(3, 4), dims=("time", "x"), coords={"time": [0, 1, 2], "x": list("abcd")}, name="t")
print(da.mean("time").values, da.sel(x="b", time=2).item())
da.to_dataframe().unstack("x")

# %% sql alchemy
from sqlalchemy import create_engine, text
import pandas as pd

engine = create_engine("sqlite://")
pd.DataFrame({"item": ["a", "b", "a"], "n": [1, 2, 3]}).to_sql("t", engine, index=False)
with engine.connect() as con:
    print(con.execute(text("select item, sum(n) from t group by item order by item")).all())
pd.read_sql_query("select max(n) as m from t", engine)
