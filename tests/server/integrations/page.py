"""Pages for tests: a document as a browser reads it, and the cells in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

#: Elements without an end tag.
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass(eq=False)
class Element:
    """One element with what is in it."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)
    parent: Element | None = None

    @property
    def classes(self) -> list[str]:
        return (self.attributes.get("class") or "").split()

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    @property
    def below(self) -> Iterator[Element]:
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.below

    @property
    def code(self) -> str:
        """The text of the one code block in it."""
        (pre,) = (one for one in self.below if one.tag == "pre")
        return pre.text

    @property
    def next(self) -> Element | None:
        """The element behind it."""
        assert self.parent is not None
        there = [child for child in self.parent.children if isinstance(child, Element)]
        at = there.index(self) + 1
        return there[at] if at < len(there) else None


class Page(HTMLParser):
    """A document, read from a file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.root = Element("")
        self._open = self.root
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        self.text = self.root.text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), parent=self._open)
        self._open.children.append(element)
        if tag not in VOID:
            self._open = element

    def handle_endtag(self, tag: str) -> None:
        one: Element | None = self._open
        while one is not None and one.tag != tag:
            one = one.parent
        if one is not None and one.parent is not None:
            self._open = one.parent

    def handle_data(self, data: str) -> None:
        self._open.children.append(data)

    @property
    def cells(self) -> list[Element]:
        return [one for one in self.root.below if one.tag == "bell-jar"]

    @property
    def scripts(self) -> list[str]:
        """Addresses of modules of ours."""
        found = (one.attributes.get("src") or "" for one in self.root.below if one.tag == "script")
        return [
            source for source in found if source.endswith(("embed.js", "try-examples.js", "markdown-exec.js"))
        ]

    def by_class(self, name: str) -> list[Element]:
        return [one for one in self.root.below if name in one.classes]

    def metas(self, name: str) -> list[str | None]:
        return [
            one.attributes.get("content") for one in self.root.below if one.attributes.get("name") == name
        ]
