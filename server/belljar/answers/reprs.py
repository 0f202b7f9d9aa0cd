"""Reprs: how executions and results show themselves in a terminal and in Jupyter.

What the sandbox said is hostile in both places: an escape sequence can rewrite a terminal, HTML would run in
the notebook's own origin. So control characters become visible, text is escaped, and images are images only:
an SVG inside `<img>` runs no script and loads nothing. A result's own HTML is never shown; tables are drawn
from their values.
"""

from __future__ import annotations

import base64
import re
from html import escape
from typing import Any

from belljar.answers.execution import Execution
from belljar.answers.results import Result, TableData

#: Longest line of a `repr`, in characters, and rows of a table in Jupyter.
_LINE_CHARS = 60
_ROWS = 60
#: Control characters, C1 among them, and what reorders text; a line's end and a tab may stay. The one
#: harmless escape sequence is colour (SGR).
_CONTROLS = re.compile(
    r"\x1b\[[0-9;]{0,20}m|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_STYLE = "white-space:pre-wrap;margin:0 0 .5em"


def visible(text: str, *, colours: bool = False) -> str:
    """Text that can do nothing to a terminal: control characters stand there as `\\x1b`.

    Args:
        text: Anything that came out of a sandbox.
        colours: Let sequences that only change colours through.
    """

    def shown(found: re.Match[str]) -> str:
        if len(found[0]) > 1:
            return found[0] if colours else ""
        return found[0].encode("unicode_escape").decode()

    return _CONTROLS.sub(shown, text.replace("\r\n", "\n"))


def result_line(result: Result) -> str:
    """`<Result image/png 640x480 "a plot">`: one line, whatever is in it."""
    parts = [", ".join(result.mime) or "empty"]
    if result.width and result.height:
        parts.append(f"{result.width:g}x{result.height:g}")
    if described := result.text or result.alt:
        parts.append(_quoted(described))
    return f"<Result {' '.join(parts)}>"


def execution_line(execution: Execution) -> str:
    """`<Execution ok [3] 12 ms, text "45", 1 plot>`: one line, whatever is in it."""
    parts = [f"{execution.status} [{execution.execution_count}] {execution.duration_ms:.0f} ms"]
    if execution.error is not None:
        parts.append(_quoted(f"{execution.error.name}: {execution.error.value}"))
    if execution.text is not None:
        parts.append(f"text {_quoted(execution.text)}")
    if execution.stdout:
        parts.append(f"stdout {_quoted(execution.stdout)}")
    if execution.plots:
        parts.append(f"{len(execution.plots)} plot{'s' if len(execution.plots) > 1 else ''}")
    parts += [_line(change.path) for change in execution.files if change.change != "deleted"]
    return f"<Execution {', '.join(parts)}>"


def execution_text(execution: Execution) -> str:
    """What a terminal would have shown: what was printed, the error, the value, the names of the rest."""
    parts = [execution.stdout, execution.stderr]
    parts += [result.text or f"[{', '.join(result.mime)}]" for result in execution.results]
    if execution.error is not None:
        parts.append(execution.error.traceback)
    parts += [f"[{change.change} {change.path}, {change.size} bytes]" for change in execution.files]
    if execution.note and not (execution.error and execution.error.value == execution.note):
        parts.append(f"[{execution.note}]")
    return "\n".join(visible(part.rstrip("\n")) for part in parts if part)


def execution_html(execution: Execution) -> str:
    """For Jupyter: the same with images and tables."""
    parts = [_pre(execution.stdout), _pre(execution.stderr, "color:#a40000")]
    parts += [_result_html(result) for result in execution.results]
    if execution.error is not None:
        parts.append(_pre(execution.error.traceback, "color:#a40000"))
    changes = [f"{change.path} ({change.change}, {change.size} bytes)" for change in execution.files]
    parts.append(_pre("\n".join(changes), "opacity:.7"))
    if execution.note and not (execution.error and execution.error.value == execution.note):
        parts.append(_pre(execution.note, "opacity:.7"))
    return f"<div>{''.join(parts)}</div>"


def result_bundle(result: Result) -> dict[str, Any]:
    """For Jupyter: plain text, and where there is more to see an image or HTML of our own making."""
    bundle: dict[str, Any] = {"text/plain": visible(result.text) if result.text else result_line(result)}
    if result.png is not None:
        bundle["image/png"] = result.png
    elif result.jpeg is not None:
        bundle["image/jpeg"] = result.jpeg
    elif result.svg is not None or result.data is not None:
        bundle["text/html"] = _result_html(result)
    return bundle


def _result_html(result: Result) -> str:
    for mime, content in (
        ("image/png", result.png),
        ("image/jpeg", result.jpeg),
        ("image/svg+xml", None if result.svg is None else result.svg.encode("utf-8", "replace")),
    ):
        if content is not None:
            width = f' width="{result.width:g}"' if result.width else ""
            data = base64.b64encode(content).decode()
            return f'<img alt="{escape(result.alt or "")}"{width} src="data:{mime};base64,{data}">'
    if result.data is not None:
        return _table_html(result.data)
    return _pre(result.text or result.markdown or result.latex or result_line(result))


def _table_html(table: TableData) -> str:
    def cells(values: list[Any], tags: list[str]) -> str:
        shown = zip(values, tags, strict=True)
        return "".join(f"<{tag}>{escape(visible(_cell(value)))}</{tag}>" for value, tag in shown)

    tags = ["th" if column.role == "index" else "td" for column in table.columns]
    head = cells([column.name for column in table.columns], ["th"] * len(tags))
    rows = "".join(f"<tr>{cells(list(row), tags)}</tr>" for row in table.rows[:_ROWS])
    shape = f"<p>{table.shape[0]} rows x {table.shape[1]} columns</p>"
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{shape}"


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _pre(text: str, style: str = "") -> str:
    return f'<pre style="{_STYLE};{style}">{escape(visible(text))}</pre>' if text else ""


def _quoted(text: str) -> str:
    return '"' + _line(text.rstrip("\n")) + '"'


def _line(text: str) -> str:
    line = visible(text).replace("\n", "⏎").replace("\t", " ")
    return line if len(line) <= _LINE_CHARS else line[: _LINE_CHARS - 1] + "…"
