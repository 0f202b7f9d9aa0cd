# Every common chart, as models draw it.

# %% lines with a legend [short]
import matplotlib.pyplot as plt
import numpy as np

x = np.linspace(0, 10, 200)
fig, ax = plt.subplots(figsize=(7, 4))
ax.plot(x, np.sin(x), label="sin")
ax.plot(x, np.cos(x), "--", label="cos")
ax.set(title="Waves", xlabel="x", ylabel="y")
ax.legend()
ax.grid(alpha=0.3)
plt.show()

# %% bars with labels [short]
import matplotlib.pyplot as plt

names, values = ["North", "South", "East", "West"], [23, 45, 12, 36]
bars = plt.bar(names, values, color=["tab:blue", "tab:orange", "tab:green", "tab:red"])
plt.bar_label(bars)
plt.title("Sales by region")
plt.ylabel("k€")
plt.show()

# %% grouped and stacked bars
import matplotlib.pyplot as plt
import numpy as np

labels, a, b = ["Q1", "Q2", "Q3"], np.array([3, 5, 2]), np.array([4, 1, 6])
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5))
x = np.arange(3)
left.bar(x - 0.2, a, 0.4, label="a")
left.bar(x + 0.2, b, 0.4, label="b")
left.set_xticks(x, labels)
left.legend()
right.bar(labels, a)
right.bar(labels, b, bottom=a)
plt.tight_layout()
plt.show()

# %% horizontal bars [short]
import matplotlib.pyplot as plt

plt.barh(["Python", "JavaScript", "Rust"], [55, 40, 12], xerr=[3, 2, 1], capsize=4)
plt.gca().invert_yaxis()
plt.xlabel("share in %")
plt.show()

# %% scatter with colours and sizes [short]
import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(0)
x, y, c, s = rng.random((4, 60))
plt.scatter(x, y, c=c, s=20 + 200 * s, alpha=0.6, cmap="viridis")
plt.colorbar(label="value")
plt.show()

# %% histogram with a density
import matplotlib.pyplot as plt
import numpy as np
from scipy import stats

data = np.random.default_rng(1).normal(100, 15, 800)
plt.hist(data, bins=30, density=True, alpha=0.6, edgecolor="white")
grid = np.linspace(data.min(), data.max(), 200)
plt.plot(grid, stats.norm.pdf(grid, data.mean(), data.std()), "k", lw=2)
plt.axvline(data.mean(), color="r", ls=":")
plt.show()

# %% pie and donut
import matplotlib.pyplot as plt

fig, axes = plt.subplots(1, 2, figsize=(8, 4))
axes[0].pie([40, 30, 20, 10], labels=list("ABCD"), autopct="%1.0f%%", explode=[0.1, 0, 0, 0], shadow=True)
axes[1].pie([3, 2, 1], wedgeprops={"width": 0.4}, startangle=90)
axes[1].set_title("Donut")
plt.show()

# %% box and violin
import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(4)
groups = [rng.normal(m, s, 100) for m, s in [(0, 1), (1, 2), (2, 0.5)]]
fig, (a, b) = plt.subplots(1, 2, figsize=(8, 4), sharey=True)
a.boxplot(groups, notch=True, patch_artist=True, tick_labels=["x", "y", "z"])
b.violinplot(groups, showmedians=True)
plt.show()

# %% heat map with numbers
import matplotlib.pyplot as plt
import numpy as np

m = np.random.default_rng(3).integers(0, 100, (5, 6))
fig, ax = plt.subplots()
im = ax.imshow(m, cmap="YlGnBu")
for i in range(5):
    for j in range(6):
        ax.text(j, i, m[i, j], ha="center", va="center", color="w" if m[i, j] > 50 else "k")
fig.colorbar(im)
ax.set_title("Heat map")
plt.show()

# %% contours
import matplotlib.pyplot as plt
import numpy as np

