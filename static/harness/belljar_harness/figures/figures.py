"""Figures: every open matplotlib figure as a picture, at the end of a cell or on `plt.show()`."""

from __future__ import annotations

import base64
import contextlib
import io
import itertools
import logging
import os
import sys
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from belljar_harness.patches import ImportHooks, Patches

from . import animations, pictures, ticks
from . import backend as figure_backend
from .fonts import BRINGERS, Fonts

BACKEND = f"module://{figure_backend.MODULE}"

#: Seconds between two states of a figure that code goes on drawing; grows, so that the last ones have room.
LIVE_SECONDS = 0.2
LIVE_GROWTH = 1.05


class Figures:
    """The open figures of pyplot.

    Args:
        publish: Called with the bundle of each figure that is to be shown, and with a name where it takes the
            place of what was shown under that name.
        scale: Image pixels per CSS pixel.
        load: Loads a package with fonts by name; raises ImportError where it can't.

    Attributes:
        svg: Whether this run wants SVG beside PNG.
    """

    def __init__(
        self,
        publish: Callable[[dict[str, Any], str | None], None],
        scale: float,
        load: Callable[[str], None],
    ) -> None:
        self._fonts = Fonts(load)
        self._publish = publish
        self._scale = scale
        self.svg = False
        #: Figures that were displayed; as long as nothing is drawn in them they aren't shown again.
        self._displayed: weakref.WeakSet[Any] = weakref.WeakSet()
        self._live: weakref.WeakKeyDictionary[Any, _Live] = weakref.WeakKeyDictionary()
        self._names = itertools.count(1)
        self._discarding = False
        self._told: set[str] = set()
        self._messages = _font_messages(self._told)

    def install(self, hooks: ImportHooks, patches: Patches) -> None:
        """Make our backend matplotlib's default, also for a script that asks for a window."""
        os.environ["MPLBACKEND"] = BACKEND
        hooks.provide(figure_backend.MODULE, self._backend)
        logging.getLogger("matplotlib.font_manager").addFilter(self._messages)

        def matplotlib(module: ModuleType) -> None:
            patches.set(module, "use", _keeping_backend(vars(module)["use"]))

        def pyplot(module: ModuleType) -> None:
            # As the first figure would. Not by the key: asking for it chooses a backend.
            settings, defaults = vars(module)["rcParams"], vars(module)["rcParamsDefault"]
            dict.__setitem__(defaults, "backend", dict.__getitem__(settings, "backend"))
            patches.set(module, "switch_backend", _keeping_backend(vars(module)["switch_backend"]))

        def animation(module: ModuleType) -> None:
            for name in ("to_jshtml", "to_html5_video"):
                patches.set(vars(module)["Animation"], name, animations.markup)

        for name in BRINGERS:
            hooks.provide(name, lambda name=name: ModuleType(name, "Fonts come by themselves here."))  # type: ignore[misc]
        hooks.after("matplotlib", matplotlib)
        hooks.away("matplotlib")  # it would read ./matplotlibrc
        hooks.after("matplotlib.pyplot", pyplot)
        hooks.after("matplotlib._text_helpers", lambda module: self._fonts.install(patches, module))
        hooks.after("matplotlib.font_manager", lambda module: self._fonts.behind(patches, module))
        hooks.after("matplotlib.axis", lambda module: ticks.copied(module, patches))
        hooks.after("matplotlib.animation", animation)
        hooks.after(
            "matplotlib._blocking_input", lambda module: patches.set(module, "blocking_input_loop", _nobody)
        )

    def _backend(self) -> ModuleType:
        return figure_backend.backend(
            self.show, self.flush, self.show_live, self._closing, self._displayed.discard
        )

    def begin(self) -> None:
        """A run starts: which fonts are missing is told again."""
        self._told.clear()

    def flush(self) -> None:
        """Show all open figures and close them; those after one that can't be drawn are closed too.

        Raises:
            Exception: What drawing raised, such as a mistake in a formula of a label.
        """
        try:
            for manager in _managers():
                figure = manager.canvas.figure
                if _is_drawn(figure) and not self._is_shown(figure):
                    self._send(figure)
        finally:
            self.close()

    def show(self, figure: Any) -> None:
        """Show one figure and close it."""
        self._send(figure)
        self.forget(figure)

    def show_live(self) -> None:
        """Show all open figures as they are by now, each in one place, and leave them open.

        As often as one can follow; the last state is shown when the figure is closed, or the cell ends.
        """
        for manager in _managers():
            figure = manager.canvas.figure
            if not _is_drawn(figure):
                continue
            live = self._live.get(figure)
            if live is None:
                live = self._live[figure] = _Live(f"figure-live-{next(self._names)}")
            if time.monotonic() >= live.due:
                self._send(figure)
                live.wait *= LIVE_GROWTH
                live.due = time.monotonic() + live.wait

    def displayed(self, figure: Any) -> dict[str, Any]:
        """The bundle of a figure that code displays itself: the end of the cell won't show it once more."""
        bundle = self.bundle(figure)
        figure.stale = False
        self._displayed.add(figure)
        return bundle

    def _is_shown(self, figure: Any) -> bool:
        """Whether a figure was displayed as it is now."""
        return figure in self._displayed and not figure.stale

    def _send(self, figure: Any) -> None:
        live = self._live.get(figure)
        bundle = self.displayed(figure)
        self._publish(bundle, live.name if live else None)

    def _closing(self, figure: Any) -> None:
        if figure in self._live and not self._is_shown(figure) and not self._discarding:
            with contextlib.suppress(Exception):
                self._send(figure)
        self._live.pop(figure, None)

    def forget(self, figure: Any) -> None:
        """Close a figure for pyplot, so that the end of the cell doesn't show it. The object stays usable."""
        for manager in _managers():
            # Not pyplot's own search: it compares with ==, which is no yes or no for a table.
            if manager.canvas.figure is figure:
                _destroy(manager)

    def close(self) -> None:
        """Close all figures unseen."""
        self._discarding = True
        try:
            for manager in _managers():
                _destroy(manager)
        finally:
            self._discarding = False

    def rehearse(self) -> None:
        """Draw what people draw first, as a cell does, and leave nothing. May raise what drawing raises."""
        pyplot, pandas = sys.modules.get("matplotlib.pyplot"), sys.modules.get("pandas")
        if pyplot is None:
            return
        figure = vars(pyplot)["figure"]()
        try:
            axes = figure.add_subplot()
            if pandas is None:
                axes.plot([0.0, 1.0])
            else:
                pandas.DataFrame({"a": range(100), "b": range(100)}).plot(x="a", y="b", title="A", ax=axes)
            self.bundle(figure)
        finally:
            self.forget(figure)

    def bundle(self, figure: Any) -> dict[str, Any]:
        """A figure as a Bundle: PNG (and SVG if asked), CSS size in px, alternative text, name."""
        inches = max(*figure.get_size_inches(), 0.01)
        scale = min(self._scale, max(0.1, pictures.MOST_PIXELS / (inches * figure.dpi)))
        png = self._fonts.complete(lambda: _picture(figure, figure.dpi * scale))
        width, height = (
            int.from_bytes(png[at : at + 4], "big") for at in (16, 20)
        )  # IHDR, PNG specification 11.2.1
        found: dict[str, Any] = {
            "text": repr(figure),
            "png": base64.b64encode(png).decode("ascii"),
            "width": round(width / scale),
            "height": round(height / scale),
            "alt": describe(figure),
            "name": _name(figure),
        }
        if self.svg:
            found["svg"] = self._fonts.complete(lambda: _drawing(figure)).decode()
        self._fonts.tell_unshaped(str(found["alt"]))
        return found


