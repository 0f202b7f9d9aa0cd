"""Display: `display()` and its kin for user code, and the count of what a run has shown."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from belljar_harness.events import Emitter

from .mime import Bundle, Formatter, from_mime

#: Fields that may be left out of a bundle that is too large.
_OPTIONAL = frozenset({"chart", "html", "svg", "data", "png", "jpeg", "json", "markdown", "latex"})
#: Longest name of a display, in characters.
ID_CHARS = 64


class Publisher:
    """Sends bundles, up to the limits of a run.

    Attributes:
        missing: Bundles of this run that were not sent because a limit was reached.
    """

    def __init__(self, events: Emitter, flush: Callable[[], None], displays: int, size: int) -> None:
        self._events = events
        self._flush = flush
        self._limits = displays, size
        #: Where bundles go instead, the last one first.
        self._diverted: list[list[Bundle]] = []
        self.begin()

    def begin(self) -> None:
        """A run starts: the limits count afresh."""
        self._left, self._left_size = self._limits
        self.missing = 0
        #: Names under which something is shown, and how often it was all cleared.
        self._live: set[str] = set()
        self._cleared = 0

    def send(self, kind: str, data: Bundle, **fields: Any) -> None:
        """Send a `display` or `result` event; what was printed before goes out first.

        A bundle that is too large for what is left loses its largest fields and keeps its text.
        """
        if self._diverted:
            self._diverted[-1].append(data)
            return
        self._flush()
        if self._left <= 0:
            self.missing += 1
            return
        data = self._fitting(data)
        self._left -= 1
        self._left_size -= self._events.emit(kind, data=data, **fields)

    def send_display(self, data: Bundle) -> None:
        """Send a `display` event."""
        self.send("display", data)

    def send_live(self, data: Bundle, name: str | None) -> None:
        """Send a `display` event; with a name in the place of what this run has shown under it."""
        if name is None or self._diverted:
            self.send("display", data)
            return
        known = name in self._live
        self._live.add(name)
        fields = {"id": f"{name}-{self._cleared}"} | ({"update": True} if known else {})
        self.send("display", data, **fields)

    def divert(self, into: list[Bundle]) -> None:
        """Put bundles into a list from now on, instead of sending them."""
        self._diverted.append(into)

    def restore(self, into: list[Bundle]) -> None:
        """Put no more into that list."""
        self._diverted = [other for other in self._diverted if other is not into]

    def _fitting(self, data: Bundle) -> Bundle:
        sizes = {field: _size(content) for field, content in data.items()}
        total = sum(sizes.values())
        if total <= self._left_size:
            return data
        kept = dict(data)
        dropped = []
        for field in sorted(sizes, key=lambda field: sizes[field], reverse=True):
            if total <= max(0, self._left_size) or field not in _OPTIONAL:
                continue
            total -= sizes[field]
            dropped.append(field)
            del kept[field]
        note = f"({', '.join(dropped)} left out: this run has shown as much as it may)"
        kept["text"] = f"{kept.get('text', '')[:10_000]}\n{note}".lstrip()
        return kept

    def clear(self, wait: bool) -> None:
        """What was shown is to be taken away."""
        if self._diverted:
            self._diverted[-1].clear()
            return
        self._live.clear()
        self._cleared += 1
        self._left = self._limits[0]  # what is taken away counts no more
        self._flush()
        self._events.emit("clear", wait=wait)


def _size(content: Any) -> int:
    """About how many characters a field takes as JSON, without encoding it."""
    if isinstance(content, str):
        return len(content)
    if isinstance(content, dict):
        return 16 + sum(len(str(key)) + 4 + _size(item) for key, item in content.items())
    if isinstance(content, (list, tuple)):
        return 2 + sum(1 + _size(item) for item in content)
    return 12


class DisplayHandle:
    """What `display(..., display_id=True)` returns: shows again in the same place."""

    def __init__(self, display: Display, display_id: str | None = None) -> None:
        self._display = display
        self.display_id = (display_id or display.new_id())[:ID_CHARS]

    def __repr__(self) -> str:
        return f"<DisplayHandle display_id={self.display_id}>"

    def display(self, obj: Any, **kwargs: Any) -> None:
        """Show `obj` in a new place under this handle."""
        self._display.display(obj, display_id=self.display_id, **kwargs)

    def update(self, obj: Any, **kwargs: Any) -> None:
        """Replace what is shown under this handle."""
        self._display.update(obj, display_id=self.display_id, **kwargs)


class Display:
    """The display functions of user code, with IPython's signatures."""

    def __init__(self, publisher: Publisher, formatter: Formatter) -> None:
        self._publisher = publisher
        self._formatter = formatter
        self._ids = itertools.count(1)

    def new_id(self) -> str:
        return f"display-{next(self._ids)}"

    def display(
        self,
        *objs: Any,
        include: Any = None,
        exclude: Any = None,
        metadata: Any = None,
        transient: Any = None,
        display_id: str | bool | None = None,
        raw: bool = False,
        clear: bool = False,
        **kwargs: Any,
    ) -> DisplayHandle | None:
        """Show objects now, each with all it can be shown as.

        Args:
            *objs: What to show.
            include, exclude, metadata, transient: Accepted for IPython's sake.
            display_id: A name to update it by later, or True to get one.
            raw: `objs` are dicts keyed by MIME type.
            clear: Clear the output first.

        Returns:
            A handle if `display_id` was given.
        """
        if clear:
            self._publisher.clear(wait=True)
        handle = None
        if display_id:
            handle = DisplayHandle(self, None if display_id is True else str(display_id))
        for obj in objs:
            fields = {"id": handle.display_id} if handle else {}
            self._publisher.send("display", self._bundle(obj, raw), **fields)
        return handle

    def update(self, obj: Any, *, display_id: str, raw: bool = False, **_: Any) -> None:
        """Replace what is shown under `display_id`."""
        self._publisher.send("display", self._bundle(obj, raw), id=str(display_id)[:ID_CHARS], update=True)

    def clear_output(self, wait: bool = False) -> None:
        """Clear what the cell has shown; with `wait` not before the next output comes."""
        self._publisher.clear(bool(wait))

    def _bundle(self, obj: Any, raw: bool) -> Bundle:
        return from_mime(obj) if raw and isinstance(obj, dict) else self._formatter.bundle(obj)
