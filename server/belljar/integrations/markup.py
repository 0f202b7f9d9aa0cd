"""Markup: the attributes of `<bell-jar>`, checked when the docs are built and not when they are read."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Mapping
from html import escape

from belljar.errors import MarkupError

TAG = "bell-jar"
#: Attributes without a value, or with one that says whether they are there.
FLAGS = ("readonly",)
_CHOICES = {
    "autorun": ("never", "visible", "load"),
    "editor": ("full", "plain"),
    "theme": ("auto", "light", "dark", "furo", "pydata", "material"),
}
_YES = ("", "on", "true", "yes", "1")
_NO = ("off", "false", "no", "0")
#: A name of a package, as PEP 508 has it; a wheel's address has other characters and is refused.
_PACKAGE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")


def attributes(given: Mapping[str, str | None]) -> dict[str, str]:
    """The attributes of a cell, as `<bell-jar>` reads them; one that stands there without a value has "".

    Args:
        given: Values by name as a person has written them; None is an option without a value.

    Raises:
        MarkupError: There is no such attribute, or it can't have that value; says what it can.
    """
    found: dict[str, str] = {}
    for name, value in given.items():
        if name not in _CHECKS:
            close = difflib.get_close_matches(name, _CHECKS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(_CHECKS))}."
            raise MarkupError(f"A cell has no attribute {name!r}: {hint}")
        text = (value or "").strip()
        if name in FLAGS:
            if _flag(name, text):
                found[name] = ""
            continue
        found[name] = _CHECKS[name](name, text)
    return found


def opening(attributes: Mapping[str, str]) -> str:
    """The start tag of a cell with these attributes."""
    return f"<{TAG}{''.join(f' {_attribute(name, value)}' for name, value in attributes.items())}>"


def _attribute(name: str, value: str) -> str:
    # Line ends as references: what indents or joins the lines of a page leaves hidden code as it was.
    return f'{name}="{escape(value).replace(chr(10), "&#10;")}"' if value else name


def _flag(name: str, value: str) -> bool:
    if value.lower() in (*_YES, name):
        return True
    if value.lower() in _NO:
        return False
    raise MarkupError(f"{name} of a cell is {value!r}; it is there without a value, or it is not there.")


def _any(name: str, value: str) -> str:
    return value


def _named(name: str, value: str) -> str:
    if not value:
        raise MarkupError(f"{name} of a cell is empty; it wants a value.")
    return value


def _choice(name: str, value: str) -> str:
    allowed = _CHOICES[name]
    if value not in allowed:
        raise MarkupError(f"{name} of a cell is {value!r}; it can be {', '.join(allowed)}.")
    return value


def _seconds(name: str, value: str) -> str:
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise MarkupError(f"{name} of a cell is {value!r}; it is a number of seconds above 0.")
    return value


def _output(name: str, value: str) -> str:
    if value.lower() in _YES or value == name:
        return ""
    if value.startswith("#") and len(value) > 1 and not re.search(r"\s", value):
        return value
    raise MarkupError(
        f"{name} of a cell is {value!r}; it is #id of the element that has the expected output, "
        "or it has no value, and the next element has it."
    )


def _packages(name: str, value: str) -> str:
    names = [part for part in re.split(r"[\s,]+", value) if part]
    for part in names:
        if not _PACKAGE.fullmatch(part):
            raise MarkupError(f"{name} of a cell names {part!r}, which is no name of a package.")
    return ",".join(names)


def _files(name: str, value: str) -> str:
    for part in value.split():
        path, equals, url = part.partition("=")
        if equals and (not url or path.startswith(".") or re.search(r"[\\/]", path)):
            raise MarkupError(
                f"{name} of a cell has {part!r}; each is an address, or a name and an address "
                "(data.csv=address), and the name is one of a file, without folders."
            )
    return " ".join(value.split())


_CHECKS: dict[str, Callable[[str, str], str]] = {
    "session": _named,
    "setup": _any,
    "files": _files,
    "packages": _packages,
    "autorun": _choice,
    "readonly": _any,
    "output": _output,
    "timeout": _seconds,
    "editor": _choice,
    "theme": _choice,
    "base": _named,
    "label": _any,
}

#: Every attribute there is.
NAMES = tuple(_CHECKS)
