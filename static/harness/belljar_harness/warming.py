"""Warming: imports and first uses that are slow, done before somebody waits for them."""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import sys

from .figures import pictures
from .limits.allowlist import Allowlist

#: Modules to import by the package that provides them.
MODULES = {"numpy": "numpy", "pandas": "pandas", "matplotlib": "matplotlib.pyplot"}


def warm(allowlist: Allowlist) -> None:
    """Import the modules of loaded packages, and draw a figure and a table once. Never raises."""
    loaded = (name for name in MODULES if (package := allowlist.get(name)) and allowlist.is_loaded(package))
    prepare(list(loaded))
    freeze()


def freeze() -> None:
    """What is there now stays: no collection need look at it again, which is most of what one costs."""
    gc.collect()
    gc.freeze()


def prepare(packages: list[str]) -> None:
    """The same for packages by name, all of which are there."""
    for name, module in MODULES.items():
        if name in packages:
            with contextlib.suppress(Exception):
                importlib.import_module(module)
    for use in (_draw, _plot, _format, _read):
        with contextlib.suppress(Exception):
            use()


def _draw() -> None:
    """The first figure finds the fonts."""
    if "matplotlib.pyplot" not in sys.modules:
        return
    from matplotlib.figure import Figure

    # Not by pyplot: its figure numbers are the user's.
    figure = Figure(figsize=(1, 1))
    figure.add_subplot().set_title("A")
    pictures.png(figure, 50)


def _plot() -> None:
    """The first plot of a table imports pandas' plotting."""
    pandas = sys.modules.get("pandas")
    if pandas is None or "matplotlib.pyplot" not in sys.modules:
        return
    from matplotlib.figure import Figure

    pyplot = vars(sys.modules["matplotlib.pyplot"])
    chosen = pyplot.get("_backend_mod")
    figure = Figure()
    try:
        pandas.DataFrame({"a": [1.0, 2.0]}).plot(ax=figure.add_subplot(), title="A")
        pictures.png(figure, 200)
    finally:
        # Drawing asks pyplot for its backend; which one that is, is decided when a session begins.
        if "_backend_mod" in pyplot:
            pyplot["_backend_mod"] = chosen


def _read() -> None:
    """The first file and the first groups import what they are done with."""
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        frame = pandas.read_csv(io.StringIO("a,b\n1,x\n2,y\n"))
        frame.groupby("b").agg({"a": "sum"})
        frame.pivot_table(index="b", values="a")


def _format() -> None:
    """The first table imports pandas' formatting."""
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        frame = pandas.DataFrame({"a": [1]})
        frame._repr_html_()
        repr(frame)
