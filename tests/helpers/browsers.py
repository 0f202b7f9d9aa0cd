"""Browsers of this machine: what they may be started with, and which of them run."""

from __future__ import annotations

import os
from pathlib import Path

#: As root Chromium can't have its process sandbox: other tests have it as another user.
ROOT = os.getuid() == 0
ALLOWED = "off" if ROOT else "on"


def browser_processes(program: int | None = None) -> list[int]:
    """Browsers that the Playwright of a program, else of this process, has started, by process id."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
        children.setdefault(parent, []).append(int(folder.name))
    found, left = [], [program or os.getpid()]
    while left:
        below = children.get(left.pop(), [])
        left += below
        found += below
    return [pid for pid in found if b"--remote-debugging-pipe" in command_line(pid)]


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()
