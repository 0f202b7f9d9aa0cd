"""Remote: a session whose sandbox is driven by calls to a page. Its other side: `static/src/headless`.

Every call has an answer that was asked for, so neither side ever sends more than the other can take.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from belljar.answers.execution import Execution
from belljar.answers.results import FileInfo, Logs, Result
from belljar.backends.abandoned import keep
from belljar.backends.callbacks import tell
from belljar.backends.protocol import Answer, Listener, RunOptions, SessionOptions
from belljar.backends.watch import GRACE, LOAD, Watch
from belljar.errors import UnavailableError
from belljar.untrusted import rebuilt
from belljar.untrusted.rebuilt import MalformedError

#: Bytes of a file that cross at once.
_PART = 4 * 2**20


_GONE = "Variables and files are gone; the next run gets a new sandbox."

#: What comes of an answer that has not the form it must have.
_NONSENSE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


class _WrongError(Exception):
    """An option can't be: the caller's mistake."""


class RemoteSession(ABC):
    """What every session in a page does, however the calls get there.

    Args:
        backend: Name for executions.
    """

    #: Seconds that a run may take beyond its timeout: to start Python anew, to load packages, to end. `Watch`
    #: knows which of them it is; this stands behind it.
    slack = LOAD + 2 * GRACE

    def __init__(self, backend: str) -> None:
        self._backend = backend
        self._watch: Watch | None = None
        self._ids = itertools.count()

    @property
    @abstractmethod
    def alive(self) -> bool:
        """Whether the page can still be called."""

    @abstractmethod
    async def close(self) -> None:
        """Ends it."""

    @abstractmethod
    async def _call(self, method: str, *arguments: object) -> Any:
        """Calls the page. Whatever happens to it, this ends.

        Raises:
            ValueError, FileNotFoundError: The page refused; says why.
            UnavailableError: There is no page any more.
        """

    @abstractmethod
    def _lose(self, reason: str) -> None:
        """Nothing runs there any more; says why."""

    @abstractmethod
    async def _let_go(self) -> None:
        """Ends what the page lives in, which may not answer."""

    @abstractmethod
    def _lost(self, reason: str) -> Execution:
        """The answer for a run that has lost its page."""

    async def execute(self, code: str, options: RunOptions, listener: Listener) -> Execution:
        """Runs code; see `Session`."""
        number = next(self._ids)
        request = {
            "context": options.context,
            "fresh": options.fresh,
            "svg": options.svg,
            "displays": listener.on_result is not None or listener.on_display is not None,
            "input": listener.on_input is not None,
        }
        if options.timeout is not None:
            milliseconds = options.timeout * 1000
            # JSON knows no NaN and no infinity; the page says what is allowed.
            request["timeout"] = milliseconds if math.isfinite(milliseconds) else str(milliseconds)
        asking: set[asyncio.Task[None]] = set()
        seen = _Seen()
        watch = self._watch = Watch(options.timeout)
        try:
            await self._call("execute", number, code, request)
            while True:
                text = await self._next(number, watch)
                try:
                    events = [rebuilt.record(event, "an event") for event in json.loads(text)]
                    for event in events:
                        seen.hear(event)
                        watch.hear(event)
                        if (execution := self._hear(event, number, listener, asking, watch)) is not None:
                            return execution
                except _WrongError as error:
                    raise ValueError(_in_seconds(str(error))) from None
                except _NONSENSE:
                    reason = self._misunderstood()
                    return seen.complete(Execution.without("crashed", "Crashed", reason, self._backend))
        except UnavailableError as error:
            return seen.complete(self._lost(str(error)))
        except asyncio.CancelledError:
            await self._cancel(number)
            raise
        finally:
            self._watch = None
            for question in asking:
                question.cancel()

    async def interrupt(self) -> None:
        """Stops the running code."""
        self._stopping()
        await self._call("interrupt")

    async def reset(self) -> None:
        """A clean Python; files are kept."""
        self._stopping()
        await self._call("reset")

    async def write(self, path: str, content: bytes) -> FileInfo:
        """Puts a file into the working directory."""
        number = next(self._ids)
        for at in range(0, len(content), _PART):
            part = base64.b64encode(content[at : at + _PART]).decode()
            await self._call("part", number, part)
        said = await self._json("write", number, path)
        try:
            return FileInfo.from_dict(said)
        except MalformedError:
            raise UnavailableError(self._misunderstood()) from None

    async def read(self, path: str) -> bytes:
        """A file as it stood when the last run ended."""
        content = bytearray()
        while True:
            part = await self._part(path, len(content))
            content += part
            if len(part) < _PART:
                return bytes(content)

    async def list(self) -> tuple[FileInfo, ...]:
        """The files there are."""
        said = await self._json("list")
        try:
            return tuple(FileInfo.from_dict(item) for item in rebuilt.items(said, "files"))
        except MalformedError:
            raise UnavailableError(self._misunderstood()) from None

    async def remove(self, path: str) -> None:
        """Takes a file away."""
        await self._call("remove", path)

    def _hear(
        self,
        event: Mapping[str, Any],
        number: int,
        listener: Listener,
        asking: set[asyncio.Task[None]],
        watch: Watch,
    ) -> Execution | None:
        match event["type"]:
            case "done":
                return replace(Execution.from_dict(event["execution"]), backend=self._backend)
            case "wrong":
                raise _WrongError(rebuilt.text(event["reason"], "reason"))
            case "stdout":
                tell(listener.on_stdout, rebuilt.text(event["text"], "text"))
            case "stderr":
                tell(listener.on_stderr, rebuilt.text(event["text"], "text"))
            case "result":
                tell(listener.on_result, Result.from_dict(event["result"]))
            case "display":
                tell(listener.on_display, Result.from_dict(event["result"]))
            case "input" if listener.on_input is not None:
                # Beside the run, which may end while somebody thinks; its tasks may ask several at once.
                asked = asyncio.create_task(self._ask(number, event, listener.on_input, watch))
                asking.add(asked)
                asked.add_done_callback(asking.discard)
        return None

    async def _next(self, number: int, watch: Watch) -> str:
        """What has happened in a run since the last call, as JSON.

        Raises:
            UnavailableError: There is no page any more, or the run has had its time.
        """
        try:
            async with asyncio.timeout(watch.patience()):
                return str(await self._call("next", number))
        except TimeoutError:
            raise self._drop(f"{watch.late} {_GONE}") from None

    def _drop(self, reason: str) -> UnavailableError:
        """Nothing more is asked of the page, which ends in the background."""
        self._lose(reason)
        keep(asyncio.ensure_future(self._let_go()))
        return UnavailableError(reason)

    def _stopping(self) -> None:
        if self._watch is not None:
            self._watch.stop()

    async def _ask(self, number: int, event: Mapping[str, Any], ask: Answer, watch: Watch) -> None:
        watch.asking(+1)
        try:
            answer = await ask(event["prompt"], event["password"])
        finally:
            watch.asking(-1)
        with contextlib.suppress(UnavailableError):  # the run hears that for itself
            await self._call("answer", number, event["question"], answer)

    async def _json(self, method: str, *arguments: object) -> Any:
        text = await self._call(method, *arguments)
        try:
            return json.loads(text)
        except _NONSENSE:
            raise UnavailableError(self._misunderstood()) from None

    async def _part(self, path: str, start: int) -> bytes:
        text = await self._call("read", path, start)
        try:
            return base64.b64decode(text, validate=True)
        except _NONSENSE:
            raise UnavailableError(self._misunderstood()) from None

    def _misunderstood(self) -> str:
        """The page said what can't be: nothing more is asked of it. Gives the sentence for callers."""
        reason = (
            "The page said what this version of belljar does not understand. Use the same one on both sides. "
            + _GONE
        )
        self._drop(reason)
        return reason

    async def _cancel(self, number: int) -> None:
        # Without a page, nothing runs any more.
        with contextlib.suppress(UnavailableError):
            await asyncio.shield(self._call("cancel", number))


