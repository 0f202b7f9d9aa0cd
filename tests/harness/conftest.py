"""A session in an ordinary CPython, over a bridge made of Python.

Every test that asks for `session` gets an interpreter taken over by the harness, and leaves it as it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from belljar_harness import Session, start
from belljar_harness.interpreter import bridge as _bridge

PACKAGES: dict[str, dict[str, Any]] = {
    "numpy": {"version": "2.4.3", "imports": ["numpy"], "depends": []},
    "pandas": {"version": "3.0.2", "imports": ["pandas"], "depends": ["numpy"]},
    "scikit-learn": {"version": "1.8.0", "imports": ["sklearn"], "depends": ["numpy", "joblib"]},
    "joblib": {"version": "1.5.3", "imports": ["joblib"], "depends": []},
    "greeting": {"version": "1.0", "imports": ["greeting"], "depends": []},
}

Event = dict[str, Any]


class FakeBridge:
    """What the worker would hand over; keeps what it is told."""

    def __init__(self) -> None:
        self.can_suspend = True
        self.allowlist = json.dumps({"packages": PACKAGES, "loaded": ["numpy"]})
        self.settings = json.dumps({})
        self.events: list[Event] = []
        self.answers: list[str | None] = []
        self.asked: list[tuple[str, bool]] = []
        self.kept: list[str] = []
        self.armed: list[str] = []
        self.load: Callable[[list[str]], dict[str, Any]] = lambda names: {"loaded": names, "error": None}
        self.on_disarm: Callable[[], None] = lambda: None

    def emit(self, text: str) -> None:
        self.events.append(json.loads(text))

    async def load_packages(self, names_json: str) -> str:
        return json.dumps(self.load(json.loads(names_json)))

    async def read_input(self, prompt: str, password: bool) -> str | None:
        self.asked.append((prompt, password))
        return self.answers.pop(0) if self.answers else None

    def keep_file(self, path: str) -> None:
        self.kept.append(path)

    def arm(self) -> None:
        self.armed.append("arm")

    def disarm(self) -> None:
        self.armed.append("disarm")
        self.on_disarm()

    def alarm(self, ms: float) -> None:
        self.armed.append(f"alarm {ms}")


class Ran:
    """The events of one run."""

    def __init__(self, events: list[Event]) -> None:
        self.events = events

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event["type"] == kind]

    @property
    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]

    @property
    def done(self) -> Event:
        (done,) = self.of("done")
        return done

    @property
    def outcome(self) -> str:
        return str(self.done["outcome"])

    @property
    def error(self) -> dict[str, Any]:
        return dict(self.done["error"])

    @property
    def result(self) -> dict[str, Any] | None:
        """The bundle of the last expression."""
        results = self.of("result")
        return dict(results[0]["data"]) if results else None

    @property
    def text(self) -> str | None:
        return None if self.result is None else str(self.result["text"])

    def stream(self, name: str) -> str:
        return "".join(event["text"] for event in self.of("stream") if event["name"] == name)

    @property
    def stdout(self) -> str:
        return self.stream("stdout")

    @property
    def stderr(self) -> str:
        return self.stream("stderr")


class Runs:
    """A session and the loop it runs in."""

    def __init__(self, bridge: FakeBridge) -> None:
        self.bridge = bridge
        self._runner = asyncio.Runner()
        self._count = 0
        self.session: Session = self._runner.run(self._start())
        self._streams = sys.stdout, sys.stderr, sys.stdin

    async def _start(self) -> Session:
        return start(self.bridge)

    @contextlib.contextmanager
    def _own_streams(self) -> Iterator[None]:
        """pytest puts streams of its own in place between the phases of a test."""
        theirs = sys.stdout, sys.stderr, sys.stdin
        sys.stdout, sys.stderr, sys.stdin = self._streams
        try:
            yield
        finally:
            sys.stdout, sys.stderr, sys.stdin = theirs

    def __call__(self, code: str, **options: Any) -> Ran:
        """Run one cell."""
        self._count += 1
        self.bridge.events.clear()
        with self._own_streams():
            # As a page's loop does: what a task before it set is not there.
            apart = contextvars.copy_context()
            self._runner.run(self.session.run(f"run-{self._count}", code, json.dumps(options)), context=apart)
        return Ran(list(self.bridge.events))

    def idle(self, seconds: float) -> None:
        """Let tasks go on between cells."""
        with self._own_streams():
            self._runner.run(asyncio.sleep(seconds))

    def close(self) -> None:
        self.session.close()
        self._runner.close()


def run_nested(awaitable: Awaitable[Any]) -> Any:
    """What JSPI gives in the browser: block on an awaitable while the loop that runs goes on."""
    loop = asyncio.get_running_loop()
    outer = asyncio.current_task()
    if outer is not None:
        asyncio.tasks._leave_task(loop, outer)  # type: ignore[attr-defined]
    try:
        inner = asyncio.ensure_future(awaitable)
        while not inner.done():
            loop._run_once()  # type: ignore[attr-defined]
        return inner.result()
    finally:
        if outer is not None:
            asyncio.tasks._enter_task(loop, outer)  # type: ignore[attr-defined]


@pytest.fixture
def bridge() -> FakeBridge:
    return FakeBridge()


@pytest.fixture
def run(bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Runs]:
    """Call it with a cell: `run("1 + 1").text == "2"`."""
    monkeypatch.setattr(_bridge, "_run_sync", run_nested)
    monkeypatch.setattr(_bridge, "_can_run_sync", lambda: True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    runs = Runs(bridge)
    try:
        yield runs
    finally:
        runs.close()
        for name in ("greeting", "micropip", "IPython"):
            sys.modules.pop(name, None)
