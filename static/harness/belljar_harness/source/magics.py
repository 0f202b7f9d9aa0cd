"""Magics: notebook lines that aren't Python (`%timeit`, `!pip install`, `obj?`), found and made into calls.

Only cells that don't parse are looked at, and of those the lines where a statement begins: what stands in a
string, in brackets or behind an operator is Python. Lines keep their numbers.

IPython has a transformer of its own. It can't be had without IPython and what that imports, which would come
with each start; how much longer one would take was not measured.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from . import pip
from .scan import Scanner

#: The module that the calls go through.
MODULE = "belljar_magics"

#: Magics of a whole cell that are done around it, by the calls that begin them.
AROUND = {"time": "begin_time", "capture": "begin_capture"}
#: Those under which the cell is one like any other.
PLAIN = frozenset({"python", "python3", "pypy", "ipython"})

_NAME = re.compile(r"%{1,2}[A-Za-z_]")
_HELP = re.compile(r"(%{0,2}[A-Za-z_][\w.*]*(?:\[[\w'\"]{1,80}\])?)")
_TARGET = re.compile(r"[\w.,\s*'\"\[\]]+")


@dataclass(slots=True)
class Translated:
    """A cell without magics.

    Attributes:
        source: Python, with as many lines as before.
        requirements: What its `pip install` lines ask for, to be loaded beforehand.
    """

    source: str
    requirements: list[str] = field(default_factory=list)


def translate(source: str) -> Translated | None:
    """Make calls of the magics of a cell; None if it has none."""
    found = Translated("")
    found.source = "\n".join(_translated(source.split("\n"), found))
    return None if found.source == source else found


def _translated(lines: list[str], found: Translated) -> list[str]:
    at = _first(lines)
    if at < len(lines) and lines[at].startswith("%%") and _NAME.match(lines[at]):
        return [*lines[:at], *_cell(lines[at], lines[at + 1 :], found)]
    scanner = Scanner()
    taken: list[str] = []
    at = 0
    while at < len(lines):
        line, count = lines[at], 1
        call = None
        if scanner.fresh and _may_be(line):
            line, count = _continued(lines, at)
            call = _line(line, found)
        if call is None:
            scanner.feed(lines[at])
            taken.append(lines[at])
            at += 1
        else:
            taken += [call, *[""] * (count - 1)]
            at += count
    return taken


def _first(lines: list[str]) -> int:
    """Where the first line is that is neither blank nor a comment."""
    for at, line in enumerate(lines):
        if (text := line.strip()) and not text.startswith("#"):
            return at
    return len(lines)


def _may_be(line: str) -> bool:
    return any(sign in line for sign in "%!?") or "install" in line


def _continued(lines: list[str], at: int) -> tuple[str, int]:
    """A line with those that go it on behind backslashes, and how many they are."""
    parts = [lines[at]]
    while parts[-1].endswith("\\") and at + len(parts) < len(lines):
        parts[-1] = parts[-1][:-1]
        parts.append(lines[at + len(parts)])
    return " ".join(parts), len(parts)


def _cell(line: str, body: list[str], found: Translated) -> list[str]:
    """A magic over a whole cell: its call, and as many lines as there were."""
    name, _, rest = line[2:].strip().partition(" ")
    if name in AROUND:
        return [call(AROUND[name], rest.strip()), *_translated(body, found)]
    if name in PLAIN:
        return ["", *_translated(body, found)]
    # The body becomes one argument; its lines follow as blank ones, so that numbers still agree.
    if name in ("bash", "sh"):
        for one in body:
            if (words := pip.arguments(one)) is not None:
                found.requirements += pip.requirements(words)
    return [call("cell", name, rest.strip(), "\n".join(body)), *[""] * len(body)]


def _line(line: str, found: Translated) -> str | None:
    """The Python of one line, None if it is Python."""
    head = line.lstrip()
    indent = line[: len(line) - len(head)]
    head = head.rstrip()
    target = ""
    if head[:1] not in "%!?":
        if (name := _asked(head)) is not None:
            return f"{indent}{_help(head, name)}"
        if _typed_pip(head):
            return f"{indent}{_pip(head, found)}"
        before, _, after = head.partition("=")
        value = after.lstrip()
        if not (value.startswith("!") or _NAME.match(value)) or not _TARGET.fullmatch(before):
            return None
        target, head = f"{before}= ", value
    elif (name := _asked(head)) is not None:
        return f"{indent}{_help(head, name)}"
    if target and head.startswith("!"):
        command = head.lstrip("!").strip()
        if (words := pip.arguments(command)) is not None:
            found.requirements += pip.requirements(words)
        return f"{indent}{target}{call('output', command)}"
    made = _called(head, found)
    return None if made is None else f"{indent}{target}{made}"


def _called(head: str, found: Translated) -> str | None:
    """The Python of what begins with a magic's sign."""
    if head.startswith("!"):
        command = head.lstrip("!").strip()
        if not command:
            return call("nothing")
        return _pip(command, found) if pip.command(command) is not None else call("shell", command)
    if not _NAME.match(head):
        return None
    name, _, rest = head.lstrip("%").partition(" ")
    rest = rest.strip()
    if head.startswith("%%"):
        return call("misplaced", name)
    if pip.command(f"{name} {rest}") is not None:
        return _pip(f"{name} {rest}", found)
    return _timed(rest) if name == "time" and rest else call("line", name, rest)


def _typed_pip(head: str) -> bool:
    """Whether it is a line for a terminal."""
    return (
        head.startswith(("pip", "python", "conda", "mamba", "uv", "sudo")) and pip.arguments(head) is not None
    )


def _asked(head: str) -> str | None:
    """What `obj?` or `?obj` asks about."""
    text = head.rstrip(";").rstrip()
    if not (text.startswith("?") or text.endswith("?")):
        return None
    name = text.strip("?").strip()
    return name if _HELP.fullmatch(name) else None


def _help(head: str, name: str) -> str:
    """`obj?` tells of it, `obj??` shows its source, too."""
    return call("help_more" if "??" in head else "help", name)


def _pip(command: str, found: Translated) -> str:
    words = pip.arguments(command)
    if words is not None:
        found.requirements += pip.requirements(words)
    return call("pip", command)


def _timed(code: str) -> str:
    """`%time` in place: what it times may await, and sees the variables of its function."""
    begin, end = call("begin_time"), f"__import__({MODULE!r}).end_time"
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        tree = compile(code, "<%time>", "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError):
        return call("line", "time", code)
    last = tree.body[-1] if tree.body else None
    if len(tree.body) == 1 and isinstance(last, ast.Expr):
        return f"{end}({begin}, ({ast.unparse(last)}))"
    if any(isinstance(part, (ast.If, ast.For, ast.While, ast.With, ast.Try)) for part in tree.body):
        return call("line", "time", code)
    return "; ".join([begin, *map(ast.unparse, tree.body), f"{end}(None, None)"])


def call(name: str, *arguments: str) -> str:
    """A call of one of the magics' functions, as Python."""
    return f"__import__({MODULE!r}).{name}({', '.join(map(repr, arguments))})"
