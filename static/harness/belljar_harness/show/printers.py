"""Printers: how types are shown, as code sets it with `get_ipython().display_formatter.formatters[...]`.

sympy's `init_printing` does so, and notebooks that want their numbers in another form.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

Printer = Callable[..., Any]


class Printers:
    """The printers of one MIME type, by type.

    Attributes:
        type_printers: The types' own.
        enabled: Accepted for IPython's sake.
    """

    def __init__(self) -> None:
        self.type_printers: dict[type, Printer] = {}
        self.deferred_printers: dict[tuple[str, str], Printer] = {}
        self.enabled = True

    def for_type(self, kind: Any, printer: Printer | None = None) -> Printer | None:
        """Set the printer of a type; returns the one it had."""
        if isinstance(kind, str):
            module, _, name = kind.rpartition(".")
            return self.for_type_by_name(module, name, printer)
        before = self.type_printers.get(kind)
        if printer is not None:
            self.type_printers[kind] = printer
        return before

    def for_type_by_name(self, module: str, name: str, printer: Printer | None = None) -> Printer | None:
        """The same for a type that need not be imported yet."""
        before = self.deferred_printers.get((module, name))
        if printer is not None:
            self.deferred_printers[module, name] = printer
        return before

    def lookup_by_type(self, kind: type) -> Printer:
        """The printer of a type, or of one that it comes from.

        Raises:
            KeyError: There is none.
        """
        for one in kind.__mro__:
            found = self.type_printers.get(one) or self.deferred_printers.get((one.__module__, one.__name__))
            if found is not None:
                return found
        raise KeyError(kind)

    def lookup(self, value: Any) -> Printer:
        """The printer of a value; raises KeyError."""
        return self.lookup_by_type(type(value))

    def pop(self, kind: type, default: Any = None) -> Any:
        """Forget the printer of a type; returns it."""
        return self.type_printers.pop(kind, default)

    def __bool__(self) -> bool:
        return bool(self.type_printers or self.deferred_printers)


class Text:
    """What a printer of text writes to, as IPython's pretty printer has it."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def text(self, text: str) -> None:
        self.parts.append(text)

    def pretty(self, value: Any) -> None:
        self.parts.append(repr(value))

    def breakable(self, sep: str = " ") -> None:
        self.parts.append(sep)

    def break_(self) -> None:
        self.parts.append("\n")


class Formatters(MutableMapping[str, Printers]):
    """The printers of all MIME types, made as they are asked for."""

    def __init__(self) -> None:
        self._kinds: dict[str, Printers] = {}

    def __getitem__(self, kind: str) -> Printers:
        return self._kinds.setdefault(kind, Printers())

    def __setitem__(self, kind: str, printers: Printers) -> None:
        self._kinds[kind] = printers

    def __delitem__(self, kind: str) -> None:
        self._kinds.pop(kind, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def bundle(self, value: Any) -> dict[str, Any]:
        """What the printers make of a value, by MIME type; a printer that fails is skipped, and said."""
        found: dict[str, Any] = {}
        for kind, printers in self._kinds.items():
            if not printers:
                continue
            try:
                printer = printers.lookup(value)
            except KeyError:
                continue
            try:
                made = _printed(printer, value) if kind == "text/plain" else printer(value)
            except (KeyboardInterrupt, MemoryError):
                raise
            except BaseException as error:
                print(f"The printer of {type(value).__name__} failed: {error!r:.500}", file=sys.stderr)
                continue
            if made is not None:
                found[kind] = made
        return found


def _printed(printer: Printer, value: Any) -> str:
    text = Text()
    printer(value, text, False)
    return "".join(text.parts)
