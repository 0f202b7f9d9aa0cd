# Workbooks, JSON, XML and HTML.

# %% write and read a workbook with two sheets [short]
import pandas as pd

sales = pd.DataFrame({"region": ["N", "S"], "total": [10.5, 20.25]})
staff = pd.DataFrame({"name": ["Ann", "Bob"], "since": pd.to_datetime(["2020-01-15", "2021-06-01"])})
with pd.ExcelWriter("book.xlsx", engine="openpyxl") as writer:
    sales.to_excel(writer, sheet_name="Sales", index=False)
    staff.to_excel(writer, sheet_name="Staff", index=False)
sheets = pd.read_excel("book.xlsx", sheet_name=None)
print(list(sheets))
sheets["Staff"]

# %% formulas and merged cells with openpyxl
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

wb = Workbook()
ws = wb.active
ws.title = "Plan"
ws["A1"] = "Budget"
ws["A1"].font = Font(bold=True)
ws.merge_cells("A1:C1")
for row in [("Item", "Qty", "Price"), ("Pens", 10, 1.5), ("Desk", 1, 220)]:
    ws.append(row)
ws["D3"] = "=B3*C3"
wb.save("plan.xlsx")
again = load_workbook("plan.xlsx")["Plan"]
print(again.merged_cells.ranges, again["D3"].value)
[[cell.value for cell in row] for row in again.iter_rows()]

# %% header in two rows
import pandas as pd

df = pd.DataFrame(
    [[1, 2, 3, 4], [5, 6, 7, 8]],
    columns=pd.MultiIndex.from_product([["2023", "2024"], ["in", "out"]]),
    index=["a", "b"],
)
df.to_excel("multi.xlsx")
back = pd.read_excel("multi.xlsx", header=[0, 1], index_col=0)
print(back["2024"])
back

# %% nested JSON [short]
import pandas as pd

data = [
    {"id": 1, "name": "Ann", "address": {"city": "Oslo", "zip": "0150"}, "tags": ["a", "b"]},
    {"id": 2, "name": "Bob", "address": {"city": "Rome"}, "tags": []},
]
flat = pd.json_normalize(data, sep="_")
print(flat.columns.tolist())
pd.json_normalize(data, record_path="tags", meta=["id", "name"])

# %% lines of JSON with a broken one
import json

lines = ['{"ok": 1}', '{"ok": 2, "x": [1, 2, {"y": null}]}', "{broken", "", '{"ok": 3}']
good, bad = [], []
for number, line in enumerate(lines, 1):
    try:
        good.append(json.loads(line))
    except json.JSONDecodeError as error:
        bad.append((number, str(error)))
print(bad)
good

# %% JSON of dates and arrays
import json
from datetime import date, datetime
import numpy as np

class Encoder(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, (date, datetime)):
            return o.isoformat()
        if isinstance(o, np.ndarray):
            return o.tolist()
        if isinstance(o, np.generic):
            return o.item()
        return super().default(o)

print(json.dumps({"d": date(2024, 5, 1), "a": np.arange(3), "n": np.float64(1.5)}, cls=Encoder, indent=1))

# %% a table out of HTML
import io
import pandas as pd

html = "<table><tr><th>Team</th><th>Points</th></tr><tr><td>Reds</td><td>10</td></tr><tr><td>Blues</td><td>7</td></tr></table>"
pd.read_html(io.StringIO(html))[0]

# %% XML
import xml.etree.ElementTree as ET

root = ET.fromstring("<shop><item sku='1'><price>9.5</price></item><item sku='2'><price>12</price></item></shop>")
prices = {item.get("sku"): float(item.findtext("price")) for item in root.iter("item")}
root.append(ET.Element("total", value=str(sum(prices.values()))))
ET.indent(root)
print(ET.tostring(root, encoding="unicode"))
prices

# %% YAML
import yaml

text = """
name: demo
steps:
  - run: build
    env: {DEBUG: true, LEVEL: 3}
  - run: test
when: 2024-05-01
"""
conf = yaml.safe_load(text)
print(conf)
print(yaml.safe_dump(conf, sort_keys=False))

# %% sqlite in memory
import sqlite3
import pandas as pd

con = sqlite3.connect(":memory:")
pd.DataFrame({"dept": ["a", "a", "b", "c"], "pay": [10, 20, 30, 5]}).to_sql("staff", con, index=False)
pd.read_sql("SELECT dept, COUNT(*) n, AVG(pay) mean FROM staff GROUP BY dept HAVING mean > 6 ORDER BY mean DESC", con)

# %% beautiful soup
from bs4 import BeautifulSoup

page = "<ul><li class=x><a href='/a'>One</a></li><li><a href='/b'>Two &amp; more</a></li></ul>"
soup = BeautifulSoup(page, "html.parser")
print([(a["href"], a.get_text()) for a in soup.select("li > a")])
soup.find("li", class_="x").prettify()

# %% to markdown and LaTeX
import pandas as pd

df = pd.DataFrame({"metric": ["mean", "std"], "value": [1.23456, 0.5]})
print(df.to_markdown(index=False, floatfmt=".2f"))
print(df.to_latex(index=False, float_format="%.2f"))
