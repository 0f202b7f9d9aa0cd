"""Frames: documents with their scripts inside, named by hash to the browser."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import jinja2
from markupsafe import Markup

from belljar.errors import FrontendError
from belljar.http import headers
from belljar.http.resources import Resource
from belljar.settings import Settings
from belljar.web.frontend import Frontend

TEMPLATES = Path(__file__).parent / "templates"

CHARTS = {"plotly": "plotly", "vega": "altair", "bokeh": "bokeh"}
"""What draws charts, and the package that makes them: where that is not allowed, no export has the frame."""


@dataclass(frozen=True, slots=True)
class Framed:
    """A frame: its document, and the CSP sources of the scripts in it."""

    document: Resource
    hash_sources: tuple[str, ...]

    @property
    def hash_source(self) -> str:
        """That of the only script."""
        [source] = self.hash_sources
        return source


def framed(frontend: Frontend, name: str, template: str) -> Framed:
    """A frame with this script of the build in it.

    Raises:
        FrontendError: The script is not built, or cannot stand in a page.
    """
    script = frontend.script(name)
    # The script is our own build and was checked not to end its element.
    return Framed(render(template, script=Markup(script)), (headers.script_hash(script),))  # noqa: S704


def chart_frame(frontend: Frontend, kind: str) -> Framed:
    """The frame of a kind of charts: an outer document, and in a template the script of the inner one.

    Raises:
        FrontendError: One of the scripts is not built, or cannot stand in a page.
    """
    outer, library = frontend.script("charts.js"), frontend.script(f"chart-{kind}.js")
    # Both are our own build, and were checked not to end their elements.
    document = render("chart.html.j2", script=Markup(outer), library=Markup(library))  # noqa: S704
    return Framed(document, (headers.script_hash(outer), headers.script_hash(library)))


def output_digest(framed: Framed, settings: Settings) -> str:
    """What names the output frame: a hash of its document and of all that is sent with it."""
    sent = headers.output(framed.hash_source, settings.embedders)
    return _digest(framed, sent)


def chart_digest(framed: Framed, settings: Settings) -> str:
    """The same for a frame that draws charts."""
    return _digest(framed, headers.chart(framed.hash_sources, settings.embedders))


def _digest(framed: Framed, sent: headers.Headers) -> str:
    told = "\n".join([framed.document.sha256, *(f"{name}: {value}" for name, value in sorted(sent.items()))])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def render(template: str, **context: object) -> Resource:
    """A document.

    Raises:
        FrontendError: The template is not there.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    try:
        html = environment.get_template(template).render(context)
    except jinja2.TemplateNotFound as error:
        raise FrontendError(
            f"This installation of belljar lacks the template {error}: install it again."
        ) from None
    return Resource.of_bytes(html.encode(), "text/html; charset=utf-8")
