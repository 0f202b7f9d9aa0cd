"""Cells: `.. belljar::` and its relatives, and the node that puts `<bell-jar>` around a literal block."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from belljar.errors import BelljarError, MarkupError
from belljar.integrations import markup

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment
    from sphinx.writers.html5 import HTML5Translator

    from belljar.cells.results import Page

_logger = logging.getLogger(__name__)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{0,20}:|//?|#", re.IGNORECASE)


class cell(nodes.General, nodes.Element):  # noqa: N801 - nodes of docutils are named as elements are
    """One cell around the literal block of its code. Its attributes are in `node["belljar"]`, what it gave
    when the docs were built in `node["stored"]`.
    """


def visit(translator: HTML5Translator, node: cell) -> None:
    """Writes the start tag."""
    attributes = dict(node["belljar"])
    if node["downloads"]:
        folder = getattr(translator.builder, "dlpath", "")
        there = [f"{name}={posixpath.join(folder, path)}" for name, path in node["downloads"]]
        attributes["files"] = " ".join([*attributes.get("files", "").split(), *there])
    translator.body.append(markup.opening(attributes))


def depart(translator: HTML5Translator, node: cell) -> None:
    """Writes the end tag."""
    translator.body.append(f"{node['stored']}</{markup.TAG}>\n")


class _Options(dict[str, Any]):
    """Takes options of any name: what there is, and what was meant instead, is told by `markup`."""

    def __init__(self) -> None:
        # An empty one would mean that there are none.
        super().__init__(dict.fromkeys(markup.NAMES, directives.unchanged))

    def __missing__(self, _name: str) -> Any:
        return directives.unchanged


def note(env: BuildEnvironment) -> None:
    """Remembers that the page being read has cells, so that what they need lies beside it."""
    env.metadata[env.docname]["belljar"] = True


def results(env: BuildEnvironment) -> Page:
    """What `belljar check --store` kept of the page being read; to be asked for each cell, in order."""
    # Late: docs without such results don't need it.
    from belljar.cells import Results

    page: Page | None = env.temp_data.get("belljar_results")
    if page is None:
        page = Results().page()
        if name := env.config.belljar_results:
            env.note_dependency(name)
            try:
                page = Results.read(Path(env.srcdir, name)).page()
            except BelljarError as error:
                _logger.warning("%s The pages show no results before they are run.", error)
        env.temp_data["belljar_results"] = page
    return page


class Belljar(SphinxDirective):
    """A cell of Python: `>>>` or plain. Its options are the attributes of `<bell-jar>`."""

    has_content = True
    option_spec: ClassVar[Any] = _Options()

    def run(self) -> list[nodes.Node]:
        """The cell; with a wrong option the code alone, and a warning that says what is wrong."""
        options = {name: value for name, value in self.options.items() if name not in {"name", "class"}}
        found = self.cells(options)
        for one in found:
            if isinstance(one, cell):
                given = one["belljar"]
                page = results(self.env)
                one["stored"] = page.script(
                    "\n".join(self.content),
                    session=given.get("session", "page"),
                    setup=given.get("setup", ""),
                )
        return found

    def cells(self, options: dict[str, str | None]) -> list[nodes.Node]:
        """A cell with these attributes around the directive's content."""
        self.assert_has_content()
        code = "\n".join(self.content)
        literal = nodes.literal_block(code, code)
        literal["language"] = "pycon" if code.lstrip().startswith(">>>") else "python"
        literal["classes"] += directives.class_option(self.options.get("class") or "cell")
        self.set_source_info(literal)
        self.add_name(literal)
        try:
            attributes = markup.attributes(options)
            found = cell("", literal, belljar=attributes, downloads=self._downloads(attributes), stored="")
        except MarkupError as error:
            _logger.warning("%s The code is shown, and can't be run.", error, location=literal)
            return [literal]
        self.set_source_info(found)
        note(self.env)
        return [found]

    def _downloads(self, attributes: dict[str, str]) -> list[tuple[str, str]]:
        """Files of the docs that the cell wants, by name: out of its attributes, and beside the pages."""
        found, left = [], []
        for part in attributes.pop("files", "").split():
            name, equals, address = part.partition("=")
            address = address if equals else part
            if _ADDRESS.match(address):
                left.append(part)
                continue
            relative, path = self.env.relfn2path(address)
            if not Path(path).is_file():
                raise MarkupError(f"files of a cell names {address!r}, which is no file of these docs.")
            self.env.note_dependency(relative)
            target = self.env.dlfiles.add_file(self.env.docname, relative)
            found.append((name if equals else posixpath.basename(address), str(target)))
        if left:
            attributes["files"] = " ".join(left)
        return found


class Output(SphinxDirective):
    """What a cell before it with `:output:` is expected to show, as text."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """A literal block that the element knows by its class."""
        self.assert_has_content()
        return [_expected("\n".join(self.content))]


def _expected(text: str) -> nodes.literal_block:
    block = nodes.literal_block(text, text, classes=["belljar-output"])
    block["language"] = "none"
    return block


class Replite(Belljar):
    """jupyterlite-sphinx's console: its code is a cell. What says how an iframe looks has no meaning here."""

    def run(self) -> list[nodes.Node]:
        """The cell; `:execute: False` is the way it is, and `True` waits until the reader sees it."""
        runs = str(self.options.get("execute", "")).lower() == "true"
        return self.cells({"autorun": "visible"} if runs else {})


class Pyodide(Belljar):
    """sphinx-pyodide's cell."""

    def run(self) -> list[nodes.Node]:
        """The cell, and behind it the output that its author has written down."""
        given: dict[str, str | None] = {}
        if "editable" not in self.options:
            given["readonly"] = None
        if packages := self.options.get("packages"):
            given["packages"] = packages
        if setup := self.options.get("setup-code"):
            given["setup"] = setup
        output = self.options.get("output", "")
        if output:
            given["output"] = None
            named = _outputs(self.env)
            return [*self.cells(given), _expected(named.get(output, output.replace("\\n", "\n")))]
        return self.cells(given)


def _outputs(env: BuildEnvironment) -> dict[str, str]:
    """Outputs by name, of the page that is being read."""
    found: dict[str, str] = env.temp_data.get("belljar_outputs") or {}
    env.temp_data["belljar_outputs"] = found
    return found


class PyodideOutput(SphinxDirective):
    """sphinx-pyodide's output of a name, for the cells of its page that name it."""

    has_content = True
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Nothing to see here."""
        _outputs(self.env)[self.arguments[0]] = "\n".join(self.content)
        return []
