"""Notices: Python's warnings, each place once, in a form that names the cell instead of a path."""

from __future__ import annotations

import linecache
import warnings
from typing import Any

from .patches import Patches

_PACKAGES = "/site-packages/"


def install(patches: Patches) -> None:
    """Format warnings our way. What is shown, and how often, stays with Python's filters."""
    patches.set(warnings, "formatwarning", format_warning)


def format_warning(
    message: Any, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    """E.g. "<cell 3>, line 2: RuntimeWarning: divide by zero" and the source line below it."""
    place = filename.rpartition(_PACKAGES)[2]
    text = f"{place}, line {lineno}: {category.__name__}: {message}\n"
    if line is None and not filename.rpartition(_PACKAGES)[1]:
        line = linecache.getline(filename, lineno)
    return text + (f"  {line.strip()}\n" if line and line.strip() else "")
