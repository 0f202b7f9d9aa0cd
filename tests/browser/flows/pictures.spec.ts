// Pictures: what a figure becomes, and that our shorter ways to it change nothing in it.

import { expect, test } from "../fixtures";

test("a figure is cut to what is drawn, with its margin, also where that reaches past the figure or far away", async ({
  bench,
}) => {
  const sized = async (code: string): Promise<[width: number, height: number, colour: number]> => {
    const { results, error } = await bench.run(`import matplotlib.pyplot as plt\n${code}`);
    expect(error, error?.value).toBeUndefined();
    const png = Buffer.from(results.find(({ png }) => png)?.contentBase64 ?? "", "base64");
    return [png.readUInt32BE(16), png.readUInt32BE(20), png[25] ?? -1];
  };
  const [width, height, colour] = await sized("f, ax = plt.subplots(); _ = ax.plot([1, 2])");
  expect(width).toBeLessThan(1280);
  expect(height).toBeLessThan(960);
  expect(colour, "what is opaque is RGB").toBe(2);
  const outside = await sized(
    "f, ax = plt.subplots(); _ = ax.plot([1, 2]); _ = ax.legend(['a'], bbox_to_anchor=(1.5, 1))",
  );
  expect(outside[0]).toBeGreaterThan(1280);
  const [, , clear] = await sized("f, ax = plt.subplots(facecolor='none'); _ = ax.plot([1, 2])");
  expect(clear, "what is not is RGBA").toBe(6);
  const far = await sized("f, ax = plt.subplots(); _ = ax.plot([1, 2]); _ = ax.text(50, 50, 'far')");
  expect(far.slice(0, 2)).toEqual([1280, 960]);
});

test("ticks copied and placed once, texts laid out once: the pictures are those of matplotlib's many times", async ({
  bench,
}) => {
  const answer = await bench.run(
    `
from contextlib import nullcontext
import matplotlib.pyplot as plt, numpy as np, pandas as pd
from matplotlib.axis import Axis
from belljar_harness.figures import pictures, texts, ticks
x = np.linspace(1, 50, 40)
def simple(): plt.plot(x, x ** 2); plt.title("A"); plt.xlabel("a long label")
def scales(): plt.loglog(x, x ** 3); plt.grid(which="both")
def dates(): pd.Series(x, pd.date_range("2024-01-30", periods=40)).plot(); plt.gcf().autofmt_xdate()
def equal(): plt.gca().set_aspect("equal"); plt.plot(x, 3 * x)
def twins(): plt.plot(x, x); plt.twinx().plot(x, 1e6 * x, "r"); plt.title("twins")
def shared():
    figure, axes = plt.subplots(2, 2, sharex=True, sharey="row", layout="constrained")
    for at, one in enumerate(axes.flat): one.plot(x * (at + 1), x); one.set_title(f"{at}")
def colours(): plt.imshow(np.outer(x, x)); plt.colorbar(label="how much")
def polar(): plt.subplot(projection="polar").plot(x, x)
def solid(): plt.figure().add_subplot(projection="3d").plot(x, x, x)
def bars(): plt.barh([f"name {n}" for n in range(9)], range(9)); plt.gca().xaxis.tick_top(); plt.title("above")
def inset(): plt.plot(x, x); plt.gca().inset_axes([0.1, 0.6, 0.3, 0.3]).plot(x, -x); plt.legend(["one"], loc=(1.1, 0.5))
def second(): plt.plot(x, x); plt.gca().secondary_xaxis("top", functions=(lambda v: v * 2, lambda v: v / 2))
def lines():
    figure, ax = plt.subplots()
    ax.text(0.1, 0.5, "two\\nlines, $x^2$ and\\n\\nmore", rotation=30, rotation_mode="anchor", linespacing=1.7, ha="right", va="center")
    ax.text(0.5, 0.2, "a long text that is broken where the figure ends " * 3, wrap=True)
    ax.annotate("here", (0.5, 0.5), (0.8, 0.9), bbox={"boxstyle": "round"}, arrowprops={"arrowstyle": "->"}, multialignment="right")
    class Growing(type(ax.title)):
        def draw(self, renderer):
            super().draw(renderer); self.set_fontsize(self.get_fontsize() + 4); self.set_text(self.get_text() + "!")
    ax.add_artist(Growing(0.2, 0.8, "grows", transform=ax.transAxes, figure=figure))
    figure.suptitle("above all", x=0.2, weight="bold"); ax.table([["a", "bcd"], ["e", "f"]], loc="bottom")
def single():
    figure, ax = plt.subplots(); ax.plot(x, x); labels = ax.get_xticklabels()
    labels[2].set_color("red"); labels[3].set_fontsize(20); labels[4].set_rotation(40)
    marks = ax.yaxis.get_major_ticks(); marks[1].tick1line.set_markersize(12); marks[2].gridline.set_visible(True)
    marks[3].set_pad(20); marks[4].label2.set_visible(True); marks[5].tick2line.set(visible=True, marker="o")
def many():
    figure, ax = plt.subplots(); ax.plot(x, x); ax.minorticks_on()
    ax.tick_params(direction="inout", length=9, width=2, colors="g", labelrotation=45, grid_color="r", top=True, which="both")
    ax.grid(which="minor", linestyle=":"); ax.xaxis.set_major_locator(plt.MultipleLocator(3))
def effects():
    from matplotlib import patheffects
    with plt.rc_context({"path.effects": [patheffects.withStroke(linewidth=4, foreground="y")], "path.sketch": (1, 90, 2)}):
        plt.plot(x, x); plt.gca().get_xticklabels()
def picture(make, dpi):
    make()
    try: return pictures.png(plt.gcf(), dpi)
    finally: plt.close("all")
makers = [simple, scales, dates, equal, twins, shared, colours, polar, solid, bars, inset, second, lines, single, many, effects]
once = [picture(make, dpi) for make in makers for dpi in (72, 200)]
ticks.placed_once = texts.laid_out_once = nullcontext
Axis.get_major_ticks, Axis.get_minor_ticks = Axis.get_major_ticks.__wrapped__, Axis.get_minor_ticks.__wrapped__
often = [picture(make, dpi) for make in makers for dpi in (72, 200)]
print([makers[n // 2].__name__ for n, (a, b) in enumerate(zip(once, often)) if a != b], len(set(once)))`,
    { timeout: 120_000 },
  );
  expect(answer).toMatchObject({ status: "ok", stdout: "[] 32\n" });
  await bench.do((sandbox) => sandbox.reset());
});

