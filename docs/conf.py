"""These documents as a site: `make docs` writes it, with an export for its cells beside the pages."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "belljar"
project_copyright = "belljar contributors"
extensions = ["myst_parser", "belljar.integrations.sphinx"]
root_doc = "index"
html_theme = "furo"
html_title = "belljar"
html_copy_source = False
myst_heading_anchors = 3
# Astro has no lexer, and JSX is not quite JavaScript.
suppress_warnings = ["misc.highlighting_failure"]

belljar_base = os.environ.get("SITE_BASE", "")
belljar_export = {"profile": "core", "packages": "numpy,pandas,matplotlib,micropip"}

#: Links out of this folder lead nowhere in a site.
_OUTSIDE = re.compile(r"\[([^\]\n]{1,200})\]\(\.\./[^)\n]{1,200}\)")
#: Examples that need nothing of ours: text where the files are read, cells in the site.
_RUNS = re.compile(r"<!-- runs here -->\n```python\n")
#: On the way of a reader; the others come behind them.
_FIRST = (
    *("getting-started", "embed", "deploy", "static", "publish", "troubleshooting", "try"),
    *("integrations", "check", "links", "sdk", "api", "python"),
)


def _read(app: Sphinx, docname: str, source: list[str]) -> None:
    """Readers of the files themselves have the table of the index, a site has its list of pages."""
    source[0] = _RUNS.sub("```{belljar}\n\n", _OUTSIDE.sub(r"\1", source[0]))
    if docname == root_doc:
        there = {path.stem for path in Path(app.srcdir).glob("*.md")} - {root_doc, *_FIRST}
        pages = "\n".join([*_FIRST, *sorted(there)])
        source[0] += f"\n```{{toctree}}\n:hidden:\n\n{pages}\n```\n"


def setup(app: Sphinx) -> None:
    """Sphinx calls this."""
    app.connect("source-read", _read)