X, Y = np.meshgrid(np.linspace(-3, 3, 100), np.linspace(-3, 3, 100))
Z = np.exp(-(X**2) - Y**2) - np.exp(-((X - 1) ** 2) - (Y - 1) ** 2)
plt.contourf(X, Y, Z, levels=20, cmap="RdBu_r")
lines = plt.contour(X, Y, Z, levels=6, colors="k", linewidths=0.5)
plt.clabel(lines, fontsize=8)
plt.show()

# %% a surface in 3-D
import matplotlib.pyplot as plt
import numpy as np

X, Y = np.meshgrid(np.linspace(-5, 5, 50), np.linspace(-5, 5, 50))
ax = plt.figure(figsize=(6, 5)).add_subplot(projection="3d")
surface = ax.plot_surface(X, Y, np.sin(np.hypot(X, Y)), cmap="coolwarm", linewidth=0)
ax.set_zlabel("z")
plt.colorbar(surface, shrink=0.5)
plt.show()

# %% points in 3-D
import matplotlib.pyplot as plt
import numpy as np

t = np.linspace(0, 8 * np.pi, 300)
ax = plt.subplot(projection="3d")
ax.plot(np.cos(t), np.sin(t), t)
ax.scatter([0, 1], [0, 1], [5, 10], c="r", s=60)
ax.view_init(25, 40)
plt.show()

# %% dates on an axis
import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

index = pd.date_range("2024-01-01", periods=180)
fig, ax = plt.subplots(figsize=(8, 3))
ax.plot(index, np.cumsum(np.random.default_rng(5).normal(size=180)))
ax.xaxis.set_major_locator(mdates.MonthLocator())
ax.xaxis.set_major_formatter(mdates.DateFormatter("%b %Y"))
fig.autofmt_xdate()
plt.show()

# %% two axes
import matplotlib.pyplot as plt

months = list("JFMAMJ")
fig, ax = plt.subplots()
ax.bar(months, [50, 60, 30, 45, 70, 20], color="lightblue")
other = ax.twinx()
other.plot(months, [2, 5, 9, 14, 18, 22], "o-r")
ax.set_ylabel("rain (mm)")
other.set_ylabel("°C", color="r")
plt.show()

# %% logarithmic axes and errors
import matplotlib.pyplot as plt
import numpy as np

x = np.logspace(0, 3, 12)
plt.errorbar(x, x**1.5, yerr=x**1.5 * 0.3, fmt="s-", capsize=3)
plt.xscale("log")
plt.yscale("log")
plt.grid(True, which="both", ls=":")
plt.title("$y = x^{3/2}$")
plt.show()

# %% polar
import matplotlib.pyplot as plt
import numpy as np

theta = np.linspace(0, 2 * np.pi, 300)
ax = plt.subplot(projection="polar")
ax.plot(theta, np.abs(np.sin(3 * theta)))
ax.fill(theta, np.abs(np.sin(3 * theta)), alpha=0.2)
plt.show()

# %% radar
import matplotlib.pyplot as plt
import numpy as np

labels, values = ["speed", "power", "range", "price", "style"], [4, 3, 5, 2, 4]
angles = np.linspace(0, 2 * np.pi, 5, endpoint=False)
fig, ax = plt.subplots(subplot_kw={"polar": True})
ax.plot(np.append(angles, angles[0]), values + values[:1])
ax.set_xticks(angles, labels)
ax.set_ylim(0, 5)
plt.show()

# %% areas and fills
import matplotlib.pyplot as plt
import numpy as np

x = np.arange(10)
fig, (a, b) = plt.subplots(2, 1, figsize=(6, 5))
a.stackplot(x, x, x**1.2, 10 - x, labels=list("abc"), alpha=0.8)
a.legend(loc="upper left")
y = np.sin(x)
b.fill_between(x, y - 0.3, y + 0.3, alpha=0.3)
b.plot(x, y)
plt.show()

# %% steps, stems and spans
import matplotlib.pyplot as plt
import numpy as np