@dataclass(slots=True)
class _Live:
    """A figure that code goes on drawing.

    Attributes:
        name: Under which it is shown.
        due: When it may be shown again, and how long after that, in seconds.
    """

    name: str
    due: float = 0.0
    wait: float = LIVE_SECONDS


def _nobody(*_: Any, **__: Any) -> None:
    """`plt.ginput()` and its kin, which would wait for a click until the cell's time is over."""
    raise RuntimeError(
        "Nobody can click on a figure here: it is a picture. Put the values into the code instead."
    )


def _is_drawn(figure: Any) -> bool:
    """Whether there is anything in a figure but its ground."""
    for child in figure.get_children():
        if child is figure.patch:
            continue
        if child not in figure.subfigs or _is_drawn(child):
            return True
    return False


#: An artist far outside stretches the picture past what can be drawn, which is told in various ways. The
#: figure itself still fits then. What is wrong with the figure raises again.
_TOO_LARGE = (ValueError, TypeError, OverflowError, MemoryError)


def _picture(figure: Any, dpi: float) -> bytes:
    try:
        return pictures.png(figure, dpi)
    except _TOO_LARGE:
        return _print(figure, "png", None, dpi=dpi)


def _drawing(figure: Any) -> bytes:
    try:
        return _print(figure, "svg", "tight")
    except _TOO_LARGE:
        return _print(figure, "svg", None)


