"""Structured: an execution as JSON values for a caller that has no room for all of it.

Programs that hold an `Execution` have everything; this is what goes over a wire beside a report, and some
clients give it to a language model as it is. So it has the report's budget: text keeps its head and its tail,
what is no text goes where it has no room, and `left_out` counts both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from belljar.answers.budget import MAX_CHARS, cut, shares
from belljar.answers.execution import Execution

#: Things of one kind that are named: results, files, refusals, packages.
_NAMED = 20
#: Rows of a table.
_ROWS = 20
#: What an image or another rich form is shown as elsewhere, or nowhere.
_ELSEWHERE = frozenset({"png", "jpeg", "svg", "html", "chart"})


def structured(execution: Execution, max_chars: int = MAX_CHARS) -> dict[str, Any]:
    """The wire form of an execution, cut.

    Args:
        execution: What the code did.
        max_chars: Characters of all its values together, as JSON writes them. The names and brackets around
            them come on top.

    Returns:
        What `Execution.to_dict` gives, and `left_out`: None, or by kind how many `characters`, `results`,
        `files`, `blocked` and `packages` are missing.
    """
    wire = execution.to_dict()
    left: dict[str, int] = {}
    for kind in ("results", "files", "blocked", "packages"):
        wire[kind] = _some(wire[kind], kind, left)
    wire["results"] = [
        {name: value for name, value in result.items() if name not in _ELSEWHERE}
        for result in wire["results"]
    ]
    for result in wire["results"]:
        if "data" in result:
            result["data"]["rows"] = result["data"]["rows"][:_ROWS]
    places = list(_places(wire))
    sizes = [_size(within[name]) for within, name in places]
    for (within, name), size, room in zip(places, sizes, shares(sizes, max_chars), strict=True):
        if size > room:
            left["characters"] = left.get("characters", 0) + _shorten(within, name, room)
    wire["left_out"] = left or None
    return wire


def fitting(text: str, room: int) -> str:
    """Head and tail of a text, so that JSON needs no more than `room` characters for it."""
    size = room
    while _size(shown := cut(text, size)) > room and size > 0:
        size = min(size - 1, size * room // _size(shown))
    return shown


def _places(wire: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Where values of any length stand: what holds them, and under which name."""
    places: list[tuple[Any, Any]] = [(wire["logs"], name) for name in wire["logs"]]
    if wire["error"] is not None:
        places += [(wire["error"], name) for name in ("name", "value", "traceback", "hint")]
    places.append((wire, "note"))
    for result in wire["results"]:
        places += [(result, name) for name in ("text", "markdown", "latex", "json", "data", "alt", "name")]
    places += [(item, "path") for item in wire["files"]]
    places += [(item, name) for item in wire["blocked"] for name in ("what", "target")]
    places += [(wire["packages"], index) for index in range(len(wire["packages"]))]
    return [(within, name) for within, name in places if _has(within, name)]


def _has(within: Any, name: Any) -> bool:
    value = within[name] if isinstance(within, list) else within.get(name)
    return value is not None


def _some(items: Sequence[Any], kind: str, left: dict[str, int]) -> list[Any]:
    """The first ones and, of results, the last one: the value of the last expression."""
    if len(items) <= _NAMED:
        return list(items)
    left[kind] = len(items) - _NAMED
    return [*items[: _NAMED - 1], items[-1]]


def _shorten(within: Any, name: Any, room: int) -> int:
    """Cuts a value to its room; gives how many characters are gone."""
    value = within[name]
    if isinstance(value, str):
        within[name] = fitting(value, room)
        return len(value) - len(within[name])
    size = _size(value)
    if name == "data":
        rows = list(value["rows"])
        while rows and _size({**value, "rows": rows}) > room:
            rows = rows[: len(rows) // 2]
        if _size({**value, "rows": rows}) <= room:
            within[name] = {**value, "rows": rows}
            return size - _size(within[name])
    del within[name]
    return size


def _size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False))


def _object(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


_TEXT = {"type": "string"}
_MAYBE = {"type": ["string", "null"]}
_COUNT = {"type": "integer"}
_LEFT_OUT = {
    "type": ["object", "null"],
    "description": "How many characters, results, files, blocked and packages are missing here; null: none.",
    "additionalProperties": {"type": "integer"},
}

#: JSON Schema of `structured`; an answer of a call that ran nothing has `error` as a sentence and no status.
EXECUTION_SCHEMA: Mapping[str, Any] = _object(
    status={
        "type": "string",
        "description": "ok, error, timeout, interrupted, crashed, refused, unavailable",
    },
    results={
        "type": "array",
        "items": {"type": "object"},
        "description": "What was shown; is_main: the value.",
    },
    logs=_object(stdout=_TEXT, stderr=_TEXT),
    error={"type": ["object", "string", "null"], "description": "Why it did not end well."},
    execution_count=_COUNT,
    duration_ms={"type": "number"},
    files={"type": "array", "items": _object(path=_TEXT, change=_TEXT, size=_COUNT)},
    truncated={"type": ["object", "null"]},
    blocked={"type": "array", "items": {"type": "object"}},
    packages={"type": "array", "items": _TEXT},
    note=_MAYBE,
    backend=_TEXT,
    left_out=_LEFT_OUT,
)

__all__ = ["EXECUTION_SCHEMA", "fitting", "structured"]
