"""Imports go one way: pages → host → protocol ← frame, worker; nothing looks into capture.

Python's: test_layers_python.py.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

#: Which rooms each room may import from, besides itself.
MAY_IMPORT = {
    "common": set(),
    "protocol": {"common"},
    "host": {"common", "protocol"},
    "frame": {"common", "protocol"},
    "worker": {"common", "protocol"},
    "output": {"protocol"},
    "charts": {"common", "output", "protocol"},
    "page": {"common", "host", "protocol"},
    "headless": {"host", "protocol"},
    # Makes what the others use, with what they are made of.
    "capture": {"common", "frame", "host", "protocol", "worker"},
    # A question to a model, and what may leave for it; of the SDK, its types.
    "ask": {"common", "host"},
    # The page where people ask: the module that asks, and the notebook page's rooms.
    "desk": {"ask", "common", "host", "page", "protocol"},
    # Code in pages of others that runs.
    "embed": {"common", "host", "page", "protocol"},
    # Beside embed.js, which they ask for by its address.
    "sites": set(),
    "offline": set(),
    "tab": {"headless", "host", "page", "protocol"},
}
IMPORT = re.compile(r"""(?:\bfrom|\bimport\(?)\s*["'](\.{1,2}/[^"']+)["']""")


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_from_those_it_may(repository: Path, room: str) -> None:
    source = repository / "static" / "src"
    for file in (source / room).rglob("*.ts"):
        for target in IMPORT.findall(file.read_text(encoding="utf-8")):
            path = (file.parent / target).resolve()
            other = (
                path.relative_to(source.resolve()).parts[0] if path.is_relative_to(source.resolve()) else ""
            )
            # Outside of the rooms are data (the examples) and the ambient types.
            if other and (source / other).is_dir():
                assert other in MAY_IMPORT[room] | {room}, f"{file.relative_to(source)} imports {target}"


def test_every_room_is_known(repository: Path) -> None:
    rooms = {path.name for path in (repository / "static" / "src").iterdir() if path.is_dir()}
    assert rooms <= MAY_IMPORT.keys()
