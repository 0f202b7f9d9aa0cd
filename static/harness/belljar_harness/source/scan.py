"""Scan: where statements begin in text that may not be Python, told line by line.

Python's own tokenizer gives up at the first line that isn't Python, and takes a quote in `!echo it's` for a
string. This one knows strings, comments, brackets and continuations, and is only shown what is to be Python.
"""

from __future__ import annotations

import re

_NEXT = re.compile(r"""#|'{3}|"{3}|['"()\[\]{}]""")
#: A backslash hides what follows it, in raw strings too.
_CLOSING = {quote: re.compile(rf"\\.|{quote}") for quote in ("'", '"', "'''", '"""')}

Stretch = tuple[int, int]


def lines_of(text: str) -> list[str]:
    """The lines of a text, with their ends, as Python counts them.

    `str.splitlines` also ends lines at form feeds and U+2028, which Python takes for part of one.
    """
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + lines[-1:] if lines[-1] else [x + "\n" for x in lines[:-1]]


class Scanner:
    """Follows a text from line to line."""

    def __init__(self) -> None:
        self._quote = ""
        self._depth = 0
        self._continued = False

    @property
    def fresh(self) -> bool:
        """Whether the next line begins a statement: outside of strings and brackets, not continued."""
        return not (self._quote or self._depth or self._continued)

    @property
    def quoted(self) -> bool:
        """Whether the next line begins inside a string."""
        return bool(self._quote)

    def feed(self, line: str) -> list[Stretch]:
        """Take in a line, without its end; returns the stretches that are neither string nor comment."""
        code: list[Stretch] = []
        at = 0
        self._continued = False
        while True:
            if self._quote:
                at = self._close(line, at)
                if self._quote:
                    return code
            found = _NEXT.search(line, at)
            if found is None:
                code.append((at, len(line)))
                self._continued = line.endswith("\\")
                return code
            code.append((at, found.start()))
            at, mark = found.end(), found[0]
            if mark == "#":
                return code
            if mark in "([{":
                self._depth += 1
            elif mark in ")]}":
                self._depth = max(0, self._depth - 1)
            else:
                self._quote = mark

    def _close(self, line: str, at: int) -> int:
        """Look for the end of the string that is open; returns what comes behind it."""
        quote = self._quote
        for found in _CLOSING[quote].finditer(line, at):
            if found[0] == quote:
                self._quote = ""
                return found.end()
        if len(quote) == 1 and not line.endswith("\\"):
            self._quote = ""  # a mistake: a string of one quote ends with its line
        return len(line)
