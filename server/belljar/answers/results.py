"""Results: what a run gives back, piece by piece; on the wire as in `static/src/protocol/results.ts`.

Everything here came out of the sandbox: text may try to persuade its reader, HTML is for a scriptless frame
only. Images are `bytes` here and base64 on the wire.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from belljar.untrusted import rebuilt
from belljar.untrusted.rebuilt import MalformedError

Status = Literal["ok", "error", "timeout", "interrupted", "crashed", "refused", "unavailable"]
STATUSES: tuple[str, ...] = get_args(Status)

#: A JSON scalar as a table cell: dates are ISO strings, missing values None, integers past 2^53 strings.
Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column, or a level of the index (`role`), with the name that pandas or numpy gives its type."""

    name: str
    dtype: str
    role: Literal["index", "column"] = "column"


@dataclass(frozen=True, slots=True)
class TableData:
    """A data frame or series as structured data.

    Attributes:
        columns: Index levels first.
        rows: Row by row, each as long as `columns`; the first ones only where there are many.
        shape: Rows and columns of the whole, index levels not counted.
    """

    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    shape: tuple[int, int]

    def to_dict(self) -> dict[str, Any]:
        """The wire form, made of JSON values only."""
        return {
            "kind": "table",
            "columns": [{"name": item.name, "dtype": item.dtype, "role": item.role} for item in self.columns],
            "rows": [list(row) for row in self.rows],
            "shape": list(self.shape),
        }

    @classmethod
    def from_dict(cls, wire: Mapping[str, Any]) -> TableData:
        """The table that `to_dict` gave.

        Raises:
            MalformedError: It is none.
        """
        wire = rebuilt.record(wire, "data")
        columns = tuple(_column(item) for item in rebuilt.items(wire.get("columns"), "columns"))
        rows = tuple(
            tuple(rebuilt.scalar(cell, "a cell") for cell in rebuilt.items(row, "a row"))
            for row in rebuilt.items(wire.get("rows"), "rows")
        )
        shape = tuple(rebuilt.count(size, "shape") for size in rebuilt.items(wire.get("shape"), "shape"))
        if len(shape) != 2 or any(len(row) != len(columns) for row in rows):
            raise MalformedError("A table must have a shape of two numbers, and rows as long as its columns.")
        return cls(columns, rows, (shape[0], shape[1]))


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of plotly, altair or bokeh, as what its library draws.

    Attributes:
        mime: Which library: "application/vnd.plotly.v1+json", "application/vnd.vegalite.v6+json", ...
        spec: JSON text. Untrusted: a specification can name addresses, and markup for titles.
    """

    mime: str
    spec: str

    def to_dict(self) -> dict[str, Any]:
        """The wire form."""
        return {"mime": self.mime, "spec": self.spec}

    @classmethod
    def from_dict(cls, wire: Mapping[str, Any]) -> Chart:
        """The chart that `to_dict` gave.

        Raises:
            MalformedError: It is none, or of a library that is not known here.
        """
        wire = rebuilt.record(wire, "chart")
        mime = rebuilt.text(wire.get("mime"), "mime")
        if mime not in CHART_MIMES:
            raise MalformedError(f"The kind of a chart must be one of {', '.join(CHART_MIMES)}.")
        return cls(mime, rebuilt.text(wire.get("spec"), "spec"))


#: MIME types of charts. Bokeh has no usual one: the last is what its `json_item` gives.
CHART_MIMES: tuple[str, ...] = (
    "application/vnd.plotly.v1+json",
    "application/vnd.vegalite.v6+json",
    "application/vnd.vegalite.v5+json",
    "application/vnd.vega.v6+json",
    "application/vnd.vega.v5+json",
    "application/vnd.bokeh.item+json",
)


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """One thing a cell showed: a MIME bundle with Jupyter's and E2B's fields.

    Attributes:
        png, jpeg: The image's bytes.
        json: Any JSON value; None is none.
        data: A table's values.
        chart: A chart that can be touched; `text` tells what is in it.
        alt: What a figure shows, from its title and axes.
        width, height: CSS pixels of the image, which itself may hold twice as many.
        name: Label of the figure, for file names.
        is_main: True for the value of the cell's last expression, False for what it displayed.
    """

    text: str | None = None
    html: str | None = None
    markdown: str | None = None
    svg: str | None = None
    png: bytes | None = None
    jpeg: bytes | None = None
    latex: str | None = None
    json: Any = None
    data: TableData | None = None
    chart: Chart | None = None
    alt: str | None = None
    width: float | None = None
    height: float | None = None
    name: str | None = None
    is_main: bool = False

    @property
    def content(self) -> bytes | None:
        """The bytes of the image: PNG, else JPEG. None when this is no raster image."""
        return self.png if self.png is not None else self.jpeg

    @property
    def content_base64(self) -> str | None:
        """The same as base64."""
        return None if self.content is None else base64.b64encode(self.content).decode()

    @property
    def is_plot(self) -> bool:
        """Whether this is an image."""
        return self.content is not None or self.svg is not None

    @property
    def mime(self) -> tuple[str, ...]:
        """MIME types present, plainest first."""
        found = tuple(mime for name, mime in _MIME.items() if getattr(self, name) is not None)
        return found if self.chart is None else (*found, self.chart.mime)

    def to_dict(self) -> dict[str, Any]:
        """The wire form, made of JSON values only; what is not there is left out."""
        wire = {item.name: getattr(self, item.name) for item in fields(self)}
        for name in _IMAGES:
            wire[name] = None if wire[name] is None else base64.b64encode(wire[name]).decode()
        wire["data"] = None if self.data is None else self.data.to_dict()
        wire["chart"] = None if self.chart is None else self.chart.to_dict()
        return {name: value for name, value in wire.items() if value is not None}

    @classmethod
    def from_dict(cls, wire: Mapping[str, Any]) -> Result:
        """The result that `to_dict` gave.

        Raises:
            MalformedError: A field is not of its kind, as an image that is not base64.
        """
        wire = rebuilt.record(wire, "a result")
        known = {item.name: wire[item.name] for item in fields(cls) if wire.get(item.name) is not None}
        return cls(**{name: _FIELDS.get(name, rebuilt.text)(value, name) for name, value in known.items()})

    # How it looks is above what it is: imported when somebody looks.

    def __repr__(self) -> str:
        from belljar.answers.reprs import result_line

        return result_line(self)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        from belljar.answers.reprs import result_bundle

        return result_bundle(self)


#: MIME type by field, plainest first.
_MIME = {
    "text": "text/plain",
    "html": "text/html",
    "markdown": "text/markdown",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "latex": "text/latex",
    "json": "application/json",
    "data": "application/vnd.belljar.table+json",
}
_IMAGES = frozenset({"png", "jpeg"})


def _bytes(value: object, name: str) -> bytes:
    try:
        return base64.b64decode(value if isinstance(value, str) else "?", validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError(f"The field {name} of a result must be base64.") from None


#: What a result's fields are made of, where it is no text.
_FIELDS: dict[str, Callable[[Any, str], Any]] = {
    **dict.fromkeys(_IMAGES, _bytes),
    "data": lambda value, _: TableData.from_dict(value),
    "chart": lambda value, _: Chart.from_dict(value),
    "json": rebuilt.json_value,
    "width": rebuilt.number,
    "height": rebuilt.number,
    "is_main": rebuilt.flag,
}


def _column(wire: object) -> TableColumn:
    item = rebuilt.record(wire, "a column")
    name, dtype = (rebuilt.text(item.get(field), field) for field in ("name", "dtype"))
    return TableColumn(name, dtype, rebuilt.choice(item.get("role"), ("index", "column"), "role"))


@dataclass(frozen=True, slots=True)
class Logs:
    """What a run printed."""

    stdout: str = ""
    stderr: str = ""


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """Why a run did not end well.

    Attributes:
        name: Class of the exception, as "ZeroDivisionError".
        value: Its message.
        traceback: As Python prints it, frames of belljar cut. Ends with "name: value".
        line: Line of the code that failed, from 1, where there is one.
        hint: What to do about it, where that is known.
    """

    name: str
    value: str
    traceback: str
    line: int | None = None
    hint: str | None = None

    @classmethod
    def from_dict(cls, wire: Mapping[str, Any]) -> ErrorInfo:
        """The error of the wire.

        Raises:
            MalformedError: It is none.
        """
        wire = rebuilt.record(wire, "error")
        name, value, trace = (
            rebuilt.text(wire.get(field), field) for field in ("name", "value", "traceback")
        )
        line = wire.get("line")
        return cls(
            name,
            value,
            trace,
            None if line is None else rebuilt.count(line, "line"),
            rebuilt.optional_text(wire.get("hint"), "hint"),
        )


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file of the sandbox: its path, relative to the working directory and "/"-separated, and its bytes."""

    path: str
    size: int

    @classmethod
    def from_dict(cls, wire: Mapping[str, Any]) -> FileInfo:
        """The file of the wire.

        Raises:
            MalformedError: It is none.
        """
        wire = rebuilt.record(wire, "a file")
        return cls(rebuilt.text(wire.get("path"), "path"), rebuilt.count(wire.get("size"), "size"))


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that a run made, changed or deleted; `size` is in bytes, 0 when deleted."""

    path: str
    change: Literal["created", "changed", "deleted"]
    size: int


@dataclass(frozen=True, slots=True)
class Truncated:
    """What was left out because there was too much: characters of stdout and stderr, and displays."""

    stream_chars: int = 0
    displays: int = 0


@dataclass(frozen=True, slots=True)
class Blocked:
    """One thing the sandbox was refused. Said from inside: information for people, never evidence.

    Attributes:
        by: "csp" (the browser refused) or "python" (refused before it got that far).
        what: What was tried, as "fetch", "socket", "import requests".
        target: URL, host or module.
    """

    by: Literal["csp", "python"]
    what: str
    target: str
