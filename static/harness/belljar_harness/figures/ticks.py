"""Ticks: made once for each axis, placed once for each drawing of it.

matplotlib builds each tick from its settings, three lines and two texts with forty attributes each: a quarter
of the time that a simple plot takes. Those that an axis makes together are alike, so the further ones are
copies. And it places and labels them whenever somebody asks for an axis's extent: eleven times for one
drawing, a fifth of the time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from operator import methodcaller
from types import FunctionType, ModuleType
from typing import Any

from belljar_harness.patches import Patches

from . import private

_AXIS = "matplotlib.axis:Axis"
#: Methods of it. The first returns the ticks that are to be drawn, the second takes them and returns the
#: boxes of their labels, in pixels.
_PLACE_TICKS, _MEASURE_LABELS = "_update_ticks", "_get_ticklabel_bboxes"


@contextmanager
def placed_once() -> Iterator[None]:
    """While one figure is drawn: an axis that has not moved keeps the ticks it was given, and their extent.

    Only for the two kinds of axes that every plot has. Others (polar, 3D) move their ticks themselves. A
    matplotlib that does it in another way does it as often as it likes.
    """
    axes: Any = sys.modules["matplotlib.axis"]
    methods = _methods()
    if methods is None:
        yield
        return
    place_ticks, measure_labels = methods
    given: dict[Any, tuple[Any, Any]] = {}
    measured: dict[Any, tuple[Any, Any, Any]] = {}

    def update(axis: Any) -> Any:
        if type(axis) not in (axes.XAxis, axes.YAxis):
            return place_ticks(axis)
        known, ticks = given.get(axis, (None, None))
        if known is None or known != _place(axis):
            ticks = place_ticks(axis)
            given[axis] = _place(axis), ticks
        return ticks

    def measure(axis: Any, ticks: Any, renderer: Any = None) -> Any:
        known = measured.get(axis)
        if known is None or known[0] is not ticks or known[1] is not renderer:
            known = measured[axis] = ticks, renderer, measure_labels(axis, ticks, renderer)
        return known[2]

    setattr(axes.Axis, _PLACE_TICKS, update)
    setattr(axes.Axis, _MEASURE_LABELS, measure)
    try:
        yield
    finally:
        setattr(axes.Axis, _PLACE_TICKS, place_ticks)
        setattr(axes.Axis, _MEASURE_LABELS, measure_labels)


def _methods() -> tuple[Any, Any] | None:
    try:
        return private.member(_AXIS, _PLACE_TICKS), private.member(_AXIS, _MEASURE_LABELS)
    except LookupError:
        return None


def _place(axis: Any) -> tuple[Any, ...]:
    """All that decides where an axis's ticks lie: its limits, its scale, its place, the size of a point."""
    axes = axis.axes
    return (
        axis.get_view_interval().tolist(),
        axis.get_scale(),
        axes.bbox.bounds,
        axes.get_figure(root=True).dpi,
    )


def copied(axes: ModuleType, patches: Patches) -> None:
    """Have an axis that misses several ticks make one, and copy it for the others.

    In a matplotlib whose ticks are made of other things it makes each of them, as it always did.

    Args:
        axes: `matplotlib.axis`.
    """
    try:
        copier = _Copier(axes)
        methods = {which: private.member(_AXIS, f"get_{which}_ticks") for which in ("major", "minor")}
    except (LookupError, AttributeError):
        return
    for which, method in methods.items():
        patches.set(axes.Axis, f"get_{which}_ticks", _growing(method, which, copier))


def _growing(original: Any, which: str, copier: _Copier) -> Any:
    @wraps(original)
    def get_ticks(self: Any, numticks: Any = None) -> Any:
        if numticks is None:
            numticks = len(getattr(self, f"get_{which}ticklocs")())
        missing = numticks - len(getattr(self, f"{which}Ticks", range(numticks)))
        if missing > 1:
            original(self, numticks - missing + 1)
            ticks = getattr(self, f"{which}Ticks")  # an axis that has no place yet begins anew
            ticks.extend(copier.copies(ticks[-1], numticks - len(ticks)))
        return original(self, numticks)

    return get_ticks


class _Copier:
    """Copies a tick that was made this moment: what two ticks made now would share, the copies share."""

    #: What belongs to the axes, and the setting that all artists refer to.
    _SHARED = frozenset(("_axes", "_parent_figure", "_transform", "clipbox", "_clippath", "_path_effects"))
    _PLAIN = (type(None), int, float, str, FunctionType)

    def __init__(self, axes: ModuleType) -> None:
        def part(module: str, name: str) -> Any:
            return private.member(f"matplotlib.{module}", name)

        self._kinds = axes.XTick, axes.YTick
        #: How a copy gets its own of what each artist has for itself, by type.
        self._own: dict[type, Callable[[Any], Any]] = {
            tuple: lambda value: value,
            list: list.copy,
            sys.modules["numpy"].ndarray: methodcaller("copy"),
            part("artist", "_XYPair"): lambda pair: type(pair)(*map(list.copy, pair)),
            part("cbook", "CallbackRegistry"): _registry,
            part("path", "Path"): _twin,
            part("markers", "MarkerStyle"): _twin,
            part("font_manager", "FontProperties"): _twin,
            part("lines", "Line2D"): self._artist,
            part("text", "Text"): self._artist,
        }
        self._plans: dict[int, list[tuple[str, Callable[[Any], Any]]]] = {}

    def copies(self, tick: Any, many: int) -> list[Any]:
        """`many` copies of a tick; none of one that holds what only its maker knows to copy."""
        if type(tick) not in self._kinds:
            return []
        try:
            return [self._artist(tick) for _ in range(many)]
        except KeyError:
            return []
        finally:
            self._plans.clear()

    def _artist(self, artist: Any) -> Any:
        plan = self._plans.get(id(artist))
        if plan is None:
            plan = self._plans[id(artist)] = [
                (name, self._own[type(value)])
                for name, value in vars(artist).items()
                if name not in self._SHARED and not isinstance(value, self._PLAIN)
            ]
        twin = _twin(artist)
        values = vars(twin)
        for name, own in plan:
            values[name] = own(values[name])
        return twin


def _registry(known: Any) -> Any:
    """A registry like one that nobody has told of anything yet."""
    return type(known)(signals=vars(known)["_signals"])


def _twin(thing: Any) -> Any:
    """Another object of the same type with the same attributes."""
    twin = object.__new__(type(thing))
    vars(twin).update(vars(thing))
    return twin
