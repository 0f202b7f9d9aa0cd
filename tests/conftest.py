"""Fixtures that the tests of several rooms share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout that is being tested."""
    return ROOT


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own BELLJAR_* settings must not change what the tests see; where things are may stay."""
    for name in list(os.environ):
        if name.startswith("BELLJAR_") and name not in {"BELLJAR_ASSETS_DIR", "BELLJAR_CHROMIUM"}:
            monkeypatch.delenv(name)
