"""The session: contexts, and the life of one run.

    idle ── run() ──► preparing ──► started ──► running (armed) ──► reporting ──► done ── idle
                          │                         │
                          └─ syntax error, ─► done  └─ error, interrupt ─► reporting
                             cannot load

Only between arm and disarm can an interrupt raise. `done` goes out exactly once, whatever user code did,
unless it killed the interpreter.

A task that a cell leaves running goes on between cells. What it prints meanwhile belongs to no run; it is
held and opens the output of the next one (see `events`).
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import json
import sys
import time
from dataclasses import dataclass
from types import CodeType
from typing import Any

from . import cell as cells
from . import warming
from .environment import Environment
from .errors import error_info
from .interpreter.bridge import Bridge, RawBridge
from .limits.imports import refresh, wanted_packages
from .namespace import Context, withdraw
from .show.completion import complete
from .show.inspection import inspect
from .show.tables import tables_in
from .source import arrival, magics


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller asks of one run."""

    #: Somebody is there to answer `input()`.
    input: bool = True
    #: Figures as SVG beside PNG.
    svg: bool = False
    #: Name of the namespace.
    context: str = "default"
    #: What tracebacks call the cell; None for "<cell N>".
    filename: str | None = None

    @classmethod
    def from_json(cls, text: str) -> Options:
        given = json.loads(text or "{}")
        filename = given.get("filename")
        return cls(
            input=given.get("input") is not False,
            svg=given.get("svg") is True,
            context=str(given.get("context") or "default"),
            filename=str(filename) if filename else None,
        )