x = np.arange(12)
fig, axes = plt.subplots(1, 3, figsize=(10, 3))
axes[0].step(x, x**0.5, where="mid")
axes[1].stem(x, np.cos(x))
axes[2].plot(x, x)
axes[2].axhspan(3, 6, color="gold", alpha=0.4)
axes[2].axvspan(8, 10, color="red", alpha=0.1)
plt.show()

# %% annotations and arrows
import matplotlib.pyplot as plt
import numpy as np

x = np.linspace(0, 6, 100)
plt.plot(x, x * np.exp(-x))
plt.annotate("peak", xy=(1, np.exp(-1)), xytext=(3, 0.3), arrowprops={"arrowstyle": "->"}, fontsize=12)
plt.text(4, 0.1, r"$x e^{-x}$", bbox={"facecolor": "wheat", "boxstyle": "round"})
plt.show()

# %% a mosaic of axes
import matplotlib.pyplot as plt

fig, axes = plt.subplot_mosaic("AAB;CCB", layout="constrained", figsize=(7, 4))
axes["A"].plot([1, 3, 2])
axes["B"].scatter([1, 2], [2, 1])
axes["C"].hist([1, 2, 2, 3, 3, 3])
for name, ax in axes.items():
    ax.set_title(name)
fig.suptitle("Mosaic")
plt.show()

# %% a table below a chart
import matplotlib.pyplot as plt

fig, ax = plt.subplots()
ax.axis("off")
ax.table([["a", 1, 2.5], ["b", 3, 4.25]], colLabels=["name", "n", "x"], loc="center")
plt.show()

# %% a style and transparent colours
import matplotlib.pyplot as plt

with plt.style.context("ggplot"):
    plt.plot([1, 4, 2, 8], marker="o")
    plt.title("ggplot")
    plt.show()

# %% vector fields
import matplotlib.pyplot as plt
import numpy as np

Y, X = np.mgrid[-2:2:12j, -2:2:12j]
fig, (a, b) = plt.subplots(1, 2, figsize=(8, 4))
a.quiver(X, Y, -Y, X)
b.streamplot(X, Y, -1 - X**2 + Y, 1 + X - Y**2, density=0.7)
plt.show()

# %% pandas plots [short]
import matplotlib.pyplot as plt
import pandas as pd

df = pd.DataFrame({"a": [1, 3, 2, 5], "b": [2, 2, 4, 1]}, index=list("wxyz"))
df.plot(kind="bar", rot=0, title="pandas")
plt.show()

# %% pandas plots with subplots
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

df = pd.DataFrame(np.random.default_rng(8).normal(size=(50, 3)).cumsum(axis=0), columns=list("abc"))
df.plot(subplots=True, figsize=(6, 5), grid=True)
plt.show()

# %% scatter matrix
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

df = pd.DataFrame(np.random.default_rng(9).normal(size=(80, 3)), columns=list("xyz"))
pd.plotting.scatter_matrix(df, diagonal="hist", figsize=(5, 5))
plt.show()

# %% seaborn distribution
import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns

sns.set_theme()
sns.histplot(np.random.default_rng(10).gamma(2, 2, 400), kde=True)
plt.show()

# %% seaborn categories
import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns

df = pd.DataFrame({"day": ["Thu", "Fri", "Sat"] * 8, "bill": [10, 12, 20, 11, 15, 25] * 4, "sex": ["m", "f"] * 12})
sns.boxplot(df, x="day", y="bill", hue="sex", palette="Set2")
plt.show()

# %% seaborn regression
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns

rng = np.random.default_rng(12)
x = rng.uniform(0, 10, 60)
sns.regplot(pd.DataFrame({"x": x, "y": 2 * x + rng.normal(0, 2, 60)}), x="x", y="y", seed=1)
plt.show()

# %% seaborn heat map
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns

df = pd.DataFrame(np.random.default_rng(13).normal(size=(40, 4)), columns=list("abcd"))
sns.heatmap(df.corr(), annot=True, fmt=".2f", cmap="vlag", center=0)
plt.show()

