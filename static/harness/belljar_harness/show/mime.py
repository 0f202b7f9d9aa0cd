"""MIME bundles: the ways one object can be shown, by the protocols that IPython and its libraries agreed on.

Source of the protocol: IPython, "Integrating your objects with IPython", `_repr_*_` and `_repr_mimebundle_`.
"""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Callable
from typing import Any

from belljar_harness.figures import grammar

from . import charts, markup
from .frames import Page
from .plaintext import cap, plain_text
from .printers import Formatters
from .tables import is_table, page_bundle, table_bundle

#: Fields of a Bundle (`results.ts`) by MIME type.
FIELDS = {
    "text/plain": "text",
    "text/html": "html",
    "text/markdown": "markdown",
    "image/svg+xml": "svg",
    "image/png": "png",
    "image/jpeg": "jpeg",
    "text/latex": "latex",
    "application/json": "json",
}
#: The methods that give one MIME type each, in the order they are asked.
METHODS = {
    "_repr_html_": "html",
    "_repr_markdown_": "markdown",
    "_repr_svg_": "svg",
    "_repr_png_": "png",
    "_repr_jpeg_": "jpeg",
    "_repr_latex_": "latex",
    "_repr_json_": "json",
}
#: Longest value of a field, in characters. A field that is longer is left out; the text always stays.
FIELD_CHARS = 8_000_000
#: Of an error in a view so many characters are said.
SAID = 500
#: Deepest nesting of JSON; what is deeper becomes null.
JSON_DEPTH = 30

_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*")

Bundle = dict[str, Any]


class Formatter:
    """Makes bundles.

    Args:
        rows, columns: The most of a table that is sent as data.
        figure: Makes the bundle of a matplotlib figure.

    Attributes:
        printers: How code has set that types are shown.
    """

    def __init__(self, rows: int, columns: int, figure: Callable[[Any], Bundle]) -> None:
        self._rows = rows
        self._columns = columns
        self._figure = figure
        self.printers = Formatters()

    def bundle(self, value: Any) -> Bundle:
        """As `_of`, with what code's own printers make of it."""
        found = self._of(value)
        own = self.printers.bundle(value) if self.printers else {}
        if not own:
            return found
        made = from_mime(own)
        return found | made

    def _of(self, value: Any) -> Bundle:
        """All that can be shown of `value`; `text` is always there.

        A method that fails is skipped, and said, as in IPython: one broken view must not hide the others.
        """
        if _is_figure(value):
            return self._figure(value)
        drawn: Bundle | None = _attempt(lambda: grammar.bundle(value, self._figure))
        if drawn is not None:
            return drawn
        if isinstance(value, Page):
            return _checked(page_bundle(value))
        if is_table(value):
            table = _attempt(lambda: table_bundle(value, self._rows, self._columns))
            if table is not None:
                return _checked(table)
        if (chart := charts.bundle(value)) is not None:
            return _checked(chart)
        found: Bundle = {}
        if not isinstance(value, type):  # a class has the methods, but they are for its instances
            found.update(_bundle_method(value))
            for method, field in METHODS.items():
                if field not in found and not (field == "jpeg" and "png" in found):
                    _add(found, field, _call(value, method))
        if not isinstance(found.get("text"), str):
            found["text"] = _text(plain_text(value), found.get("html"))
        return _checked(found)


def _text(text: str, html: Any) -> str:
    """What an object says of itself; where that is an address in memory, the words of its view."""
    if not isinstance(html, str) or not markup.is_address(text):
        return text
    words = _attempt(lambda: markup.words(html))
    return cap(words) if words else text


def from_mime(data: dict[str, Any]) -> Bundle:
    """A bundle from a dict keyed by MIME type, as `display(..., raw=True)` takes it; others are dropped."""
    found: Bundle = charts.from_mime(data)
    for kind, content in data.items():
        field = FIELDS.get(kind)
        if field is not None and content is not None:
            _add(found, field, content)
    return _checked(found)


def _is_figure(value: Any) -> bool:
    module = sys.modules.get("matplotlib.figure")
    return module is not None and isinstance(value, module.Figure)


def _attempt(make: Callable[[], Any]) -> Any:
    try:
        return make()
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException:
        return None


def _call(value: Any, method: str) -> Any:
    # Asked of the class: objects that answer to any name (mocks, proxies) must not be taken for more.
    if getattr(type(value), method, None) is None:
        return None
    try:
        return getattr(value, method)()
    except (KeyboardInterrupt, MemoryError):
        raise
    except NotImplementedError:
        return None
    except BaseException as error:
        print(f"{type(value).__name__}.{method} failed: {_said(error)}", file=sys.stderr)
        return None


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {_attempt(lambda: str(error))}"[:SAID]


def _bundle_method(value: Any) -> Bundle:
    answer = _call(value, "_repr_mimebundle_")
    if isinstance(answer, tuple) and answer:
        answer = answer[0]
    return from_mime(answer) if isinstance(answer, dict) else {}


def _add(found: Bundle, field: str, content: Any) -> None:
    if isinstance(content, tuple) and content:  # (data, metadata)
        content, metadata = content[0], content[1] if len(content) > 1 else None
        if field in ("png", "jpeg") and isinstance(metadata, dict):
            for side in ("width", "height"):
                if isinstance(metadata.get(side), (int, float)):
                    found.setdefault(side, round(metadata[side]))
    if content is None:
        return
    if field in ("png", "jpeg"):
        if isinstance(content, (bytes, bytearray, memoryview)):
            found[field] = base64.b64encode(content).decode("ascii")
        elif isinstance(content, str) and _BASE64.fullmatch(content):
            found[field] = "".join(content.split())
    elif field == "json" or isinstance(content, str):
        found[field] = content


def _checked(found: Bundle) -> Bundle:
    """The bundle without what could not be sent: overlong fields, and JSON that isn't."""
    if "json" in found:
        value = _attempt(lambda: _jsonable(found["json"], 0))
        if value is None:
            del found["json"]
        else:
            found["json"] = value
    left_out = [field for field, content in found.items() if _chars(field, content) > FIELD_CHARS]
    for field in left_out:
        if field == "text":
            found[field] = cap(found[field])
        else:
            size = _chars(field, found.pop(field)) / 1e6
            found["text"] = (
                f"{found.get('text', '')}\n({field} of {size:.0f} MB left out: too large to show)".lstrip()
            )
    return found


def _chars(field: str, content: Any) -> int:
    if field == "chart":
        return len(content["spec"])
    return len(content) if isinstance(content, str) else 0


def _jsonable(value: Any, depth: int) -> Any:
    """The JSON form of nested plain values; NaN and infinity become null, other objects their text."""
    if depth > JSON_DEPTH:
        return None
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return int(value) if -(2**53) <= value <= 2**53 else str(value)
    if isinstance(value, float):
        return float(value) if value - value == 0 else None
    if isinstance(value, dict):
        return {str(key): _jsonable(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(item, depth + 1) for item in value]
    return plain_text(value)
