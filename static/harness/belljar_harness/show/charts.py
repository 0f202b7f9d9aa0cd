"""Charts: figures of plotly, altair and bokeh as what draws them reads them: a specification, and a text.

What is drawn is drawn elsewhere, in a frame that has the library and nothing else. Whoever has no such frame,
a language model above all, reads the text.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from belljar_harness.patches import ImportHooks, Patches

Bundle = dict[str, Any]

PLOTLY = "application/vnd.plotly.v1+json"
#: Bokeh has none for a figure as data: in notebooks it hands out scripts. This is what `json_item` gives.
BOKEH = "application/vnd.bokeh.item+json"
#: What a page can draw; others stay what they are.
MIMES = frozenset(
    [
        PLOTLY,
        BOKEH,
        *(f"application/vnd.{name}.v{major}+json" for name in ("vega", "vegalite") for major in (5, 6)),
    ]
)
#: Longest title or name in a text, and how many parts are told of.
_CHARS = 100
_PARTS = 12

_SCHEMA = re.compile(r"/schema/(vega|vega-lite)/v(\d{1,3})")


def bundle(value: Any) -> Bundle | None:
    """The bundle of a chart; None for everything else.

    Raises:
        Exception: What the library says of a chart that can't be.
    """
    for name, kind, make in _KINDS:
        module = sys.modules.get(name)
        if module is not None and isinstance(value, getattr(module, kind, ())):
            return make(value)
    return None


def from_mime(data: dict[str, Any]) -> Bundle:
    """The chart among representations by MIME type, if there is one."""
    for mime, content in data.items():
        if mime in MIMES and isinstance(content, (dict, str)):
            spec = content if isinstance(content, str) else json.dumps(content)
            return {"chart": {"mime": mime, "spec": spec}}
    return {}


def install(hooks: ImportHooks, patches: Patches, display: Callable[..., Any]) -> None:
    """Let `show()` of the libraries show here, where they would open a browser."""

    def show(value: Any, *_: Any, **__: Any) -> None:
        display(value)

    def nothing(*_: Any, **__: Any) -> None:
        """Accepted without effect: charts are shown here as they are."""

    def plotly(module: ModuleType) -> None:
        patches.set(module, "show", show)

    def bokeh(module: ModuleType) -> None:
        patches.set(module, "show", show)

    def output(module: ModuleType) -> None:
        patches.set(module, "output_notebook", nothing)

    hooks.after("plotly.io._renderers", plotly)
    hooks.after("bokeh.io.showing", bokeh)
    hooks.after("bokeh.io.output", output)


def _plotly(figure: Any) -> Bundle:
    layout = figure.layout
    traces = [
        _part(trace.type, trace.name, _length(trace, "x", "y", "z", "values", "labels", "lat", "r"))
        for trace in figure.data
    ]
    told = _sentences(
        "Plotly chart",
        _text(layout.title.text),
        _text(layout.xaxis.title.text),
        _text(layout.yaxis.title.text),
    )
    return _bundle(PLOTLY, figure.to_json(), told, traces)


def _altair(chart: Any) -> Bundle:
    altair = sys.modules["altair"]
    # The limit of 5,000 rows is for the size of notebooks; here the size itself is looked at.
    with altair.data_transformers.disable_max_rows():
        spec = chart.to_json(indent=None)
    data = json.loads(spec)
    found = _SCHEMA.search(str(data.get("$schema", ""))[:200])
    kind, major = (found[1].replace("-", ""), found[2]) if found else ("vegalite", "6")
    title = data.get("title")
    title = title.get("text") if isinstance(title, dict) else title
    encoding = data.get("encoding") if isinstance(data.get("encoding"), dict) else {}
    told = _sentences("Vega-Lite chart", _text(title), _field(encoding.get("x")), _field(encoding.get("y")))
    rows = max(
        (len(one) for one in (data.get("datasets") or {}).values() if isinstance(one, list)), default=None
    )
    marks = [_part(mark, None, rows) for mark in _marks(data, 0)]
    return _bundle(f"application/vnd.{kind}.v{major}+json", spec, told, marks)


def _bokeh(model: Any) -> Bundle:
    from bokeh.core.json_encoder import serialize_json  # type: ignore[import-not-found]
    from bokeh.embed import json_item  # type: ignore[import-not-found]

    plots = list(model.select({"type": sys.modules["bokeh.models"].Plot}))
    first = plots[0] if plots else None
    title = _text(getattr(getattr(first, "title", None), "text", None))
    axes = [getattr(axis, "axis_label", None) for axis in (*_axis(first, "below"), *_axis(first, "left"))]
    told = _sentences("Bokeh chart", title, *(_text(label) for label in (*axes, None, None)[:2]))
    glyphs = [
        _part(type(renderer.glyph).__name__.lower(), renderer.name, None)
        for plot in plots
        for renderer in plot.renderers
        if hasattr(renderer, "glyph")
    ]
    return _bundle(BOKEH, serialize_json(json_item(model)), told, glyphs)


#: Where a chart's class is, once it was imported; and what is made of an instance.
_KINDS: tuple[tuple[str, str, Callable[[Any], Bundle]], ...] = (
    ("plotly.basedatatypes", "BaseFigure", _plotly),
    ("altair", "TopLevelMixin", _altair),
    ("bokeh.models", "LayoutDOM", _bokeh),
)


def _bundle(mime: str, spec: str, told: list[str], parts: list[str]) -> Bundle:
    text = ". ".join(told) + "."
    shown = [f"{part} ({count} times)" if count > 1 else part for part, count in Counter(parts).items()]
    more = f" and {len(shown) - _PARTS} more" if len(shown) > _PARTS else ""
    if shown:
        text += f" Drawn: {', '.join(shown[:_PARTS])}{more}."
    return {"text": text, "alt": text[:500], "chart": {"mime": mime, "spec": spec}}


def _sentences(kind: str, title: str, horizontal: str, vertical: str) -> list[str]:
    told = [f"{kind}: {title}" if title else kind]
    return told + [
        f"{name}: {label}" for name, label in (("Horizontal", horizontal), ("Vertical", vertical)) if label
    ]


def _part(kind: Any, name: Any, count: int | None) -> str:
    named = f" “{_text(name)}”" if _text(name) else ""
    return f"{_text(kind) or 'something'}{named}" + (f" of {count:,} points" if count is not None else "")


def _text(value: Any) -> str:
    return " ".join(value.split()).rstrip(".")[:_CHARS] if isinstance(value, str) else ""


def _length(trace: Any, *names: str) -> int | None:
    for name in names:
        try:
            values = trace[name]
        except (KeyError, ValueError, TypeError):
            continue
        if values is not None and hasattr(values, "__len__"):
            return len(values)
    return None


def _field(channel: Any) -> str:
    if not isinstance(channel, dict):
        return ""
    for key in ("title", "field", "aggregate"):
        if text := _text(channel.get(key)):
            return text
    return ""


def _marks(spec: Any, depth: int) -> Iterable[str]:
    """The marks of a chart and of those that it consists of."""
    if not isinstance(spec, dict) or depth > 6:
        return
    mark = spec.get("mark")
    if mark is not None:
        yield _text(mark.get("type") if isinstance(mark, dict) else mark)
    for key in ("layer", "hconcat", "vconcat", "concat"):
        for inner in spec.get(key) or ():
            yield from _marks(inner, depth + 1)
    yield from _marks(spec.get("spec"), depth + 1)


def _axis(plot: Any, place: str) -> list[Any]:
    return [one for one in getattr(plot, place, ()) or () if hasattr(one, "axis_label")]
