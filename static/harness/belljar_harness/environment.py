"""The environment of user code: what the sandbox puts into the interpreter, and takes out again.

The parts are made and wired here and nowhere else.
"""

from __future__ import annotations

import builtins
import contextlib
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from . import files, notices
from .events import Emitter
from .figures.figures import Figures
from .interpreter import loop
from .interpreter.bridge import Bridge
from .limits import pools
from .limits.allowlist import Allowlist
from .limits.debugging import Debugging
from .limits.imports import OnDemandFinder
from .limits.inputs import Inputs, Stdin
from .limits.loading import Loader
from .limits.network import Network
from .limits.packages import Packages
from .limits.processes import Processes
from .limits.signals import Signals
from .limits.threads import Threads
from .loops import Loops
from .magics import Magics
from .opened import Opened
from .parquet import engine as parquet
from .patches import ImportHooks, Patches
from .reloading import Reloader
from .shell import Shell
from .show import charts, ipython, tables
from .show.capture import Capturing
from .show.display import Display, Publisher
from .show.mime import Formatter
from .source import origin
from .source.magics import MODULE as MAGICS_MODULE
from .streams import Outlet, TextStream
from .waiting import Waiter

#: So many files that stay behind are named.
ASTRAY = 5
#: The most attempts to reach a network that one run reports.
BLOCKED = 50


