"""Results: what cells gave when docs were built, so that pages show it before anything loads.

    stored = Results.read("results.json")
    page = stored.page()                              # one for each document
    page.script("print(1)", session="a")              # <script type="application/json" data-belljar-result>…

A result belongs to code and to all that ran before it in its session: of a cell that was changed since, or
that comes after a changed one, there is none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import belljar
from belljar.answers.execution import Execution
from belljar.cells.cell import SESSION
from belljar.errors import CellsError
from belljar.untrusted.rebuilt import MalformedError

_FORMAT = 1


class Page:
    """The results of one document, in the order of its cells.

    Args:
        results: Those of the whole folder; more may be added.
    """

    def __init__(self, results: dict[str, Execution]) -> None:
        self._results = results
        self._before: dict[str, str] = {}

    def add(self, execution: Execution, code: str, *, session: str = SESSION, setup: str = "") -> None:
        """Remembers what the session's next cell gave."""
        self._results[self._key(code, session, setup)] = execution

    def result(self, code: str, *, session: str = SESSION, setup: str = "") -> Execution | None:
        """What the session's next cell gave; None where nobody knows. To be asked for each cell, in order."""
        return self._results.get(self._key(code, session, setup))

    def script(self, code: str, *, session: str = SESSION, setup: str = "") -> str:
        """The same as an element to stand inside of `<bell-jar>`; empty where nobody knows."""
        execution = self.result(code, session=session, setup=setup)
        return "" if execution is None else script(execution)

    def _key(self, code: str, session: str, setup: str) -> str:
        """Names a cell by its code and by what ran before it."""
        told = json.dumps([self._before.get(session, ""), setup.strip(), code.strip()])
        key = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()
        self._before[session] = key
        return key


class Results:
    """The results of a folder of docs."""

    def __init__(self, results: Mapping[str, Execution] | None = None) -> None:
        self._results = dict(results or {})

    def __len__(self) -> int:
        return len(self._results)

    def page(self) -> Page:
        """Those of one document: its cells are added, or asked for, in their order."""
        return Page(self._results)

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Results that `belljar check --store` wrote.

        Raises:
            CellsError: It can't be read, or holds something else.
        """
        try:
            wire = json.loads(Path(path).read_text(encoding="utf-8"))
            if wire["format"] != _FORMAT:
                raise CellsError(
                    f"{path} is of another belljar. Write it again with `belljar check --store`."
                )
            return cls({str(key): Execution.from_dict(one) for key, one in wire["results"].items()})
        except OSError as error:
            raise CellsError(f"{path} cannot be read: {error.strerror or error}.") from None
        except (ValueError, MalformedError, KeyError, TypeError, AttributeError):
            raise CellsError(
                f"{path} holds no results of cells. Write it with `belljar check --store`."
            ) from None

    def write(self, path: str | Path) -> None:
        """Writes them where `read` finds them.

        Raises:
            CellsError: It can't be written.
        """
        wire: dict[str, Any] = {"format": _FORMAT, "belljar": belljar.__version__}
        wire["results"] = {key: one.to_dict() for key, one in sorted(self._results.items())}
        target = Path(path)
        part = target.with_name(f"{target.name}.part")
        try:
            part.write_text(f"{json.dumps(wire, indent=1)}\n", encoding="utf-8")
            part.replace(target)
        except OSError as error:
            raise CellsError(f"{path} cannot be written: {error.strerror or error}.") from None


def script(execution: Execution) -> str:
    """An execution as the element that `<bell-jar>` reads."""
    # Nothing in it can end the element, or begin a comment.
    wire = json.dumps(execution.to_dict(), separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" data-belljar-result>{wire}</script>'
