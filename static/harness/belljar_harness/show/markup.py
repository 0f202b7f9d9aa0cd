"""Markup: the words of an HTML view, for whoever sees text only."""

from __future__ import annotations

import html
import re

#: Of longer markup only the beginning is read, in characters.
MARKUP_CHARS = 400_000

#: What an object says of itself that has nothing to say: its address in memory.
_ADDRESS = re.compile(r"<[^<>\n]{1,300} at 0x[0-9a-f]+>")

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})(?:[\s/][^<>]{0,5000})?>|<!--|-->|<![^<>]{0,200}>")

#: What ends a line, and what is not to be read.
_BLOCKS = frozenset(("address", "article", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "figure"))
_BLOCKS |= frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "section", "table"))
_BLOCKS |= frozenset(("tr", "ul"))
_CELLS = frozenset(("td", "th"))
_UNREAD = frozenset(("style", "script", "title", "svg", "template"))


def is_address(text: str) -> bool:
    """Whether a repr says no more than a type and an address."""
    return _ADDRESS.fullmatch(text) is not None


def words(markup: str) -> str:
    """The text of markup: a line for each row and paragraph, cells apart by tabs."""
    lines = [""]
    unread = ""
    at = 0
    text = markup[:MARKUP_CHARS]
    for tag in _TAG.finditer(text):
        if not unread:
            lines[-1] += " ".join(f"|{text[at : tag.start()]}|".split())[1:-1]
        at = tag.end()
        name = (tag[2] or tag[0]).lower()
        if unread:
            unread = "" if name == unread and (tag[1] or name == "-->") else unread
        elif name == "<!--":
            unread = "-->"
        elif name in _UNREAD and not tag[1]:
            unread = name
        elif name in _BLOCKS:
            lines.append("")
        elif name in _CELLS and not tag[1]:
            lines[-1] = f"{lines[-1].rstrip(' ')}\t"
    if not unread:
        lines[-1] += " ".join(text[at:].split())
    read = (html.unescape(line).replace("\u00a0", " ").strip() for line in lines)
    return "\n".join(line for line in read if line)
