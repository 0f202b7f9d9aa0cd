"""HTML: cells of `<bell-jar>` elements, of `<pre data-belljar>`, and of those that a `selector` finds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from belljar.cells.cell import Cell, Expected, described

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
#: Elements within one another; what is deeper lies side by side.
_DEEPEST = 500
#: `pre.python`, `.code`, `#id`, `div.a.b`.
_SIMPLE = re.compile(r"([A-Za-z][\w-]*)?((?:[.#][\w-]+)*)")


@dataclass(eq=False, slots=True)
class _Element:
    tag: str
    attributes: dict[str, str | None]
    #: Line of the document on which its content begins, from 1.
    line: int
    parent: _Element | None
    children: list[_Element | str] = field(default_factory=list)

    @property
    def classes(self) -> set[str]:
        return set((self.attributes.get("class") or "").split())

    @property
    def elements(self) -> list[_Element]:
        return [child for child in self.children if isinstance(child, _Element)]

    def every(self, but: str | None = None) -> Iterator[_Element]:
        """All elements below, in the document's order; those in elements of one name may be left out."""
        waiting = list(reversed(self.elements))
        while waiting:
            element = waiting.pop()
            yield element
            if element.tag != but:
                waiting += reversed(element.elements)

    @property
    def text(self) -> str:
        """All text in it, as the DOM's `textContent` has it."""
        parts: list[str] = []
        waiting: list[_Element | str] = [self]
        while waiting:
            child = waiting.pop()
            if isinstance(child, str):
                parts.append(child)
            else:
                waiting += reversed(child.children)
        return "".join(parts)


def cells_of_html(text: str) -> list[Cell]:
    """The cells of an HTML document, in order."""
    if "<bell-jar" not in text and "data-belljar" not in text:
        return []
    root = _parsed(text)
    ids = {value: one for one in root.every() if (value := one.attributes.get("id"))}
    found: dict[int, Cell] = {}
    for element in root.every(but="bell-jar"):
        if element.tag == "bell-jar":
            attributes = element.attributes
            if (selector := attributes.get("selector")) is not None:
                problem, matches = _selected(root, selector)
                if problem:
                    found[id(element)] = described(element.line, "", attributes, problem=problem)
                for match in matches:
                    found.setdefault(id(match), _cell(match, attributes, ids, around=match))
                continue
            code = next((one for one in element.every() if one.tag == "pre"), element)
            found[id(code)] = _cell(code, attributes, ids, around=element)
        elif element.tag == "pre" and "data-belljar" in element.attributes:
            own = {name.removeprefix("data-"): value for name, value in element.attributes.items()}
            found.setdefault(id(element), _cell(element, own, ids, around=element))
    return sorted(found.values(), key=lambda cell: cell.line)


def _cell(
    pre: _Element, attributes: dict[str, str | None], ids: dict[str, _Element], *, around: _Element
) -> Cell:
    given, problem = dict(attributes), None
    setup = given.get("setup") or ""
    if setup.startswith("#"):
        if (hidden := ids.get(setup[1:])) is None:
            problem = f"setup is {setup!r}, and no element of this document has that id."
        given["setup"] = "" if hidden is None else hidden.text
    output: _Element | None = next(
        (one for one in around.every() if one.attributes.get("slot") == "output"), None
    )
    if "output" in given and output is None:
        wanted = given["output"] or ""
        output = ids.get(wanted[1:]) if wanted.startswith("#") else _sibling(around)
        if output is None:
            problem = "output names an element with the expected output, and there is none."
    code = pre.text
    # The parser drops a line end right behind the start tag, so does whoever reads the cell.
    first = code.startswith("\n")
    expected = None
    if output is not None:
        expected = Expected(output.text.strip("\n"), output.line, 1)
    return described(
        pre.line + first,
        code[first:].rstrip(),
        given,
        expected=expected,
        writable=False,
        problem=problem,
    )


def _sibling(element: _Element) -> _Element | None:
    siblings = element.parent.elements if element.parent else []
    at = siblings.index(element)
    following = siblings[at + 1] if at + 1 < len(siblings) else None
    return following if following is not None and following.classes & {"output", "belljar-output"} else None


def _selected(root: _Element, selector: str) -> tuple[str | None, list[_Element]]:
    """The elements that a selector of tags, classes and ids finds; a sentence where it is another one."""
    paths = [
        [_SIMPLE.fullmatch(part) for part in one.replace(">", " > ").split()] for one in selector.split(",")
    ]
    if not all(path and all(path) for path in paths):
        return (
            f"selector is {selector!r}; `belljar check` knows tags, classes, ids and spaces between them.",
            [],
        )
    wanted = [[(part[1], part[2]) for part in path if part] for path in paths]
    return None, [one for one in root.every() if any(_matches(one, path) for path in wanted)]


def _matches(element: _Element, path: list[tuple[str | None, str]]) -> bool:
    if not _is(element, *path[-1]):
        return False
    outer, above = len(path) - 2, element.parent
    while outer >= 0 and above is not None:
        if _is(above, *path[outer]):
            outer -= 1
        above = above.parent
    return outer < 0


def _is(element: _Element, tag: str | None, rest: str) -> bool:
    marks = re.findall(r"[.#][\w-]+", rest)
    return (tag is None or element.tag == tag.lower()) and all(
        mark[1:] in element.classes if mark[0] == "." else element.attributes.get("id") == mark[1:]
        for mark in marks
    )


def _parsed(text: str) -> _Element:
    parser = _Parser()
    parser.feed(text)
    parser.close()
    return parser.root


class _Parser(HTMLParser):
    """A tree of elements; a start tag is closed by the end tag of it, or of one around it."""

    def __init__(self) -> None:
        super().__init__()
        self.root = self._open = _Element("", {}, 1, None)
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, _ = self.getpos()
        # The start tag may have lines of its own.
        line += (self.get_starttag_text() or "").count("\n")
        element = _Element(tag, dict(attrs), line, self._open)
        self._open.children.append(element)
        if tag not in _VOID and self._depth < _DEEPEST:
            self._open = element
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        around: _Element | None = self._open
        while around is not None and around.tag != tag:
            around = around.parent
        if around is None or around.parent is None:
            return
        while self._open is not around.parent:
            self._depth -= 1
            self._open = self._open.parent or self.root

    def handle_data(self, data: str) -> None:
        self._open.children.append(data)
