"""Grammar: seaborn.objects' plots, which draw figures of their own, are shown as any other figure."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

_MODULE = "seaborn._core.plot"


def bundle(value: Any, show: Callable[[Any], dict[str, Any]]) -> dict[str, Any] | None:
    """What `show` makes of the figure that a `so.Plot` draws; None for anything else.

    Raises:
        Exception: What drawing it raised; KeyError where seaborn keeps what is drawn elsewhere.
    """
    module = vars(sys.modules[_MODULE]) if _MODULE in sys.modules else {}
    kind = module.get("Plot")
    if kind is None or not isinstance(value, kind):
        return None
    drawn = vars(value.plot())
    with module["theme_context"](drawn["_theme"]):
        found = show(drawn["_figure"])
    scaling = float(value.config.display["scaling"])
    for side in ("width", "height"):
        found[side] = round(found[side] * scaling)
    return found