test("a matplotlib that lacks a name of its inside draws with its own code: each of them is missed once, the pictures stay", async ({
  bench,
}) => {
  const answer = await bench.run(
    `
import operator
from contextlib import nullcontext
import matplotlib.axis, matplotlib.pyplot as plt
from belljar_harness import patches
from belljar_harness.figures import pictures, private, texts, ticks
member, spacing, axis = private.member, texts._SPACING, matplotlib.axis.Axis
own = {name: getattr(axis, name).__wrapped__ for name in ("get_major_ticks", "get_minor_ticks")}
asked = []
def missing(*gone):
    def find(owner, name):
        asked.append((owner, name))
        if (owner, name) == gone: raise KeyError(name)
        return member(owner, name)
    return find
def picture(find, hook=ticks.copied):
    private.member, undo = find, patches.Patches()
    for name, method in own.items(): undo.put(axis, name, method)
    hook(matplotlib.axis, undo)
    try:
        figure, ax = plt.subplots(); ax.plot([1, 3, 2]); ax.minorticks_on(); ax.set_title("A, $x^2$"); ax.legend(["b"])
        return pictures.png(figure, 100)
    finally:
        plt.close("all"); undo.undo(); private.member = member
wanted = picture(missing())
names = sorted(set(asked))
different = [name for name in names if picture(missing(*name)) != wanted]
texts._SPACING = operator.attrgetter("_gone")
different += [] if picture(member) == wanted else ["spacing"]
texts._SPACING = spacing
ticks.placed_once, texts.laid_out_once, kept = nullcontext, nullcontext, (ticks.placed_once, texts.laid_out_once)
plain = picture(member, lambda *_: None)
ticks.placed_once, texts.laid_out_once = kept
print(different, plain == wanted, len(names))`,
    { timeout: 60_000 },
  );
  expect(answer).toMatchObject({ status: "ok", stdout: "[] True 12\n" });
  const shown = await bench.run(`
from belljar_harness.figures import figures
registry, figures._registry = figures._registry, lambda: None
plt.figure(); plt.plot([1, 2]); plt.title("one"); figure = plt.figure(); _ = plt.plot([2, 1]); plt.title("two")
figure.show()
after = plt.get_fignums()`);
  expect(shown.results.map(({ alt }) => alt)).toEqual(["two.", "one."]);
  const left = await bench.run("figures._registry = registry; after, plt.get_fignums()");
  expect(left.text).toBe("([1], [])");
});

test("the margin that reaches past a figure has the figure's own colour", async ({ bench }) => {
  const { text, error } = await bench.run(`
import io, numpy as np, matplotlib.pyplot as plt
from PIL import Image
from belljar_harness.figures import pictures
f, ax = plt.subplots(facecolor="#ffeecc"); ax.plot([1, 2]); ax.set_xlabel("x")
image = np.asarray(Image.open(io.BytesIO(pictures.png(f, 200))))
reference = io.BytesIO(); f.savefig(reference, dpi=200, bbox_inches="tight"); plt.close(f)
reference = np.asarray(Image.open(reference).convert("RGB"))
height, width = min(image.shape[0], reference.shape[0]), min(image.shape[1], reference.shape[1])
difference = abs(image[:height, :width].astype(int) - reference[:height, :width])
[image[-1, 0].tolist(), abs(image.shape[0] - reference.shape[0]) <= 2, bool(difference.mean() < 4)]`);
  expect(error).toBeUndefined();
  expect(text).toBe("[[255, 238, 204], True, True]");
});

