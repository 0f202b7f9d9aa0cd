"""Plain text of an object: its repr, laid out where that helps, and never too much of it.

Limits come first, not last: the repr of a million nested lists overflows the interpreter's stack, and that of
a list of a million rows takes seconds, so built-in containers are cut down before anything is printed.
"""

from __future__ import annotations

import pprint
from typing import Any

#: Longest text of one object, in characters.
TEXT_CHARS = 100_000
#: Items of one container, items in all, and depth that are printed.
ITEMS = 1000
TOTAL_ITEMS = 5000
DEPTH = 40
#: Columns that containers are laid out for.
WIDTH = 88

_PLAIN = (int, float, complex, bool, type(None))


class _Ellipsis:
    """Stands for what was left out."""

    def __repr__(self) -> str:
        return "..."


_REST = _Ellipsis()


def plain_text(value: Any) -> str:
    """Text for a result; at most TEXT_CHARS and a note. Never raises but for KeyboardInterrupt and
    MemoryError.

    A `__repr__` that fails gives a sentence with its error.
    """
    kind = type(value)
    try:
        if kind is str or kind is bytes:
            return _long_text(value)
        if kind in (list, tuple, set, frozenset, dict):
            return cap(_container(value))
        text = repr(value)
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:
        return f"<{kind.__name__} object; its __repr__ failed: {type(error).__name__}: {_message(error)}>"
    return cap(text)


def cap(text: str, limit: int = TEXT_CHARS) -> str:
    """At most `limit` characters; what is missing is counted at the end."""
    if len(text) <= limit:
        return str(text)
    return f"{text[:limit]}\n... {len(text) - limit:,} more characters"


def _message(error: BaseException) -> str:
    try:
        return cap(str(error), 500)
    except Exception:
        return "<no message>"


def _long_text(value: str | bytes) -> str:
    if len(value) <= TEXT_CHARS:
        return repr(value)
    unit = "characters" if isinstance(value, str) else "bytes"
    return f"{value[:TEXT_CHARS]!r}\n... {len(value) - TEXT_CHARS:,} more {unit}"


def _container(value: Any) -> str:
    clipped = _Clip().clip(value, 0)
    text = pprint.pformat(clipped, width=WIDTH, compact=True, sort_dicts=False)
    if len(value) > ITEMS:
        text += f"\n{len(value):,} items, {ITEMS:,} shown"
    return text


class _Clip:
    """A copy of nested built-in containers with the limits applied; other objects are kept as they are."""

    def __init__(self) -> None:
        self._left = TOTAL_ITEMS
        self._open: set[int] = set()

    def clip(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is str and len(value) > TEXT_CHARS:
            return value[:TEXT_CHARS]
        if kind not in (list, tuple, set, frozenset, dict):
            return value
        if depth >= DEPTH or id(value) in self._open:
            return _REST
        self._open.add(id(value))
        try:
            return self._clip_items(value, kind, depth + 1)
        finally:
            self._open.discard(id(value))

    def _clip_items(self, value: Any, kind: type, depth: int) -> Any:
        items: list[Any] = []
        for count, item in enumerate(value):
            if count >= ITEMS or self._left <= 0:
                items.append(_REST)
                break
            self._left -= 1
            items.append(item)
        if kind is dict:
            return {key: _REST if key is _REST else self.clip(value[key], depth) for key in items}
        if kind in (set, frozenset):
            return kind(items)  # the members of a set hold no lists
        return kind([self.clip(item, depth) for item in items])
