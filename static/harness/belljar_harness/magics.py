"""Magics: what the calls do that a notebook's lines are made into (see `source.magics`)."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from . import timing
from .limits.loading import Loader
from .limits.packages import Packages
from .lines import SILENT, Lines, UsageError
from .programs.run import PROGRAMS, Done, MissingError, Runner, Said
from .reloading import Reloader
from .show.capture import Captured, Capturing
from .show.printers import Formatters
from .source import magics as written
from .source import pip

#: What to write instead of the commonest shell commands and magics.
INSTEAD = {
    "dir": "os.listdir()",
    "debug": "print(), or the traceback",
    "wget": "the files panel to add a file",
    "curl": "the files panel to add a file",
    "git": "the files panel to add files",
    "kaggle": "the files panel to add files",
    "gdown": "the files panel to add a file",
    "apt": "what is there: packages come with `pip install` or their import, fonts by themselves",
    "apt-get": "what is there: packages come with `pip install` or their import, fonts by themselves",
    "ffmpeg": 'a GIF (`save("it.gif", writer="pillow")`)',
}
_KINDS = {
    "html": "text/html",
    "markdown": "text/markdown",
    "latex": "text/latex",
    "svg": "image/svg+xml",
}


class Magics:
    """What the calls do.

    Args:
        packages: For `pip install`.
        loader: Loads what wasn't loaded beforehand.
        variables: Gives the user's globals.
        display: For `%%html` and the like: called with a bundle keyed by MIME type.
        capturing: For `%%capture`.
        reloader: For `%autoreload`.
        printers: How code has set that types are shown.
    """

    def __init__(
        self,
        packages: Packages,
        loader: Loader,
        variables: Callable[[], dict[str, Any]],
        display: Callable[[dict[str, Any]], Any],
        capturing: Capturing,
        reloader: Reloader,
        printers: Formatters,
    ) -> None:
        self._packages = packages
        self._loader = loader
        self._variables = variables
        self._display = display
        self._capturing = capturing
        self._lines = Lines(variables, reloader)
        self._latest = 0.0
        #: What is to be done at the end of the cell, the last begun first.
        self._endings: list[Callable[[], None]] = []
        #: How code has set that types are shown.
        self.printers = printers
        #: Magics that code has registered, by name.
        self.own: dict[str, Callable[..., Any]] = {}

    def module(self) -> ModuleType:
        """The module that the calls import."""
        module = ModuleType(written.MODULE, "Magics of notebook cells, as functions.")
        for name in (
            "line",
            "cell",
            "shell",
            "output",
            "pip",
            "nothing",
            "misplaced",
            "begin_capture",
        ):
            setattr(module, name, getattr(self, name))
        module.__dict__.update(begin_time=self.begin_time, end_time=self.end_time)
        module.__dict__.update(help=self._lines.help, help_more=self._lines.help_more)
        return module

    def end(self) -> None:
        """The cell is over: `%%time` tells how long it took, `%%capture` keeps what was shown."""
        while self._endings:
            self._endings.pop()()

    def begin_time(self, rest: str | None = None) -> float:
        """`%%time`; without an argument `%time`, whose end comes by itself."""
        began = time.perf_counter()
        if rest is not None:
            self._endings.append(lambda: self.end_time(began, None))
        else:
            self._latest = began
        return began

    def end_time(self, began: float | None, value: Any) -> Any:
        """Say how long it took since `began`, or the last `%time`; returns `value`."""
        timing.tell(self._latest if began is None else began)
        return value

    def begin_capture(self, rest: str) -> None:
        """`%%capture [--no-stdout] [--no-stderr] [--no-display] [name]`."""
        words = rest.split()
        name = next((word for word in words if not word.startswith("-")), None)
        end = self._capturing.begin(
            stdout="--no-stdout" not in words,
            stderr="--no-stderr" not in words,
            display="--no-display" not in words,
        )

        def finish() -> None:
            captured = end()
            if name is not None:
                self._variables()[name] = captured

        self._endings.append(finish)

    @contextlib.contextmanager
    def capture(self, stdout: bool = True, stderr: bool = True, display: bool = True) -> Iterator[Captured]:
        """`IPython.utils.capture.capture_output`."""
        captured = Captured(self._display)
        end = self._capturing.begin(stdout=stdout, stderr=stderr, display=display, into=captured)
        try:
            yield captured
        finally:
            end()

    def nothing(self) -> None:
        """A lone sign."""

    def misplaced(self, name: str) -> None:
        """A cell's magic that isn't in its first line."""
        raise UsageError(f"%%{name} goes into the first line of a cell. Put this into a cell of its own.")

    def line(self, name: str, rest: str) -> Any:
        """`%name rest`."""
        if name in self.own:
            return self.own[name](rest)
        if name in SILENT:
            return None
        if name in ("system", "sx"):
            return self.output(rest)
        action = self._lines.named(name)
        if action is None:
            if name in PROGRAMS:
                return self.shell(f"{name} {rest}")
            raise UsageError(f"%{name} does not exist in this sandbox.{_instead(name)}")
        return action(rest)

    def typed(self, name: str, rest: str) -> Any:
        """`%name rest`, pip's among them, as code asks for it."""
        command = f"{name} {rest}"
        return self.pip(command) if pip.command(command) is not None else self.line(name, rest)

    def cell(self, name: str, rest: str, body: str) -> Any:
        """`%%name rest` over a whole cell."""
        kind = name.lower()
        if name in self.own:
            return self.own[name](rest, body)
        if kind in _KINDS:
            return self._display({_KINDS[kind]: body, "text/plain": body})
        if name == "timeit":
            return timing.timeit(rest, self._variables(), body)
        if name in ("prun", "time", "capture", *written.PLAIN):
            return self._around(name, rest, body)
        if name in ("writefile", "file") and rest:
            return self._write(rest, body)
        if name in ("bash", "sh", "system", "sx", "script"):
            if name == "script" and rest.split(maxsplit=1)[:1] != ["bash"] and not rest.startswith("sh"):
                raise UsageError(f"%%script {rest}: a browser has no such program; cells are Python.")
            self._done(body, live=True)
            return None
        raise UsageError(f"%%{name} does not exist in this sandbox; cells are Python.")

    def shell(self, command: str) -> None:
        """`!command`."""
        self._done(self._lines.expand(command).strip(), live=True)

    def output(self, command: str) -> Said:
        """`x = !command`: what it says, by line."""
        _, said, failed = self._done(self._lines.expand(command).strip())
        return Said((said + failed).splitlines())

    def pip(self, command: str) -> None:
        """`%pip install ...` and `!pip install ...`."""
        if said := self._packages.command(pip.command(self._lines.expand(command)) or []):
            print("\n".join(said))

    def _done(self, command: str, *, live: bool = False) -> Done:
        runner = Runner(self._packages.program, self._text, live=live)
        try:
            return runner.run(command)
        except MissingError as error:
            name = str(error)
            if name[:1].isalnum():
                raise UsageError(f"!{name}: a browser has no shell.{_instead(name)}") from None
            raise UsageError(
                f"A browser has no shell: {name!r} is more than commands know here. "
                "Write it in Python instead."
            ) from None

    def _text(self, name: str) -> str | None:
        """What `$name` stands for: a variable's value."""
        found = self._variables()
        return str(found[name]) if name in found else None

    # ------------------------------------------------------------ what they need

    def _around(self, name: str, rest: str, body: str) -> Any:
        """A cell's magic that code asked for by `run_cell_magic`."""
        if name == "prun":
            return timing.profile(body, self._variables())
        count = len(self._endings)
        if name == "time":
            self.begin_time(rest)
        elif name == "capture":
            self.begin_capture(rest)
        try:
            return self.run(body)
        finally:
            while len(self._endings) > count:
                self._endings.pop()()

    def run(self, code: str) -> Any:
        """Run text as a cell does, without `await`; returns the value of an expression at its end."""
        translated = written.translate(code)
        return timing.evaluate(translated.source if translated else code, "<run_cell>", self._variables())

    def _write(self, rest: str, body: str) -> None:
        path = self._lines.expand(rest.rsplit(maxsplit=1)[-1].strip("\"'"))
        append = rest.startswith(("-a ", "--append "))
        there = os.path.exists(path)
        with open(path, "a" if append else "w", encoding="utf-8") as file:
            file.write(body if body.endswith("\n") else body + "\n")
        print(f"{'Appending to' if append else 'Overwriting' if there else 'Wrote'} {path}")


def _instead(name: str) -> str:
    return f" Use {INSTEAD[name]} instead." if name in INSTEAD else " Write it in Python instead."
