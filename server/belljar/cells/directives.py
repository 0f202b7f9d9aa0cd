"""Directives: the options at the head of a directive's content, in reStructuredText and MyST alike."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

_OPTION = re.compile(r":([\w-]{1,80}):(?:\s+(.*))?")


def options(lines: Sequence[str]) -> tuple[dict[str, str | None], list[str], int]:
    """Options by name, the content behind them, and how many lines come before it."""
    found: dict[str, str | None] = {}
    more: dict[str, list[str]] = {}
    at, last = 0, None
    for line in lines:
        option = _OPTION.fullmatch(line.strip())
        if option is not None:
            last = option[1]
            found[last] = option[2]
        elif last is not None and line.startswith((" ", "\t")) and line.strip():
            # A value of several lines: hidden code, which stays as deep as it is.
            more.setdefault(last, []).append(line)
        else:
            break
        at += 1
    for name, below in more.items():
        text = textwrap.dedent("\n".join(line.expandtabs() for line in below))
        found[name] = "\n".join(filter(None, (found[name], text)))
    while at < len(lines) and not lines[at].strip():
        at += 1
    return found, list(lines[at:]), at