class Environment:
    """The parts that serve user code.

    Args:
        bridge: To the worker.
        cells: File names of cells, as they come to be.
        variables: Gives the globals of the context that runs.
    """

    def __init__(self, bridge: Bridge, cells: set[str], variables: Callable[[], dict[str, Any]]) -> None:
        settings = bridge.settings
        self._bridge = bridge
        self._patches = Patches()
        self._hooks = ImportHooks()
        self._blocked_left = BLOCKED
        self.events = Emitter(bridge.emit)
        self.outlet = Outlet(self.events, settings.stream_chars)
        self._stdout = TextStream("stdout", self.outlet)
        self._stderr = TextStream("stderr", self.outlet)
        self.waiter = Waiter(bridge, self.outlet.flush)
        self.loops = Loops(self.waiter)
        self.threads = Threads(self.waiter)
        self.inputs = Inputs(bridge, self.waiter, self._stdout.write, self.outlet.flush)
        self.loader = Loader(bridge, Allowlist(bridge.allowlist), self.events, self.waiter, self.outlet.flush)
        self.packages = Packages(self.loader)
        self.publisher = Publisher(self.events, self.outlet.flush, settings.displays, settings.display_bytes)
        self.figures = Figures(
            self.publisher.send_live, settings.figure_scale, lambda name: self.loader.load_now([name])
        )
        self.formatter = Formatter(settings.table_rows, settings.table_columns, self.figures.displayed)
        self.display = Display(self.publisher, self.formatter)
        self.reloader = Reloader(os.getcwd())
        self.magics = Magics(
            self.packages,
            self.loader,
            variables,
            lambda data: self.display.display(data, raw=True),
            Capturing(self.publisher, self.figures.flush),
            self.reloader,
            self.formatter.printers,
        )
        self.shell = Shell(self.magics, variables)
        self.files = files.Files(os.getcwd(), files.ASIDE if loop.has_one_thread() else None)
        self.opened = Opened()
        self._debugging = Debugging()
        self._signals = Signals(bridge, self.waiter)
        self._cells = cells
        self._network = Network(self.blocked)
        self._finder = OnDemandFinder(self.loader, cells.__contains__, self.blocked)
        self._install()

    def _install(self) -> None:
        patches, hooks = self._patches, self._hooks
        hooks.install()
        self._finder.install()
        self._streams = {"stdout": self._stdout, "stderr": self._stderr, "stdin": Stdin(self.inputs)}
        for name, stream in self._streams.items():
            patches.put(sys, name, stream)
            patches.put(sys, f"__{name}__", stream)
        patches.set(os, "write", self._os_write(os.write))
        patches.put(builtins, "display", self.display.display)
        patches.put(builtins, "input", self.inputs.input)
        self._main = sys.modules["__main__"]
        self.waiter.install(patches)
        self._signals.install(patches)
        notices.install(patches)
        self.opened.install(hooks, patches)
        self._debugging.install(hooks, patches)
        origin.install(patches, self._cells)
        if loop.has_one_thread():
            self.threads.install(hooks, patches)
            pools.install(hooks, patches)
        Processes(self.packages).install(hooks, patches)
        self._network.install(hooks, patches)
        self.figures.install(hooks, patches)
        hooks.after("getpass", self._getpass)
        hooks.after("pandas", tables.set_defaults)
        hooks.after("pandas.io.parquet", lambda module: parquet.install(module, patches, self.loader))
        hooks.provide("micropip", self.packages.module)
        self.loader.allowlist.mark(["micropip"])  # ours is always there; the real one would ask the network
        hooks.provide(MAGICS_MODULE, self.magics.module)
        ipython.provide(hooks, self.display, self._network.error, self.shell.get)
        charts.install(hooks, patches, self.display.display)
        self.shell.install(hooks, patches)
        # Of a file that changes twice in a second it would be the first.
        patches.put(sys, "dont_write_bytecode", True)
        self.loops.install(hooks, patches)

    def remove(self) -> None:
        """Put the interpreter back as it was."""
        self._patches.undo()
        self._hooks.remove()
        self._finder.remove()
        sys.modules["__main__"] = self._main

    def begin(self, run: str) -> None:
        """A run starts."""
        self._blocked_left = BLOCKED
        notices.begin()
        self.figures.begin()
        self.outlet.begin()
        self.publisher.begin()
        self.events.begin(run)

    def configure(self, *, allow_input: bool, svg: bool) -> None:
        """Apply the options of a run."""
        self.inputs.allowed = allow_input
        self._debugging.begin(allow_input)
        self.figures.svg = svg

    def finish(self) -> dict[str, Any]:
        """A run is over: send what is left, keep its files.

        Returns:
            Fields of `done`: the changed files, and what was not shown because a limit was reached.
        """
        self.waiter.end()
        self._signals.end()
        self._debugging.end()
        self._restore_streams()
        self.reloader.note()
        self.opened.flush()
        if astray := self.files.astray():
            named = ", ".join(astray[:ASTRAY]) + (" ..." if len(astray) > ASTRAY else "")
            self._stderr.write(
                f"Only files of the working directory are handed over: {named} stays behind. "
                f"Write it there, e.g. to {os.path.basename(astray[0])!r}.\n"
            )
        self.outlet.flush()
        changes = self.files.changes()
        for change in changes:
            if change["change"] != "deleted":
                self._bridge.keep_file(change["path"])
        fields: dict[str, Any] = {"changes": changes}
        if self.outlet.missing or self.publisher.missing:
            fields["truncated"] = {"stream_chars": self.outlet.missing, "displays": self.publisher.missing}
        return fields

    def _restore_streams(self) -> None:
        """A stream that a cell has put in the place of ours is the cell's: the next one prints here."""
        for name, stream in self._streams.items():
            other: Any = getattr(sys, name, None)
            if other is not stream:
                with contextlib.suppress(Exception):
                    other.flush()
                setattr(sys, name, stream)

    def blocked(self, what: str, target: str) -> None:
        """Report that user code was refused something, at most BLOCKED times a run."""
        if self._blocked_left > 0:
            self._blocked_left -= 1
            self.events.emit("blocked", by="python", what=what, target=target[:500])

    def _getpass(self, module: ModuleType) -> None:
        self._patches.set(module, "getpass", self.inputs.getpass)

    def _os_write(self, original: Callable[[int, Any], int]) -> Callable[[int, Any], int]:
        streams = {1: self._stdout, 2: self._stderr}

        def write(fd: int, data: Any, /) -> int:
            stream = streams.get(fd)
            return original(fd, data) if stream is None else stream.buffer.write(data)

        return write
