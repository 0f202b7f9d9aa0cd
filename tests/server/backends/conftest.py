"""Every test of this folder borrows a browser, or a service's stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from belljar.backends.servers import LocalServer

from .tab_runs import KEY

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.services)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server that programs with the key may ask for tabs."""
    running = LocalServer(KEY)
    yield running.start().base
    running.stop()


@pytest.fixture
def options(server: str) -> dict[str, Any]:
    """A program's, of the tab backend."""
    return {
        "backend": "tab",
        "server": server,
        "key": KEY,
        "program": "analysis.py",
        "wait": 60,
        # Starts fast.
        "packages": (),
    }
