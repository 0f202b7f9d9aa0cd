"""Report: an execution as a language model reads it: short, with what it needs to go on.

Text first, then figures as image blocks in the provider's own form. Long output keeps its head and its tail
and says how much is missing; a traceback keeps the frames of the code that ran. All of it came out of the
sandbox, so a program must not take it for its own words: it belongs into a tool's answer and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from belljar.answers.blocks import MAX_IMAGES, PROVIDERS, Provider, image_block, text_block
from belljar.answers.budget import LEAST_CHARS, MAX_CHARS, cut, shares
from belljar.answers.execution import Execution
from belljar.answers.results import Blocked, ErrorInfo, Result, TableData

#: Files and refusals that are named one by one; rows of a table.
_NAMED = 12
_ROWS = 20
#: Longest name or message within a line, in characters.
_WORDS = 200
#: Longest note, which is of ours, in characters.
_SENTENCES = 1000
#: A frame of a library: where Python and its packages lie inside of the sandbox.
_FRAME = re.compile(r'  File "([^"]*)", line \d+')
_LIBRARIES = ("/lib/", "<frozen ", "<string>", "<__array_function__")
#: Sources of compiled libraries, which Cython names by a path of its build: "pandas/_libs/index.pyx".
_COMPILED = (".pyx", ".pxi", ".pxd")

_NO_NETWORK = (
    "This sandbox has no network: nothing can be fetched from it. Use the files that are there, or ask for "
    "the data to be uploaded."
)


def to_text(execution: Execution, max_chars: int = MAX_CHARS) -> str:
    """The report's text.

    Args:
        max_chars: Never longer than this, in characters; at least 400.

    Raises:
        ValueError: `max_chars` is too small.
    """
    if max_chars < LEAST_CHARS:
        raise ValueError(f"A report needs at least {LEAST_CHARS} characters; max_chars is {max_chars}.")
    sections = list(_sections(execution))
    # Titles and the line's ends between the sections.
    room = max_chars - sum(len(section.title) + 2 for section in sections)
    rooms = shares([len(one.body) for one in sections], room, [one.first for one in sections])
    parts = [section.title + cut(section.body, share) for section, share in zip(sections, rooms, strict=True)]
    return "\n".join(part for part in parts if part)[:max_chars]


def to_model(
    execution: Execution,
    provider: Provider = "openai",
    *,
    max_chars: int = MAX_CHARS,
    max_images: int = MAX_IMAGES,
) -> list[dict[str, Any]]:
    """The report as content blocks: one of text, then the figures as images.

    Args:
        provider: Whose form the blocks have.
        max_chars: Length of the text at most, in characters.
        max_images: Figures at most; the text says when there were more.

    Raises:
        ValueError: The provider is not known, or a limit can't be.
    """
    if provider not in PROVIDERS:
        raise ValueError(f"{provider!r} is no provider known here. Known are {', '.join(PROVIDERS)}.")
    if max_images < 0:
        raise ValueError(f"max_images must not be negative; it is {max_images}.")
    images = [(mime, result.content_base64) for result in execution.plots if (mime := _image_mime(result))]
    blocks = [text_block(provider, to_text(execution, max_chars))]
    blocks += [image_block(provider, mime, data or "") for mime, data in images[:max_images]]
    return blocks


def own_frames(traceback: str) -> str:
    """A traceback without the frames of libraries; where some were, a line says how many."""
    lines = traceback.split("\n")
    kept: list[str] = []
    for library, group in groupby(_frames(lines), key=lambda frame: frame.library):
        frames = list(group)
        if library:
            named = frames[-1].where
            kept.append(
                f"  [{len(frames)} frame{'s' if len(frames) > 1 else ''} of libraries, down to {named}]"
            )
        else:
            kept += [line for frame in frames for line in frame.lines]
    return "\n".join(kept)


@dataclass(frozen=True, slots=True)
class _Section:
    """A part of the report; `first` ones have their room before the others share what is left."""

    title: str
    body: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class _Frame:
    """Lines of a traceback that belong together: a frame, or what stands between frames."""

    lines: tuple[str, ...]
    library: bool = False
    where: str = ""


def _sections(execution: Execution) -> Iterator[_Section]:
    yield _Section("", _status(execution), first=True)
    if execution.error is not None and execution.status == "error":
        yield _Section("", _failure(execution.error), first=True)
    if hint := _hint(execution):
        yield _Section("Hint: ", hint, first=True)
    if execution.note:
        yield _Section("Note: ", cut(execution.note, _SENTENCES), first=True)
    if execution.blocked:
        tried = [_words(_attempt(item)) for item in execution.blocked]
        yield _Section("Refused by the sandbox: ", _names(tried), first=True)
    if execution.files:
        changes = [
            f"{_words(change.path)} ({change.change}"
            + (")" if change.change == "deleted" else f", {change.size:,} bytes)")
            for change in execution.files
        ]
        yield _Section("Files: ", _names(changes), first=True)
    if execution.stdout:
        yield _Section("stdout:\n", execution.stdout.rstrip("\n"))
    if execution.stderr:
        yield _Section("stderr:\n", execution.stderr.rstrip("\n"))
    if execution.truncated is not None:
        left = execution.truncated
        yield _Section(
            "",
            f"[The sandbox itself left out {left.stream_chars:,} characters and {left.displays:,} displays.]",
            first=True,
        )
    yield from _results(execution.results)
    if execution.error is not None and execution.status == "error":
        yield _Section("", own_frames(execution.error.traceback))
    if execution.ok and not (execution.stdout or execution.stderr or execution.results or execution.files):
        yield _Section("", "It printed nothing and its last line has no value. Print what you want to see.")


def _results(results: Sequence[Result]) -> Iterator[_Section]:
    figure = 0
    for number, result in enumerate(results):
        figure += result.is_plot
        # The value of the last expression is the last one.
        if _NAMED // 2 <= number < len(results) - _NAMED // 2:
            if number == _NAMED // 2:
                yield _Section("", f"[{len(results) - _NAMED:,} more were shown here.]", first=True)
        elif result.is_plot:
            yield _Section(f"Figure {figure}: ", _figure(result))
        else:
            yield _Section("Value:\n" if result.is_main else "Shown:\n", _value(result))


def _status(execution: Execution) -> str:
    if not execution.ran and not execution.ok:
        return f"Status: {execution.status}; the code did not run."
    status = f"Status: {execution.status} after {execution.duration_ms / 1000:.2f} s"
    if execution.status in ("ok", "error"):
        return f"{status}."
    shown = execution.stdout or execution.stderr or execution.results
    return f"{status}; the code ran until then" + (", and what it had shown is below." if shown else ".")


def _failure(error: ErrorInfo) -> str:
    where = f" in line {error.line}" if error.line is not None else ""
    return f"{_words(error.name)}{where}: {_words(error.value)}"


def _hint(execution: Execution) -> str | None:
    error = execution.error
    if error is not None and error.hint:
        return error.hint
    if execution.status == "timeout":
        return "Do less at once, or ask for a longer timeout."
    if error is not None and execution.status not in ("ok", "error") and error.value != execution.note:
        return error.value
    return _NO_NETWORK if execution.blocked and error is not None else None


def _attempt(item: Blocked) -> str:
    """`fetch https://example.org`; what is named in the attempt itself is not said twice."""
    return item.what if item.what.endswith(f" {item.target}") else f"{item.what} {item.target}".strip()


def _value(result: Result) -> str:
    if result.data is not None:
        return _table(result.data)
    for text in (result.text, result.markdown, result.latex):
        if text:
            return text
    return f"[{', '.join(result.mime) or 'nothing'}]"


def _table(table: TableData) -> str:
    """Tab-separated: fewer tokens than columns made of blanks."""
    lines = ["\t".join(column.name for column in table.columns)]
    lines += ["\t".join("" if cell is None else str(cell) for cell in row) for row in table.rows[:_ROWS]]
    return "\n".join([*lines, f"[{table.shape[0]:,} rows x {table.shape[1]:,} columns]"])


def _figure(result: Result) -> str:
    size = f"{result.width:g} x {result.height:g}" if result.width and result.height else "no size given"
    described = result.alt or result.text
    return size + (f", {described}" if described else "")


def _names(names: Sequence[str]) -> str:
    more = f", and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _words(text: str) -> str:
    return cut(" ".join(text.split()), _WORDS)


def _frames(lines: Sequence[str]) -> Iterator[_Frame]:
    index = 0
    while index < len(lines):
        found = _FRAME.match(lines[index])
        end = index + 1
        if found is None:
            yield _Frame((lines[index],))
        else:
            # The source line, and what marks the place in it.
            while end < len(lines) and lines[end].startswith("    "):
                end += 1
            path = found[1]
            library = path.startswith(_LIBRARIES) or path.endswith(_COMPILED)
            yield _Frame(tuple(lines[index:end]), library, path.rsplit("/", 1)[-1])
        index = end


def _image_mime(result: Result) -> str | None:
    if result.png is not None:
        return "image/png"
    return "image/jpeg" if result.jpeg is not None else None
