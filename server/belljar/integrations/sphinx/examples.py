"""Examples: `.. try_examples::`, a button above examples that makes runnable cells of them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from belljar.integrations.sphinx.cells import note
from belljar.integrations.sphinx.docstrings import with_examples

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

_BUTTON = "Try it"


class examples(nodes.General, nodes.Element):  # noqa: N801 - nodes of docutils are named as elements are
    """Examples that become cells when the reader asks for it. The classes are jupyterlite-sphinx's, for docs
    that have styles for them.
    """


def visit(translator: HTML5Translator, node: examples) -> None:
    """Writes the button, which a script shows, and the start of the examples."""
    data = "".join(f' data-{name}="{escape(value)}"' for name, value in node["data"].items())
    classes = " ".join(["try_examples_outer_container", "belljar-examples", *node["classes"]])
    warning = node["warning"] and (
        '<div class="admonition warning belljar-warning" hidden><p class="admonition-title">Warning</p>'
        f"<p>{escape(node['warning'])}</p></div>\n"
    )
    translator.body.append(
        f'<div class="{escape(classes)}"{data}>\n<div class="try_examples_button_container">'
        f'<button type="button" class="try_examples_button" hidden>{escape(node["button"])}</button></div>\n'
        f'{warning or ""}<div class="try_examples_content">\n'
    )


def depart(translator: HTML5Translator, _node: examples) -> None:
    """Ends them."""
    translator.body.append("</div></div>\n")


class TryExamples(SphinxDirective):
    """jupyterlite-sphinx's directive, with its options; those about the looks of its iframe mean nothing."""

    has_content = True
    option_spec: ClassVar[Any] = {
        **dict.fromkeys(
            ("button_text", "warning_text", "height", "min_height", "theme"), directives.unchanged
        ),
        **dict.fromkeys(("button_css", "button_hover_css"), directives.unchanged),
        **dict.fromkeys(("button_horizontal_position", "button_vertical_position"), directives.unchanged),
        "example_class": directives.class_option,
    }

    def run(self) -> list[nodes.Node]:
        """The examples as they are, in what the button knows."""
        self.assert_has_content()
        config = self.config
        theme = config.try_examples_global_theme
        found = examples(
            "",
            button=self._option("button_text") or _BUTTON,
            warning=self._option("warning_text"),
            classes=self.options.get("example_class") or directives.class_option(theme or "belljar"),
            data={
                name: value
                for name, value in {
                    "setup": config.try_examples_preamble,
                    "height": self.options.get("height") or self.options.get("min_height"),
                }.items()
                if value
            },
        )
        self.set_source_info(found)
        self.state.nested_parse(self.content, self.content_offset, found)
        note(self.env)
        return [found]

    def _option(self, name: str) -> str | None:
        """An option of this directive, else the one of conf.py."""
        value: str | None = self.options.get(name) or getattr(self.config, f"try_examples_global_{name}")
        return value


def process_docstring(
    app: Sphinx, _what: str, _name: str, _obj: object, _options: object, lines: list[str]
) -> None:
    """Puts the directive around the *Examples* of a docstring, where conf.py asks for it."""
    if app.config.global_enable_try_examples:
        lines[:] = with_examples(lines, {})
