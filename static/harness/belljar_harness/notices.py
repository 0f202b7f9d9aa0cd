"""Notices: Python's warnings, each place once, in a form that names the cell instead of a path."""

from __future__ import annotations

import linecache
import sys
import warnings
from typing import Any

from .patches import Patches

_PACKAGES = "/site-packages/"
_PACKAGE = __name__.rpartition(".")[0]
_HERE = __file__.rpartition("/")[0] + "/"


def install(patches: Patches) -> None:
    """Format warnings our way. What is shown, and how often, stays with Python's filters."""
    patches.set(warnings, "formatwarning", format_warning)


def begin() -> None:
    """A run starts: what we do on behalf of its code may warn again."""
    for name, module in list(sys.modules.items()):
        if name.startswith(_PACKAGE):
            vars(module).pop("__warningregistry__", None)


def format_warning(
    message: Any, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    """E.g. "<cell 3>, line 2: RuntimeWarning: divide by zero" and the source line below it."""
    if filename.startswith(_HERE):  # what we do on somebody's behalf is theirs
        return f"{category.__name__}: {message}\n"
    place = filename.rpartition(_PACKAGES)[2]
    text = f"{place}, line {lineno}: {category.__name__}: {message}\n"
    if line is None and not filename.rpartition(_PACKAGES)[1]:
        line = linecache.getline(filename, lineno)
    return text + (f"  {line.strip()}\n" if line and line.strip() else "")