test("a picture of any height holds the pixels it was made from, opaque or not", async ({ bench }) => {
  const { text, error } = await bench.run(`
import io, numpy as np
from PIL import Image
from belljar_harness.figures import pictures
rng = np.random.default_rng(0)
wrong = []
for height in (1, 2, 63, 64, 65, 128, 129, 200):  # bands of 64 rows
    for opaque in (True, False):
        pixels = rng.integers(0, 255, (height, 37, 4), dtype="uint8")
        if opaque: pixels[..., 3] = 255
        found = np.asarray(Image.open(io.BytesIO(pictures.encode(pixels, 100))))
        if not np.array_equal(found, pixels[..., :3] if opaque else pixels): wrong.append((height, opaque))
wrong`);
  expect(error).toBeUndefined();
  expect(text).toBe("[]");
});

test("a copied tick is in every attribute what a new one is, and shares with others what new ones share", async ({
  bench,
}) => {
  const answer = await bench.run(
    `
import matplotlib.pyplot as plt, numpy as np
def parts(tick): return {"": tick} | {name: value for name, value in vars(tick).items() if hasattr(value, "get_figure")}
def alike(a, b):
    if a is b: return True
    if type(a) is not type(b): return False
    if isinstance(a, np.ndarray): return np.array_equal(a, b, equal_nan=True)
    if isinstance(a, (list, tuple)): return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, dict): return list(a) == list(b) and all(map(alike, a.values(), b.values()))
    if hasattr(a, "__self__"): return a.__func__ is b.__func__
    if hasattr(a, "__dict__"): return alike(vars(a), vars(b))
    return a == b or a != a or repr(a) == repr(b)  # nan, counters
changes = (list, np.ndarray, dict, set)
def wrong(axis, which):
    get = getattr(type(axis), f"get_{which}_ticks")
    copies = get(axis, 6)[-3:]
    del getattr(axis, f"{which}Ticks")[1:]
    made = get.__wrapped__(axis, 6)[-3:]
    for name in parts(made[0]):
        one, two = (vars(parts(tick)[name]) for tick in made[:2])
        mine, other = (vars(parts(tick)[name]) for tick in copies[:2])
        if list(mine) != list(one): yield name, "names"
        for key in one:
            if name == "" and key in parts(made[0]): continue
            if one[key] is two[key] and hasattr(one[key], "__dict__") and mine[key] is not one[key]: yield name, key, "not shared"
            if not alike(mine[key], one[key]): yield name, key, mine[key], one[key]
            if mine[key] is other[key] and one[key] is not two[key] and isinstance(one[key], (*changes, tuple)) and type(one[key]) is not tuple: yield name, key, "shared"
            if hasattr(one[key], "__dict__") and one[key] is not two[key] and mine[key] is other[key]: yield name, key, "the same object"
found, many = [], 0
def plain(ax): pass
def params(ax): ax.tick_params(direction="inout", colors="g", labelrotation=45, labelsize=20, grid_alpha=0.5, labelfontfamily="serif", which="both")
def logs(ax): ax.loglog([1, 1000], [1, 1000]); ax.grid(which="both")
def drawn(ax): ax.get_figure().canvas.draw(); ax.cla()
for change in (plain, params, logs, drawn):
    for style in ("default", "dark_background", "ggplot"):
        with plt.style.context(style):
            figure, ax = plt.subplots(); ax.plot([1, 2]); change(ax)
            for axis in (ax.xaxis, ax.yaxis):
                for which in ("major", "minor"):
                    many += 1; found += [(change.__name__, style, which, *map(str, one)) for one in wrong(axis, which)]
            plt.close(figure)
print(found[:5], many)
# What can't be copied is made: an attribute of a kind that nobody has thought of, ticks of another class.
from belljar_harness.figures.ticks import _Copier
import matplotlib.axis as axes
figure, ax = plt.subplots(); tick = ax.xaxis.get_major_ticks()[0]; copier = _Copier(axes)
print(len(copier.copies(tick, 3)), end=" ")
tick.label1._extra = {}; print(len(copier.copies(tick, 3)), end=" ")
polar = plt.figure().add_subplot(projection="polar"); print(len(copier.copies(polar.xaxis.get_major_ticks()[0], 3)))
plt.close("all")`,
    { timeout: 120_000 },
  );
  expect(answer).toMatchObject({ status: "ok", stdout: "[] 48\n3 0 0\n" });
});
