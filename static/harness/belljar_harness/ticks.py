"""Ticks: placed once for each drawing of an axis.

matplotlib places and labels an axis's ticks whenever somebody asks for its extent: eleven times for one
drawing of a simple plot, a fifth of the time that it takes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: The method of `matplotlib.axis.Axis`.
_PLACE_TICKS = "_update_ticks"


@contextmanager
def placed_once() -> Iterator[None]:
    """While one figure is drawn: an axis that has not moved keeps the ticks it was given.

    Only for the two kinds of axes that every plot has. Others (polar, 3D) move their ticks themselves.
    """
    axes: Any = sys.modules["matplotlib.axis"]
    original = vars(axes.Axis)[_PLACE_TICKS]
    given: dict[Any, tuple[Any, Any]] = {}

    def update(axis: Any) -> Any:
        if type(axis) not in (axes.XAxis, axes.YAxis):
            return original(axis)
        known, ticks = given.get(axis, (None, None))
        if known is None or known != _place(axis):
            ticks = original(axis)
            given[axis] = _place(axis), ticks
        return ticks

    setattr(axes.Axis, _PLACE_TICKS, update)
    try:
        yield
    finally:
        setattr(axes.Axis, _PLACE_TICKS, original)


def _place(axis: Any) -> tuple[Any, ...]:
    """All that decides where an axis's ticks lie: its limits, its scale, its place, the size of a point."""
    axes = axis.axes
    return (
        axis.get_view_interval().tolist(),
        axis.get_scale(),
        axes.bbox.bounds,
        axes.get_figure(root=True).dpi,
    )
