"""Sphinx: the directive `belljar`, and *Examples* of docstrings that run.

    extensions = ["belljar.integrations.sphinx"]

It takes the place of jupyterlite-sphinx for `try_examples` and `replite`, with their options and its names in
conf.py, and of sphinx-pyodide for `pyodide`. Builders without scripts (LaTeX, text, EPUB) get literal blocks.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import belljar
from belljar.integrations.sphinx import cells, examples, pages

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Adds directives, configuration and what writes the pages to a Sphinx."""
    app.add_config_value("belljar_base", "", "html", str)
    app.add_config_value("belljar_export", {}, "html", dict)
    app.add_config_value("belljar_results", "", "env", str)
    app.add_config_value("global_enable_try_examples", False, "env", bool)
    for name in ("button_text", "theme", "warning_text"):
        app.add_config_value(f"try_examples_global_{name}", None, "env", (str, type(None)))
    app.add_config_value("try_examples_preamble", None, "env", (str, type(None)))

    app.add_node(cells.cell, html=(cells.visit, cells.depart))
    app.add_node(examples.examples, html=(examples.visit, examples.depart))
    app.add_post_transform(pages.WithoutScripts)

    app.add_directive("belljar", cells.Belljar)
    app.add_directive("belljar-output", cells.Output)
    app.add_directive("replite", cells.Replite)
    app.add_directive("pyodide", cells.Pyodide)
    app.add_directive("pyodide-output", cells.PyodideOutput)
    app.add_directive("try_examples", examples.TryExamples)

    app.connect("config-inited", _read_docstrings)
    app.connect("builder-inited", _add_styles)
    app.connect("html-page-context", pages.add_scripts)
    app.connect("build-finished", pages.finish)
    return {"version": belljar.__version__, "parallel_read_safe": True, "parallel_write_safe": True}


def _read_docstrings(app: Sphinx, _config: object) -> None:
    """Where docstrings are read at all: autodoc may come behind this extension, or not at all."""
    if "autodoc-process-docstring" in app.events.events:
        # numpydoc and napoleon write the sections at 500; this reads them.
        app.connect("autodoc-process-docstring", examples.process_docstring, priority=900)


def _add_styles(app: Sphinx) -> None:
    app.config.html_static_path.append(str(Path(__file__).with_name("belljar.css")))
