# What people do first with pandas.

# %% first
import pandas as pd

display(pd.DataFrame({"a": [1, 2]}).describe())

# %%
import io
import pandas as pd

df = pd.DataFrame({"k": list("abca"), "v": [1.5, 2.0, None, 4.0], "n": [1, 2, 3, 4]})
display(df, df.head(2), df.describe(), df.v)
print(
    df,
    df.dtypes,
    df.shape,
    df.columns,
    df.isna().sum(),
    df.v.mean(),
    df["n"].sum(),
    df.n.value_counts(),
    df.k.unique(),
)
df.info()
print(
    df.groupby("k").v.agg(["mean", "std", "max"]),
    df.groupby("k")["n"].sum(),
    df.sort_values("n", ascending=False),
    df.set_index("k"),
)
print(
    df.merge(pd.DataFrame({"k": list("ab"), "w": [1, 2]}), on="k", how="left"),
    pd.concat([df, df]).reset_index(drop=True),
)
print(
    df.loc[df.n > 2, ["k", "v"]],
    df.iloc[0],
    df.query("n > 1"),
    df.fillna(0),
    df.dropna(),
    df.apply(lambda row: row.n * 2, axis=1),
)
print(
    df.pivot_table(index="k", values="n", aggfunc="sum"),
    df.drop(columns="v").rename(columns={"n": "m"}),
    df.n.map(str),
    df.corr(numeric_only=True),
)
df["new"] = df.n * 2 + df.v
df["text"] = df.k.str.upper() + "!"
df["big"] = df.n.astype(float) > 2
df.at[0, "n"] = 9
print(
    pd.to_datetime(["2024-01-01", "2024-02-03"]),
    pd.date_range("2024-01-01", periods=3, freq="D"),
    df.to_csv(index=False),
    df.to_dict("records"),
)
s = pd.Series([1, 2, 3], index=pd.date_range("2024-01-01", periods=3))
print(s.rolling(2).mean(), s.resample("D").sum(), s.shift(1), s.cumsum())
print(
    pd.read_csv(io.StringIO("a,b\n1,x\n2,y\n")),
    df.k.isin(["a"]),
    df.duplicated().any(),
    df.T,
    df.sample(2, random_state=1),
    df.nlargest(1, "n"),
)

# %%
df["missing"]

# %%
import io, numpy as np, pandas as pd

dated = pd.read_csv(io.StringIO("d,v\n2024-01-01,1.5\n2024-02-01,2.5"), parse_dates=["d"]).set_index("d")
print(
    dated.resample("ME").v.sum(),
    dated.v.quantile([0.25, 0.5]),
    dated.index.month,
    dated.loc["2024-01"],
    dated.v.pct_change(),
    dated.to_string(),
)
left, right = (
    pd.DataFrame({"k": np.arange(2000), "x": 1.0}),
    pd.DataFrame({"k": np.arange(2000)[::-1], "y": 2.0}),
)
for how in ("inner", "left", "right", "outer"):
    left.merge(right, on="k", how=how)
left.merge(right, left_on="k", right_on="k").sort_values("k").groupby("x").y.agg(
    ["mean", "median", "min", "nunique", "first"]
)
left.merge(right.astype({"k": float}), on="k")
left.join(right.set_index("k"), on="k")
left.assign(s=left.k.astype(str)).merge(right.assign(s=right.k.astype(str)), on="s")

# %%
import pandas as pd

when = pd.date_range("2024-01-01", periods=6, freq="12h")
frame = pd.DataFrame(
    {
        "k": list("abcabc"),
        "v": [1.5, 2.0, None, 4.0, 0.5, 1.0],
        "n": [3, 1, 2, 3, 5, 4],
        "t": when,
        "b": [True, False] * 3,
    }
)
makes = [
    frame.copy,
    lambda: frame[["v", "n"]],
    *(lambda name=name: frame[name].copy() for name in frame),
    lambda: frame.index,
    lambda: pd.Index(frame.k),
    lambda: when,
    lambda: frame.k.str,
    lambda: frame.t.dt,
    lambda: frame.groupby("k").v,
    lambda: frame.groupby("k")[["v", "n"]],
    lambda: frame.v.rolling(2),
    lambda: frame.n.expanding(),
    lambda: frame.n.ewm(2),
    lambda: frame.set_index("t").n.resample("D"),
    lambda: frame.k.astype("category").cat,
    lambda: when[0],
    lambda: pd.Timedelta("1h"),
]
unsafe = {name for name in dir(frame) if name.startswith(("to_", "__"))} - {
    "to_numpy",
    "to_list",
    "to_dict",
    "to_frame",
    "to_csv",
    "to_string",
    "to_html",
    "to_json",
}
unsafe |= {"plot", "hist", "boxplot", "style", "where", "mask", "pipe"}
for make in makes:
    blindly(make, ((), ("v",), (2,), ("sum",)), unsafe)
for act in (
    lambda: pd.get_dummies(frame.k),
    lambda: pd.crosstab(frame.k, frame.n),
    lambda: pd.melt(frame, "k"),
    lambda: pd.cut(frame.n, 3),
    lambda: pd.qcut(frame.n, 2),
    lambda: frame.describe(include="all"),
    lambda: pd.to_numeric(pd.Series(["1", "2"])),
    lambda: pd.merge_asof(frame, frame, on="t"),
    lambda: frame.merge(frame, on=["k", "n"], how="outer"),
    lambda: frame.style._repr_html_(),
    lambda: pd.read_json(io.StringIO(frame.to_json())),
    lambda: frame.pivot_table("v", "k", "n"),
    lambda: frame.sort_values(["k", "n"]),
    lambda: frame.groupby(["k", "b"]).agg({"v": "mean", "n": ["min", "max"]}),
    lambda: frame.eval("n + v"),
    lambda: frame.loc[frame.t > "2024-01-02"],
    lambda: frame.t.dt.strftime("%d.%m."),
    lambda: frame.k.str.contains("a|b"),
    lambda: frame.set_index("t").loc["2024-01-02"],
):
    attempt(lambda: repr(act()))
