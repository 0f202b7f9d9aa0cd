"""Directives: the options at the head of a directive's content, in reStructuredText and MyST alike."""

from __future__ import annotations

import re
from collections.abc import Sequence

_OPTION = re.compile(r":([\w-]{1,80}):(?:\s+(.*))?")


def options(lines: Sequence[str]) -> tuple[dict[str, str | None], list[str], int]:
    """Options by name, the content behind them, and how many lines come before it."""
    found: dict[str, str | None] = {}
    at, last = 0, None
    for line in lines:
        option = _OPTION.fullmatch(line.strip())
        if option is not None:
            last = option[1]
            found[last] = option[2]
        elif last is not None and line.startswith((" ", "\t")) and line.strip():
            # A value of several lines: hidden code.
            found[last] = "\n".join(filter(None, (found[last], line.strip())))
        else:
            break
        at += 1
    while at < len(lines) and not lines[at].strip():
        at += 1
    return found, list(lines[at:]), at
