"""Servers of belljar's that ask a scripted one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .proxying import MUCH, Proxy, answering, proxying
from .upstreams import Script


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """One server for all tests that need no settings of their own."""
    with proxying(tmp_path_factory.mktemp("proxy"), answering(), model_requests=6000, **MUCH) as through:
        yield through


@pytest.fixture
def proxy(shared: Proxy, tmp_path: Path) -> Iterator[Any]:
    """Gives a proxy in front of a script; one of its own where it has settings."""
    with contextlib.ExitStack() as stack:

        def make(script: Script, **changes: Any) -> Proxy:
            if changes:
                return stack.enter_context(proxying(tmp_path, script, **changes))
            shared.upstream.script = script
            shared.upstream.heard.clear()
            shared.upstream.noted.clear()
            return shared

        yield make
