"""Inputs: `input()`, `getpass()` and `sys.stdin`, answered by whoever watches the run.

What was asked and answered is written to stdout as a terminal would show it, a password without the answer.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from belljar_harness.interpreter.bridge import Bridge
from belljar_harness.waiting import Waiter

NOBODY = 'nobody is there to answer. Put the value into the code instead, e.g. name = "Ada".'


class Inputs:
    """Questions of user code.

    Attributes:
        allowed: Whether this run has somebody to ask.
    """

    def __init__(
        self, bridge: Bridge, waiter: Waiter, write: Callable[[str], Any], flush: Callable[[], None]
    ) -> None:
        self._bridge = bridge
        self._waiter = waiter
        self._write = write
        self._flush = flush
        self.allowed = True

    def input(self, prompt: object = "", /) -> str:
        """Read one line, without its newline. The prompt is shown by whoever asks.

        Raises:
            EOFError: Nobody answers.
            RuntimeError: This browser can't wait in the middle of Python code.
        """
        return self._ask(str(prompt), password=False, caller="input()")

    def getpass(
        self, prompt: str = "Password: ", stream: object = None, *, echo_char: str | None = None
    ) -> str:
        """Read one line that isn't shown."""
        return self._ask(str(prompt), password=True, caller="getpass()")

    def line(self) -> str:
        """The next line of stdin with its newline; empty when nobody answers."""
        try:
            return self._ask("", password=False, caller="Reading sys.stdin") + "\n"
        except EOFError:
            return ""

    def _ask(self, prompt: str, *, password: bool, caller: str) -> str:
        self._flush()
        if not self.allowed:
            raise EOFError(f"{caller} was called, but {NOBODY}")
        if not self._bridge.can_suspend():
            raise RuntimeError(
                f"{caller} can't wait for an answer here: this browser lacks JavaScript Promise Integration. "
                "Put the value into the code instead, or use a current Chromium."
            )
        answer = self._waiter.suspend(self._bridge.read_input(prompt, password))
        if answer is None:
            raise EOFError(f"{caller} was called, but {NOBODY}")
        answer = answer.removesuffix("\n").removesuffix("\r")
        self._write(f"{prompt}\n" if password else f"{prompt}{answer}\n")
        return answer


class Stdin(io.TextIOBase):
    """`sys.stdin` of user code."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._rest = ""

    @property
    def name(self) -> str:
        return "<stdin>"

    @property
    def mode(self) -> str:
        return "r"

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def readable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        line, self._rest = self._rest or self._inputs.line(), ""
        if size is not None and 0 <= size < len(line):
            line, self._rest = line[:size], line[size:]
        return line

    def read(self, size: int | None = -1, /) -> str:
        if size is not None and size >= 0:
            return self.readline(size)
        return "".join(iter(self.readline, ""))

    def close(self) -> None:
        # `exit()` closes sys.stdin; the cells after it may still ask.
        pass
