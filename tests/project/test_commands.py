"""Every command that the docs show is one."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from belljar.commands.cli import build_parser

#: Blocks of shell, and of workflows that have some.
_BLOCKS = re.compile(r"```(?:console|yaml)\n(.*?)```", re.DOTALL)
_COMMAND = re.compile(
    r"(?:^|\s)belljar ((?:assets|check|export|mcp|prompt|run|serve)\b[^\n#|<>]*)", re.MULTILINE
)


def test_every_command_of_the_docs_is_understood(repository: Path) -> None:
    pages = [*repository.glob("*.md"), *(repository / "docs").glob("*.md")]
    blocks = [block for page in pages for block in _BLOCKS.findall(page.read_text(encoding="utf-8"))]
    found = [line for block in blocks for line in _COMMAND.findall(block) if "--help" not in line]
    assert len(found) > 15
    for line in found:
        args = build_parser().parse_args(shlex.split(line))
        assert callable(args.func), line
