"""Rebuilt: fields of what came from a sandbox or a service, each of its kind or refused.

What is built from them never raises later, in a caller who prints or sends it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

#: How deep a JSON value may be nested: printing and sending one deeper would end in a RecursionError.
_DEEPEST = 100


class MalformedError(ValueError):
    """Something has not the form it must have. Names the field."""


def record(value: object, what: str) -> Mapping[str, Any]:
    """An object with names."""
    if not isinstance(value, Mapping):
        raise MalformedError(f"{what} must be an object, not {_kind(value)}.")
    return value


def items(value: object, what: str) -> Iterable[Any]:
    """A list; None is an empty one."""
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        raise MalformedError(f"{what} must be a list, not {_kind(value)}.")
    return value


def text(value: object, what: str) -> str:
    """Text."""
    if not isinstance(value, str):
        raise MalformedError(f"{what} must be text, not {_kind(value)}.")
    return value


def optional_text(value: object, what: str) -> str | None:
    """Text or None."""
    return None if value is None else text(value, what)


def number(value: object, what: str) -> float:
    """A finite number of 0 or more."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
        raise MalformedError(f"{what} must be a number of 0 or more, not {_kind(value)}.")
    return value


def count(value: object, what: str) -> int:
    """A whole number of 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise MalformedError(f"{what} must be a whole number of 0 or more, not {_kind(value)}.")
    return value


def flag(value: object, what: str) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise MalformedError(f"{what} must be true or false, not {_kind(value)}.")
    return value


def optional_flag(value: object, what: str) -> bool | None:
    """True, False or None."""
    return None if value is None else flag(value, what)


def choice(value: object, allowed: Iterable[str], what: str) -> Any:
    """One of a few words."""
    if not isinstance(value, str) or value not in allowed:
        raise MalformedError(f"{what} must be one of {', '.join(allowed)}.")
    return value


def scalar(value: object, what: str) -> Any:
    """A JSON value without parts."""
    if value is not None and not isinstance(value, (str, int, float, bool)):
        raise MalformedError(f"{what} must be text, a number, true, false or null, not {_kind(value)}.")
    return value


def json_value(value: object, what: str) -> Any:
    """A JSON value, nested no deeper than can be printed."""
    level: list[object] = [value]
    for _ in range(_DEEPEST):
        below: list[object] = []
        for one in level:
            if isinstance(one, dict):
                below += one.values()
                if not all(isinstance(name, str) for name in one):
                    raise MalformedError(f"{what} has names that are no text.")
            elif isinstance(one, (list, tuple)):
                below += one
            else:
                scalar(one, what)
        if not below:
            return value
        level = below
    raise MalformedError(f"{what} is nested deeper than {_DEEPEST} levels.")


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__