class Session:
    """What the worker calls. No method raises for what user code does.

    Attributes:
        python: Python's version, e.g. "3.14.2".
    """

    python = ".".join(map(str, sys.version_info[:3]))

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._contexts: dict[str, Context] = {}
        #: File names of cells.
        self._cells: set[str] = set()
        self._current = self._typed = self._context("default")
        self._environment = Environment(bridge, self._cells, lambda: self._current.variables)

    def close(self) -> None:
        """Put the interpreter back as it was. For tests; a worker just ends."""
        self._environment.remove()
        withdraw()

    def warm(self) -> None:
        """Import what the profile loaded and draw once, so that the first run needn't. Leaves no names."""
        warming.warm(self._environment.loader.allowlist)
        with contextlib.suppress(Exception):
            self._environment.figures.rehearse()

    def interrupt(self) -> bool:
        """End the wait (`await`, `time.sleep`, `input`) that the cell is in, where no shared buffer can.

        Returns:
            Whether the cell was waiting.
        """
        return self._environment.waiter.interrupt()

    def mend(self) -> None:
        """Give the event loop back its place, whatever code did to it. Call it from outside of every task."""
        self._environment.loops.mend()

    def complete(self, code: str, cursor: int) -> str:
        """Completions at `cursor` (characters) as JSON, see `completion.complete`."""
        try:
            found = complete(code, cursor, self._typed.variables, self._environment.loader.allowlist)
        except Exception:  # what a lookup in user objects may raise is no reason to fail an editor
            found = {"matches": [], "start": cursor}
        return json.dumps(found)

    def inspect(self, code: str, cursor: int) -> str:
        """Signature and documentation at `cursor` (characters) as JSON, see `inspection.inspect`."""
        try:
            found = inspect(code, cursor, self._typed.variables)
        except Exception:  # as above
            found = None
        return json.dumps(found)

    async def run(self, run: str, code: str, options_json: str = "{}") -> None:
        """Run one cell; everything it gives goes out as events, `done` last and exactly once.

        Args:
            run: Its id, stamped on every event.
            code: The cell.
            options_json: See `Options`.
        """
        done: dict[str, Any] = {"outcome": "error"}
        started: float | None = None
        elapsed = 0.0
        self._environment.begin(run)
        try:
            await self._environment.waiter.begin()
            self._environment.files.look()
            options = Options.from_json(options_json)
            self._current = context = self._context(options.context)
            # What the page asks for itself is no context that anybody types in.
            if not options.context.startswith("belljar-"):
                self._typed = context
            context.enter()
            self._environment.configure(allow_input=options.input, svg=options.svg)
            count = context.begin(code)
            try:
                cell = await self._prepare(code, options.filename or f"<cell {count}>", context)
                self._environment.events.emit("started")
                started = time.perf_counter()
                await self._perform(cell, context)
                done = {"outcome": "ok"}
            finally:
                elapsed = time.perf_counter() - started if started is not None else 0.0
                context.end()
        except BaseException as error:
            done = self._failure(error)
        await self._environment.waiter.settle()
        self._report(done, elapsed)

    async def _prepare(self, code: str, filename: str, context: Context) -> cells.Cell:
        """Parse, load what it imports, compile.

        Raises:
            SyntaxError, LoadError
        """
        self._cells.add(filename)
        cells.remember(code, filename)
        refresh()
        self._environment.reloader.look()
        source, tree, wanted = self._read(code, filename)
        wanted += wanted_packages(tree, self._environment.loader.allowlist)
        await self._environment.loader.load(wanted)
        cell = cells.compile_cell(
            tree, source, filename, context.flags, self._environment.shell.interactivity
        )
        context.flags = cell.flags
        return cell

    def _read(self, code: str, filename: str) -> tuple[str, ast.Module, list[str]]:
        """The cell as Python, its tree, and the packages that its magics ask for.

        Raises:
            SyntaxError
        """
        try:
            if not arrival.is_transcript(code):
                return code, cells.parse(code, filename), []
            raise SyntaxError("it was typed at a prompt")
        except SyntaxError:
            unpacked = arrival.unpack(code)
            translated = magics.translate(unpacked)
            if translated is None and unpacked == code:
                raise
            cells.remember(unpacked, filename)
            source = translated.source if translated else unpacked
            try:
                tree = cells.parse(source, filename)
            except SyntaxError as other:
                raise cells.placed(other, unpacked) from None
        wanted: list[str] = []
        # A refused one is refused on its line, where a traceback can point.
        for requirement in translated.requirements if translated else ():
            with contextlib.suppress(ValueError):
                wanted += self._environment.packages.resolve([requirement])
        return source, tree, wanted

    async def _perform(self, cell: cells.Cell, context: Context) -> None:
        """Run the cell and show what it gave. Raises what user code raises."""
        environment = self._environment
        try:
            self._bridge.arm()
            try:
                await self._execute(cell, context)
                await environment.threads.settle()
            except (KeyboardInterrupt, asyncio.CancelledError):
                environment.figures.close()  # drawing them takes time that an interrupt hasn't got
                environment.waiter.cancel_started()
                raise
            except BaseException:
                with contextlib.suppress(Exception):
                    environment.figures.flush()
                raise
            environment.figures.flush()
        finally:
            # At once: a task whose step ends while another loop is the running one stays the current task.
            environment.loops.restore()
            self._disarm()

    async def _execute(self, cell: cells.Cell, context: Context) -> None:
        environment = self._environment
        try:
            for step in cell.steps:
                value = await self._evaluate(step.code, context)
                if step.shown and value is not None:
                    self._show(value, context, last=step is cell.steps[-1])
        finally:
            environment.magics.end()

    def _show(self, value: Any, context: Context, *, last: bool) -> None:
        environment = self._environment
        context.store(value)
        for name, table in tables_in(value):
            environment.publisher.send("display", environment.formatter.bundle(table) | {"name": name[:200]})
        data = environment.formatter.bundle(value)
        if last:
            environment.publisher.send("result", data, execution_count=context.count)
        else:
            environment.publisher.send("display", data)
        environment.figures.forget(value)

    async def _evaluate(self, code: CodeType, context: Context) -> Any:
        value = eval(code, context.variables)  # noqa: S307 - running user code is what this is for
        if cells.is_async(code):
            self._environment.waiter.watch()
            value = await value
        return value

    def _disarm(self) -> None:
        while True:
            try:
                return self._bridge.disarm()
            except KeyboardInterrupt:
                # It came in the last moment, when there was nothing left to interrupt.
                continue

    def _failure(self, error: BaseException) -> dict[str, Any]:
        """The outcome for what was raised."""
        try:
            if isinstance(error, SystemExit) and error.code in (None, 0, False):
                return {"outcome": "ok"}
            if isinstance(error, asyncio.CancelledError) and self._environment.waiter.cancelled:
                error = KeyboardInterrupt().with_traceback(error.__traceback__)
            outcome = "interrupted" if isinstance(error, KeyboardInterrupt) else "error"
            return {"outcome": outcome, "error": error_info(error, self._cells)}
        except BaseException as failure:  # describing it failed too, for instance for want of memory
            name = type(error).__name__
            value = f"The error could not be described ({type(failure).__name__})."
            return {
                "outcome": "error",
                "error": {"name": name, "value": value, "traceback": f"{name}: {value}"},
            }

    def _report(self, done: dict[str, Any], elapsed: float) -> None:
        """Send the rest and `done`."""
        environment = self._environment
        try:
            done["execution_count"] = self._current.count
            done["duration_ms"] = round(elapsed * 1000, 3)
            done |= environment.finish()
        except BaseException:  # the frame must hear that the run is over, come what may
            done.setdefault("changes", [])
        environment.events.emit("done", **done)
        environment.events.end()

    def _context(self, name: str) -> Context:
        if name not in self._contexts:
            self._contexts[name] = Context(name)
        return self._contexts[name]


def start(raw: RawBridge) -> Session:
    """Take over the interpreter for user code.

    Args:
        raw: The worker's bridge, see `_bridge`.
    """
    return Session(Bridge(raw))