class _Seen:
    """What has come of a run so far, for the answer to one whose page is lost."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._results: list[Result] = []
        self._ran = False

    def hear(self, event: Mapping[str, Any]) -> None:
        match event["type"]:
            case "started":
                self._ran = True
            case "stdout" | "stderr":
                self._texts[event["type"]].append(rebuilt.text(event["text"], "text"))
            case "result" | "display":
                self._results.append(Result.from_dict(event["result"]))

    def complete(self, execution: Execution) -> Execution:
        logs = Logs("".join(self._texts["stdout"]), "".join(self._texts["stderr"]))
        ran = self._ran or bool(logs.stdout or logs.stderr or self._results)
        return replace(execution, logs=logs, results=tuple(self._results), ran=ran)


def wanted(options: SessionOptions) -> dict[str, Any]:
    """Options of a session as the page takes them."""
    asked: dict[str, Any] = {"isolation": "auto" if options.isolation else "off", "spare": options.spare}
    if options.packages is not None:
        asked["packages"] = list(options.packages)
    return asked


def _in_seconds(reason: str) -> str:
    """The page counts milliseconds, its callers here seconds."""
    found = re.match(r"timeout must be a number of milliseconds up to (\d+), not (.*)\.$", reason)
    if found is None:
        return reason
    return f"timeout must be a number of seconds above 0 and up to {int(found[1]) / 1000:g}."


def refused(message: str) -> Exception:
    """The page's sentence as an error, without what Playwright and the browser put around it."""
    sentence = message.removeprefix("Page.evaluate: ").split("\n    at ")[0]
    sentence = sentence.removeprefix("TypeError: ").removeprefix("RangeError: ").removeprefix("Error: ")
    if sentence.startswith("There is no file"):
        return FileNotFoundError(sentence)
    return ValueError(sentence)
