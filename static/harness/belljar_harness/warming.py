"""Warming: imports and first uses that are slow, done before somebody waits for them."""

from __future__ import annotations

import contextlib
import importlib
import io
import sys

from .allowlist import Allowlist

#: Modules to import by the package that provides them.
MODULES = {"numpy": "numpy", "pandas": "pandas", "matplotlib": "matplotlib.pyplot"}


def warm(allowlist: Allowlist) -> None:
    """Import the modules of loaded packages, and draw a figure and a table once. Never raises."""
    for name, module in MODULES.items():
        package = allowlist.get(name)
        if package is not None and allowlist.is_loaded(package):
            with contextlib.suppress(Exception):
                importlib.import_module(module)
    with contextlib.suppress(Exception):
        _draw()
    with contextlib.suppress(Exception):
        _format()


def _draw() -> None:
    """The first figure finds the fonts."""
    if "matplotlib.pyplot" not in sys.modules:
        return
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Not by pyplot: its figure numbers are the user's.
    figure = Figure(figsize=(1, 1))
    figure.add_subplot().set_title("A")
    FigureCanvasAgg(figure).print_figure(io.BytesIO(), format="png", dpi=50)


def _format() -> None:
    """The first table imports pandas' formatting."""
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        frame = pandas.DataFrame({"a": [1]})
        frame._repr_html_()
        repr(frame)
