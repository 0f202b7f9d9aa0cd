"""Capture: what a stretch of a cell would have shown, kept instead: `%%capture`, `capture_output`."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable
from typing import Any

from .display import Publisher


class Captured:
    """What was captured, with IPython's names."""

    def __init__(self, display: Callable[[dict[str, Any]], Any]) -> None:
        self._display = display
        self.out, self.err = io.StringIO(), io.StringIO()
        #: Bundles as they would have been shown.
        self.outputs: list[dict[str, Any]] = []

    @property
    def stdout(self) -> str:
        return self.out.getvalue()

    @property
    def stderr(self) -> str:
        return self.err.getvalue()

    def __str__(self) -> str:
        return self.stdout

    def show(self) -> None:
        """Show it now."""
        sys.stdout.write(self.stdout)
        sys.stderr.write(self.stderr)
        for bundle in self.outputs:
            self._display(bundle)

    __call__ = show


class Capturing:
    """Diverts the streams and what is shown.

    Args:
        publisher: Sends what is shown.
        flush: Shows the figures that are still open.
    """

    def __init__(self, publisher: Publisher, flush: Callable[[], None]) -> None:
        self._publisher = publisher
        self._flush = flush

    def begin(
        self,
        *,
        stdout: bool = True,
        stderr: bool = True,
        display: bool = True,
        into: Captured | None = None,
    ) -> Callable[[], Captured]:
        """Divert from now on; returns what ends that."""
        captured = Captured(self._publisher.send_display) if into is None else into
        streams = contextlib.ExitStack()
        if stdout:
            streams.enter_context(contextlib.redirect_stdout(captured.out))
        if stderr:
            streams.enter_context(contextlib.redirect_stderr(captured.err))
        if display:
            self._publisher.divert(captured.outputs)

        def end() -> Captured:
            if display:
                with contextlib.suppress(Exception):
                    self._flush()
                self._publisher.restore(captured.outputs)
            streams.close()
            return captured

        return end