def _print(figure: Any, kind: str, box: str | None, **options: Any) -> bytes:
    data = io.BytesIO()
    figure.canvas.print_figure(data, format=kind, bbox_inches=box, **options)
    return data.getvalue()


def describe(figure: Any) -> str:
    """Alternative text from titles and labels, e.g. "Sales. Horizontal: month. Vertical: revenue."."""
    parts: dict[str, None] = {}
    suptitle = getattr(figure, "_suptitle", None)
    if suptitle is not None:
        parts[suptitle.get_text()] = None
    for axes in figure.axes:
        for text in (axes.get_title(), axes.get_title(loc="left"), axes.get_title(loc="right")):
            parts[text] = None
        for name, label in (("Horizontal", axes.get_xlabel()), ("Vertical", axes.get_ylabel())):
            if label:
                parts[f"{name}: {label}"] = None
    texts = [" ".join(part.split()).rstrip(".") for part in parts if part.strip()]
    return (". ".join(texts) + "." if texts else "Figure without title or labels.")[:500]


def _name(figure: Any) -> str:
    label = str(figure.get_label() or "")
    number = getattr(figure, "number", None)
    return label[:100] or (f"figure-{number}" if number else "figure")


def _registry() -> Any:
    """pyplot's list of its figures, or None where this matplotlib keeps it elsewhere."""
    return getattr(sys.modules.get("matplotlib._pylab_helpers"), "Gcf", None)


def _managers() -> list[Any]:
    registry, pyplot = _registry(), sys.modules.get("matplotlib.pyplot")
    if registry is not None:
        return list(registry.get_all_fig_managers())
    numbers = [] if pyplot is None else vars(pyplot)["get_fignums"]()
    return [vars(pyplot)["figure"](number).canvas.manager for number in numbers]


def _destroy(manager: Any) -> None:
    registry = _registry()
    if registry is not None:
        registry.destroy(manager)
    else:
        vars(sys.modules["matplotlib.pyplot"])["close"](manager.num)


def _keeping_backend(original: Callable[..., Any]) -> Callable[..., Any]:
    """`matplotlib.use("TkAgg")` and the like stand in many scripts; here every window is the page."""
    windows = (
        "agg",
        "tk",
        "qt",
        "gtk",
        "wx",
        "mac",
        "nbagg",
        "webagg",
        "ipympl",
        "widget",
        "inline",
        "module://",
    )

    def use(backend: Any = BACKEND, *args: Any, **kwargs: Any) -> Any:
        if isinstance(backend, str) and any(word in backend.lower() for word in windows):
            backend = BACKEND
        return original(backend, *args, **kwargs)

    return use


def _font_messages(seen: set[str]) -> Callable[[logging.LogRecord], bool]:
    def keep(record: logging.LogRecord) -> bool:
        """Not that the font cache is being built, and that a font is missing only once in a cell."""
        message = record.getMessage()
        if "font cache" in message or message in seen:
            return False
        seen.add(message)
        return True

    return keep
