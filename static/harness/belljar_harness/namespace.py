"""Namespaces: a `__main__` of its own for each context, and the history of what its cells gave.

What a notebook offers without an import (`display`, `_`, `Out`, ...) is put among the builtins, so that
`dir()` shows what the user defined and nothing else, and any name can be redefined.
"""

from __future__ import annotations

import builtins
import contextvars
import os
import sys
from types import ModuleType
from typing import Any

#: Results that `Out` and `_N` keep. More would hold every table ever shown in memory.
OUT_KEPT = 10


class Context:
    """One named session of cells: its variables, its counter, its history.

    Attributes:
        module: The user's `__main__`.
        count: Cells run so far.
        flags: Future flags that its cells set.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.module = ModuleType("__main__")
        # Scripts look for their data beside the file that they think they are.
        self.module.__dict__.update(__builtins__=builtins, __file__=os.path.join(os.getcwd(), "cell.py"))
        self.count = 0
        self.flags = 0
        #: Sources by execution count; `In[0]` is empty.
        self.sources: list[str] = [""]
        #: The last results by execution count.
        self.results: dict[int, Any] = {}
        #: What its cells set in context variables: decimal's precision, NumPy's print options. Each cell runs
        #: in a task, and so in a copy of its own.
        self._settings: contextvars.Context | None = None

    @property
    def variables(self) -> dict[str, Any]:
        """The globals its cells run in."""
        return self.module.__dict__

    def enter(self) -> None:
        """Become the interpreter's `__main__`, for pickle, inspect and whoever asks."""
        sys.modules["__main__"] = self.module
        for variable, value in (self._settings or {}).items():
            variable.set(value)
        self._publish()

    def begin(self, source: str) -> int:
        """Count a cell; returns its number, from 1."""
        self.count += 1
        self.sources.append(source)
        # A new cell is a new place: a warning on its first line isn't that of the last cell's first line.
        self.variables.pop("__warningregistry__", None)
        return self.count

    def end(self) -> None:
        """The cell has run, in the current task."""
        self._settings = contextvars.copy_context()
        self.variables.pop("__warningregistry__", None)

    def store(self, value: Any) -> None:
        """Keep a result as `_`, `_N` and `Out[N]`. What drops out of the last OUT_KEPT is forgotten."""
        if value is self.results:
            return
        self.results[self.count] = value
        while len(self.results) > OUT_KEPT:
            oldest = next(iter(self.results))
            del self.results[oldest]
        self._publish()

    def _publish(self) -> None:
        withdraw()
        names = builtins.__dict__
        names["In"], names["Out"] = self.sources, self.results
        for count, value in self.results.items():
            names[f"_{count}"] = value
        recent = list(self.results.values())[-3:]
        for name, value in zip(("_", "__", "___"), reversed(recent), strict=False):
            names[name] = value


def withdraw() -> None:
    """Take the history of whatever context was current out of the builtins."""
    names = builtins.__dict__
    for name in [name for name in names if name[:1] == "_" and (name[1:].isdigit() or not name.strip("_"))]:
        del names[name]
    for name in ("In", "Out"):
        names.pop(name, None)
