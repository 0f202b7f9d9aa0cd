"""Pages: which of them get a script and from where, and the export that lies beside them."""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from belljar.errors import BelljarError, SettingsError
from belljar.integrations.sphinx.cells import cell
from belljar.integrations.sphinx.examples import examples

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.builders import Builder

    from belljar.settings import Settings

_logger = logging.getLogger(__name__)
#: Where the export lies below the pages, unless conf.py says where another one is.
_FOLDER = "belljar/"
#: Lets somebody switch examples off without a new build (jupyterlite-sphinx's file).
_SWITCHES = "try_examples.json"


def runs_scripts(builder: Builder) -> bool:
    """Whether what it writes is read in a browser: help viewers and readers of EPUB run no scripts."""
    return builder.format == "html" and builder.name != "epub" and not getattr(builder, "embedded", False)


class WithoutScripts(SphinxPostTransform):
    """Leaves only the code where no script runs."""

    default_priority = 10

    def run(self, **_: Any) -> None:
        """Takes the elements from around what they hold."""
        if runs_scripts(self.app.builder):
            return
        for kind in (examples, cell):
            for node in list(self.document.findall(kind)):
                node.replace_self(node.children)


def add_scripts(
    app: Sphinx, _page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Names the scripts on pages that have something to run, and nowhere else."""
    if doctree is None or not runs_scripts(app.builder):
        return
    scripts = [
        name
        for name, kind in (("embed.js", cell), ("try-examples.js", examples))
        if next(doctree.findall(kind), None) is not None
    ]
    if not scripts:
        return
    # Not by `add_js_file`, which adds a checksum: one module must have one address, or it runs twice.
    tags = [
        f'<script type="module" src="{escape(_address(app, context, name))}"></script>' for name in scripts
    ]
    if "try-examples.js" in scripts:
        switches = context["pathto"](_SWITCHES, resource=True)
        tags.append(f'<meta name="belljar-try-examples" content="{escape(switches)}">')
        app.add_css_file("belljar.css")
    context["metatags"] = "\n".join([context.get("metatags", ""), *tags])


def _address(app: Sphinx, context: dict[str, Any], name: str) -> str:
    """Where a script is, as a page has it."""
    base = app.config.belljar_base or _FOLDER
    base = base if base.endswith("/") else f"{base}/"
    if base.startswith("/") or "://" in base:
        return f"{base}{name}"
    return str(context["pathto"](base + name, resource=True))


def finish(app: Sphinx, error: Exception | None) -> None:
    """Lays beside the pages what their cells need: switches, and an export if conf.py names no other."""
    if error is not None or not runs_scripts(app.builder):
        return
    if not any(page.get("belljar") for page in app.env.metadata.values()):
        return
    own, there = Path(app.srcdir) / _SWITCHES, Path(app.outdir) / _SWITCHES
    if own.is_file():
        shutil.copyfile(own, there)
    elif not there.exists():
        # A page that asks for what is not there says so in red.
        there.write_text('{"ignore_patterns": []}\n')
    if not app.config.belljar_base:
        _export(app)


def export_settings(given: Mapping[str, object]) -> Settings:
    """The settings of the export beside the pages.

    Raises:
        SettingsError: There is no such setting, or it can't have that value.
    """
    # Late: docs that name a base need no settings.
    from belljar.settings import load_settings, settable

    known = [item.name for item in settable()]
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}."
            raise SettingsError(f"belljar_export in conf.py sets {name!r}, which is no setting: {hint}")
    return load_settings(given)


def _export(app: Sphinx) -> None:
    # Late, as above.
    from belljar.export import export
    from belljar.prepare import pipeline

    out = Path(app.outdir) / _FOLDER
    try:
        settings = export_settings(app.config.belljar_export)
        for event in pipeline.ready(settings):
            if event.amiss:
                # Slower starts are no reason for docs to fail.
                _logger.info("belljar: %s", event)
        exported = export(settings, out, page=False)
    except BelljarError as error:
        _logger.warning("belljar: the cells of these pages are shown, and can't be run: %s", error)
        return
    _logger.info("belljar: %d files for the cells are in %s.", len(exported.files), out)
