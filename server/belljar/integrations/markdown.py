"""Markdown: a fence for MkDocs and Zensical, by pymdownx.superfences: ```` ```python belljar ````.

    custom_fences: name python (or pycon, belljar), class belljar, format and validator of this module

A fence without the word `belljar` stays what it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from belljar.errors import MarkupError
from belljar.integrations import markup

if TYPE_CHECKING:
    from belljar.cells.results import Page

_logger = logging.getLogger("mkdocs.plugins.belljar")
#: The word that makes a cell of a fence, and a language of its own.
_WORD = "belljar"
#: markdown-exec's language, whose every fence is a cell, and its options: one that has another name here, and
#: those that mean nothing.
_PYODIDE = "pyodide"
_INSTALL = "install"
_NOT_HERE = ("assets", "height", "theme", "version")
#: What says how code is shown, and is the highlighter's.
_SHOWN = ("title", "linenums", "hl_lines")


def validator(
    language: str, inputs: dict[str, str], options: dict[str, Any], attrs: dict[str, Any], md: Any
) -> bool:
    """Whether a fence is a cell; then its `inputs` are taken over as `options`."""
    del attrs, md
    if language not in (_WORD, _PYODIDE) and _WORD not in inputs:
        return False
    for name, value in inputs.items():
        if name == _WORD or (language == _PYODIDE and name in _NOT_HERE):
            continue
        if language == _PYODIDE and name == _INSTALL:
            options["packages"] = value
        else:
            # A word alone has itself as its value.
            options[name] = "" if value == name else value
    return True


def fence(source: str, language: str, css_class: str, options: dict[str, Any], md: Any, **given: Any) -> str:
    """The HTML of a cell: its code, highlighted as any other, with `<bell-jar>` around it.

    With a wrong attribute it is the code alone, and a warning says what is wrong.
    """
    del css_class
    return _cell(source, language, options, md, given, None)


def stored(results: str) -> Callable[..., str]:
    """A fence whose cells show at once what they gave when `belljar check --store` ran them.

    Args:
        results: The file that it wrote.

    Raises:
        CellsError: It can't be read.
    """
    # Late: it needs more of belljar than markup does.
    from belljar.cells import Results

    kept = Results.read(results)
    # Each page has a Markdown of its own.
    pages: WeakKeyDictionary[Any, Page] = WeakKeyDictionary()

    def fence(
        source: str, language: str, css_class: str, options: dict[str, Any], md: Any, **given: Any
    ) -> str:
        del css_class
        return _cell(source, language, options, md, given, pages.setdefault(md, kept.page()))

    return fence


def _cell(
    source: str, language: str, options: dict[str, Any], md: Any, given: dict[str, Any], page: Page | None
) -> str:
    prompts = source.lstrip().startswith(">>>")
    # Classes, id and attributes are the code's, as they are without us.
    code = md.preprocessors["fenced_code_block"].highlight(
        src=source,
        language="pycon" if language == "pycon" or prompts else "python",
        options={name: value for name, value in options.items() if name in _SHOWN},
        md=md,
        **given,
    )
    try:
        found = markup.attributes({name: value for name, value in options.items() if name not in _SHOWN})
    except MarkupError as error:
        _logger.warning("%s The code is shown, and can't be run: %s", error, source.partition("\n")[0])
        return str(code)
    # A paragraph around it would end where the code begins, and the element with it.
    if markup.TAG not in md.block_level_elements:
        md.block_level_elements.append(markup.TAG)
    session, setup = found.get("session", "page"), found.get("setup", "")
    result = "" if page is None else page.script(source, session=session, setup=setup)
    return f"{markup.opening(found)}{code}{result}</{markup.TAG}>"
