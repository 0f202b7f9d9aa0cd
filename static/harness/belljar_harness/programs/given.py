"""Given: what a program was called with, what it read, and what it could not do."""

from __future__ import annotations

import getopt
from collections.abc import Callable, Iterable, Iterator


class RefusedError(Exception):
    """An option or an operand that a program does not have here; the text says so as the program would."""


class Given:
    """One call of a program.

    Attributes:
        words: What stands behind its name.
        options: Those of `words` that begin with a dash.
        paths: The others.
        piped: What comes from the program before it, or from a file.
        live: What it says goes to the cell's own streams, and so may go there at once.
        failed: What it could not do, in the words of the program.
        errors: What it wrote to stderr otherwise.
        status: Its exit status; 1 where something failed and it says no other.
    """

    def __init__(self, words: list[str], piped: str, *, live: bool = False) -> None:
        self.words = words
        self.options = [word for word in words if word.startswith("-") and len(word) > 1]
        self.paths = [word for word in words if word not in self.options]
        self.piped = piped
        self.live = live
        self.failed: list[str] = []
        self.errors = ""
        self.status = 0

    def letters(self, known: str) -> set[str]:
        """Its options of one letter.

        Raises:
            RefusedError: One isn't known.
        """
        found = set()
        for option in self.options:
            for letter in option[1:]:
                if option.startswith("--") or letter not in known:
                    raise RefusedError(f"{option}: this option does not exist here")
                found.add(letter)
        return found

    def parsed(self, known: str) -> dict[str, str]:
        """Its options by letter, those with values as `getopt` names them; `paths` are what is left.

        Raises:
            RefusedError: One isn't known, or lacks its value.
        """
        try:
            found, self.paths = getopt.gnu_getopt(self.words, known)
        except getopt.GetoptError as error:
            raise RefusedError(f"{error}: this option does not exist here") from None
        return {name.lstrip("-"): value for name, value in found}

    def texts(self) -> Iterator[tuple[str, str]]:
        """Name and content of each file, or what came through the pipe."""
        if not self.paths:
            yield "", self.piped
        for path in self.paths:
            if path == "-":
                yield path, self.piped
                continue
            try:
                with open(path, encoding="utf-8", errors="replace", newline="") as file:
                    yield path, file.read()
            except OSError as error:
                self.failed.append(reason(error))

    def lines(self) -> Iterator[str]:
        """The lines of all of them, without their ends."""
        for _, text in self.texts():
            yield from text.splitlines()


#: What a program says, as text; its faults are in what it was given.
Program = Callable[[Given], Iterable[str]]


def reason(error: Exception, path: str = "") -> str:
    """An error in the words of a program."""
    if isinstance(error, OSError):
        return f"{path or error.filename or ''}: {error.strerror or error}".lstrip(": ")
    return str(error)
