"""Fixtures that the tests of several rooms share."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .helpers.person import Person
from .helpers.redis_server import RedisServer
from .standins import Service

ROOT = Path(__file__).parent.parent

# A shell that starts the tests in the background has them ignore SIGINT, and every process they start would
# inherit that and never end when it is told to.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say on standard error too what failed, or passed at the second try: some logs keep only that."""
    for kind, told in (("failed", ""), ("error", ""), ("rerun", " (at the first try)")):
        for report in terminalreporter.stats.get(kind, []):
            reason = getattr(getattr(report.longrepr, "reprcrash", None), "message", "")
            print(f"* {report.nodeid}{told}: {reason[:2_000]}", file=sys.stderr)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout that is being tested."""
    return ROOT


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis for all tests."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def person() -> Iterator[Person]:
    """Somebody with a browser."""
    with Person() as somebody:
        yield somebody


@pytest.fixture(scope="session")
def e2b_service() -> Iterator[Service]:
    """A stand-in for E2B's cloud."""
    with Service("e2b_service.py") as service:
        yield service


@pytest.fixture(scope="session")
def docker_engine() -> Iterator[Service]:
    """A stand-in for Docker's Engine."""
    with Service("docker_engine.py") as service:
        yield service


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> Iterator[None]:
    """A developer's own BELLJAR_* settings must not change what the tests see; where things are may stay."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("BELLJAR_") and name not in {"BELLJAR_ASSETS_DIR", "BELLJAR_CHROMIUM"}:
                patch.delenv(name)
        yield
