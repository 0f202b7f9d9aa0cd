# Tables as text: separators, encodings, missing values, numbers as people write them.

# %% semicolons and decimal commas [short]
import io
import pandas as pd

text = """Datum;Umsatz;Kosten
01.02.2024;1.234,50;980,00
02.02.2024;2.001,00;1.100,25
03.02.2024;987,10;450,5
"""
df = pd.read_csv(io.StringIO(text), sep=";", decimal=",", thousands=".", parse_dates=["Datum"], dayfirst=True)
df["Marge"] = df["Umsatz"] - df["Kosten"]
print(df.dtypes)
df

# %% cp1252 bytes
import pandas as pd

with open("umlaute.csv", "wb") as f:
    f.write("Name;Straße;Größe\nMüller;Hauptstraße 5;1,82\nGrößmann;Äußere Gasse 1;1,65\n".encode("cp1252"))
df = pd.read_csv("umlaute.csv", sep=";", encoding="cp1252", decimal=",")
print(df.columns.tolist())
df.sort_values("Größe", ascending=False)

# %% many words for missing
import io
import pandas as pd

raw = "id,score,grade\n1,90,A\n2,n/a,B\n3,-,\n4,missing,C\n5,77,NULL\n"
df = pd.read_csv(io.StringIO(raw), na_values=["-", "missing"])
print(df.isna().sum())
print(df["score"].mean())
df

# %% rows that are too long
import io
import pandas as pd

raw = "a,b,c\n1,2,3\n4,5,6,7\n8,9,10\n"
try:
    pd.read_csv(io.StringIO(raw))
except pd.errors.ParserError as error:
    print(error)
pd.read_csv(io.StringIO(raw), on_bad_lines="skip")

# %% currency and percent to numbers
import pandas as pd

df = pd.DataFrame({"price": ["$1,200.50", "$ 999", "€15.00", None], "growth": ["12%", "-3.5 %", "0%", "n/a"]})
df["price_num"] = pd.to_numeric(df["price"].str.replace(r"[^\d.\-]", "", regex=True), errors="coerce")
df["growth_num"] = pd.to_numeric(df["growth"].str.rstrip("% "), errors="coerce") / 100
print(df[["price_num", "growth_num"]].describe().round(3))
df

# %% header not in the first row
import io
import pandas as pd

raw = "Report of 2024\nexported by ERP\n\nRegion,Q1,Q2\nNorth,10,20\nSouth,30,\nTotal,40,20\n"
df = pd.read_csv(io.StringIO(raw), skiprows=3)
df = df[df["Region"] != "Total"].set_index("Region")
df.fillna(0).astype(int)

# %% duplicated column names
import io
import pandas as pd

df = pd.read_csv(io.StringIO("x,x,y,x\n1,2,3,4\n5,6,7,8\n"))
print(list(df.columns))
df.T.groupby(lambda name: name.split(".")[0]).sum().T

# %% chunks
import numpy as np
import pandas as pd

rng = np.random.default_rng(0)
pd.DataFrame({"shop": rng.integers(0, 5, 10_000), "amount": rng.normal(50, 10, 10_000).round(2)}).to_csv(
    "sales.csv", index=False
)
total = pd.Series(dtype=float)
for chunk in pd.read_csv("sales.csv", chunksize=1_500):
    total = total.add(chunk.groupby("shop")["amount"].sum(), fill_value=0)
total.round(2)

# %% the csv module's dialects
import csv
import io

rows = [["name", "quote"], ["Ann", 'she said "hi"'], ["Bob", "a, b\nand c"]]
out = io.StringIO()
csv.writer(out, quoting=csv.QUOTE_MINIMAL).writerows(rows)
print(out.getvalue())
back = list(csv.DictReader(io.StringIO(out.getvalue())))
print(back)
csv.Sniffer().sniff("a|b|c\n1|2|3\n").delimiter

# %% fixed width
import io
import pandas as pd

raw = "id  name      amount\n1   Alice      12.50\n22  Bob         3.00\n333 Charlotte 100.25\n"
df = pd.read_fwf(io.StringIO(raw))
print(df.dtypes)
df

# %% memory and dtypes
import pandas as pd

df = pd.DataFrame({"city": ["Rome", "Oslo", "Rome", "Bonn"] * 250, "n": range(1000), "x": [0.5] * 1000})
small = df.astype({"city": "category", "n": "int16", "x": "float32"})
print(small.dtypes)
print(small["city"].cat.categories.tolist(), small["n"].sum(), small["x"].sum())
small.memory_usage(deep=False)

# %% info
import pandas as pd

df = pd.DataFrame({"a": [1, 2, None], "b": ["x", None, "z"], "c": pd.to_datetime(["2024-01-01", None, "2024-03-01"])})
df.info()
