"""Errors: what went wrong in a cell, as Python prints it, without the frames of the harness."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType
from typing import Any

from .hints import hint
from .interpreter import PACKAGES

#: Longest message and longest traceback, in characters.
VALUE_CHARS = 10_000
TRACEBACK_CHARS = 100_000

#: Packages whose frames are machinery, not the user's.
MACHINERY = (__package__ or "belljar_harness", *PACKAGES)


def error_info(error: BaseException, cells: set[str]) -> dict[str, Any]:
    """Describe an exception.

    Args:
        error: What a cell raised.
        cells: File names of cells, to tell the failing line.

    Returns:
        An ErrorInfo of `results.ts`.
    """
    name = type(error).__name__
    report = traceback.TracebackException(type(error), error, error.__traceback__, compact=True)
    _cut(report, _machinery())
    try:
        text = "".join(report.format())
    except Exception:  # the error's own __str__ or __notes__ may fail in any way
        text = f"{name}: <the message of this error could not be printed>\n"
    info: dict[str, Any] = {
        "name": name[:200],
        "value": _middle_cut(_message(error) + _suggested(error, report), VALUE_CHARS),
        "traceback": _middle_cut(text.rstrip("\n"), TRACEBACK_CHARS),
    }
    line = _line(error, cells)
    if line:
        info["line"] = line
    advice = hint(error)
    if advice:
        info["hint"] = advice
    return info


def _message(error: BaseException) -> str:
    try:
        if isinstance(error, SyntaxError):
            return str(error.msg)
        return str(error)
    except Exception:
        return "<the message of this error could not be printed>"


def _suggested(error: BaseException, report: traceback.TracebackException) -> str:
    """What Python adds to the message in a traceback (". Did you mean: 'print'?"), or ""."""
    if not isinstance(error, (NameError, AttributeError, ImportError)):
        return ""
    try:
        line = next(iter(report.format_exception_only()), "").rstrip("\n")
    except Exception:  # as above
        return ""
    _, found, rest = line.partition(f": {_message(error)}")
    return rest if found else ""


def _line(error: BaseException, cells: set[str]) -> int | None:
    """The 1-based line of the cell where it failed: of the innermost frame that belongs to a cell."""
    if isinstance(error, SyntaxError) and error.filename in cells:
        return error.lineno
    line = None
    frame: TracebackType | None = error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename in cells:
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


def _machinery() -> tuple[str, ...]:
    """Folders of the machinery, with a separator at the end."""
    files = (getattr(sys.modules.get(name), "__file__", None) for name in MACHINERY)
    return tuple(file.rpartition("/")[0] + "/" for file in files if file)


def _cut(
    report: traceback.TracebackException, folders: tuple[str, ...], seen: set[int] | None = None
) -> None:
    """Take the frames of the machinery out of a report, and out of those it is chained to."""
    seen = set() if seen is None else seen
    if id(report) in seen:
        return
    seen.add(id(report))
    if report.stack is not None:
        hidden = (*folders, "<frozen importlib")
        report.stack[:] = [frame for frame in report.stack if not frame.filename.startswith(hidden)]
        if not report.stack:
            report.stack = None  # type: ignore[assignment]  # then no empty "Traceback" header is printed
    for other in (report.__cause__, report.__context__, *(getattr(report, "exceptions", None) or ())):
        if other is not None:
            _cut(other, folders, seen)


def _middle_cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n... {len(text) - 2 * half} characters left out ...\n{text[-half:]}"