# %% seaborn pair plot
import matplotlib.pyplot as plt
from sklearn.datasets import load_iris
import seaborn as sns

iris = load_iris(as_frame=True).frame.iloc[::5, [0, 2, 4]]
sns.pairplot(iris, hue="target", height=1.8)
plt.show()

# %% seaborn lines with intervals
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns

rng = np.random.default_rng(14)
df = pd.DataFrame({"t": np.tile(np.arange(10), 6), "v": np.tile(np.arange(10) ** 1.5, 6) + rng.normal(0, 2, 60)})
sns.lineplot(df, x="t", y="v", errorbar=("ci", 95), seed=0)
plt.show()

# %% a confusion matrix drawn
import matplotlib.pyplot as plt
from sklearn.metrics import ConfusionMatrixDisplay

ConfusionMatrixDisplay.from_predictions([0, 1, 2, 2, 1, 0], [0, 2, 2, 2, 1, 0], display_labels=["a", "b", "c"])
plt.show()

# %% a tree drawn
import matplotlib.pyplot as plt
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier, plot_tree

X, y = load_iris(return_X_y=True)
plt.figure(figsize=(8, 5))
plot_tree(DecisionTreeClassifier(max_depth=2, random_state=0).fit(X, y), filled=True)
plt.show()

# %% a graph drawn
import matplotlib.pyplot as plt
import networkx as nx

G = nx.cycle_graph(6)
G.add_edge(0, 3)
nx.draw(G, nx.circular_layout(G), with_labels=True, node_color="lightgreen")
plt.show()

# %% a picture made with pillow
from PIL import Image, ImageDraw, ImageFilter

img = Image.new("RGB", (120, 80), "white")
draw = ImageDraw.Draw(img)
draw.ellipse((20, 10, 80, 70), fill="steelblue")
draw.line((0, 80, 120, 0), fill="red", width=3)
blurred = img.filter(ImageFilter.GaussianBlur(2))
print(blurred.size, blurred.getpixel((50, 40)), blurred.convert("L").resize((4, 3)).tobytes())

# %% a spectrogram
import matplotlib.pyplot as plt
import numpy as np

t = np.arange(0, 4, 1 / 500)
plt.specgram(np.sin(2 * np.pi * (20 + 30 * t) * t), Fs=500, NFFT=256)
plt.show()

# %% a figure saved as SVG and PDF
import matplotlib.pyplot as plt

fig, ax = plt.subplots()
ax.plot([1, 2, 3])
fig.savefig("a.svg", metadata={"Date": None})
fig.savefig("a.pdf")
plt.close(fig)
print(open("a.svg").read()[:38], open("a.pdf", "rb").read()[:5])

# %% five figures of a loop
import matplotlib.pyplot as plt

for n in range(1, 4):
    plt.figure(figsize=(3, 2))
    plt.plot([x**n for x in range(5)])
    plt.title(f"n = {n}")
    plt.show()

# %% hexagons and a hand-made palette
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

rng = np.random.default_rng(15)
palette = LinearSegmentedColormap.from_list("mine", ["#ffffff", "#3366cc", "#220033"])
plt.hexbin(rng.normal(size=3_000), rng.normal(size=3_000), gridsize=25, cmap=palette)
plt.show()

# %% candles
import matplotlib.pyplot as plt

rows = [(1, 10, 13, 9, 12), (2, 12, 14, 11, 11.5), (3, 11.5, 12, 8, 9), (4, 9, 12, 9, 11.8)]
fig, ax = plt.subplots()
for day, first, high, low, last in rows:
    colour = "tab:green" if last >= first else "tab:red"
    ax.vlines(day, low, high, color=colour)
    ax.bar(day, abs(last - first), 0.5, bottom=min(first, last), color=colour)
plt.show()

# %% a tree map
import matplotlib.pyplot as plt
import squarify

squarify.plot([50, 25, 15, 10], label=list("ABCD"), color=["#8dd3c7", "#ffffb3", "#bebada", "#fb8072"])
plt.axis("off")
plt.show()
