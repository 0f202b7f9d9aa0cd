"""Line: what a line for a shell asks for: commands, what is piped where, and what goes into files.

    a | b > file && c ──► steps of pipelines of commands

Of a shell's language this is what people write in notebooks. Loops, substitutions, background jobs and texts
within a line are not among it.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_OPERATORS = re.compile(r"&&|\|\||&>>|&>|[12]?>>|2>&1|1?>&2|[12]?>|<(?![<(])|\||;|\n")
_NAME = re.compile(r"\{(\w{1,200})\}|([A-Za-z_]\w{0,199})")
_SIGNS = frozenset("|&;<>()\n")
_SPACE = frozenset(" \t\r")


class UnreadableError(Exception):
    """A line that needs a shell; the text names the part."""


@dataclass(slots=True)
class Command:
    """One program's call.

    Attributes:
        words: Its name and what stands behind it.
        reads: The file that it reads instead of what is piped into it.
        writes: Where what it says goes: a file, and whether it is put behind what stands there.
        errors: The same for what goes wrong; "&1" for where the rest goes.
        aloud: What it says goes where its errors go.
    """

    words: list[str] = field(default_factory=list)
    reads: str | None = None
    writes: tuple[str, bool] | None = None
    errors: tuple[str, bool] | None = None
    aloud: bool = False


@dataclass(slots=True)
class Step:
    """A pipeline, when it runs, and its text.

    Attributes:
        when: Always (";"), after a success ("&&") or after a failure ("||").
        text: To be read again when its turn comes: what ran before may have set variables and made files.
    """

    when: str
    commands: list[Command]
    text: str = ""


def parse(text: str, value: Callable[[str], str]) -> list[Step]:
    """The steps of a line.

    Args:
        value: Gives what `$name` stands for.

    Raises:
        UnreadableError
    """
    steps = [Step(";", [Command()])]
    target = ""
    begin = 0
    for kind, word, at, end in _tokens(text, value):
        command = steps[-1].commands[-1]
        if kind == "word" and target:
            _redirect(command, target, word)
            target = ""
        elif kind == "word":
            command.words.append(word)
        elif target:
            raise UnreadableError(target)
        elif word == "|":
            steps[-1].commands.append(Command())
        elif word in ("&&", "||", ";", "\n"):
            steps[-1].text, begin = text[begin:at], end
            steps.append(Step(";" if word == "\n" else word, [Command()]))
        elif word == "2>&1":
            command.errors = ("&1", False)
        elif word.endswith(">&2"):
            command.aloud = True
        else:
            target = word
    steps[-1].text = text[begin:]
    if target:
        raise UnreadableError(target)
    found = [step for step in steps if step.commands[0].words or len(step.commands) > 1]
    for step in found:
        if not all(command.words for command in step.commands):
            raise UnreadableError("|")
    return found


def _redirect(command: Command, sign: str, path: str) -> None:
    where = path, sign.endswith(">>")
    if sign == "<":
        command.reads = path
    elif sign.startswith("2"):
        command.errors = where
    else:
        command.writes = where
        if sign.startswith("&"):
            command.errors = "&1", False


def _tokens(text: str, value: Callable[[str], str]) -> Iterator[tuple[str, str, int, int]]:
    """Words, with what they stand for, and operators; where each begins and ends."""
    at = 0
    while at < len(text):
        letter = text[at]
        if letter in _SPACE:
            at += 1
        elif letter == "\\" and text[at + 1 : at + 2] == "\n":
            at += 2
        elif letter == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif found := _OPERATORS.match(text, at):
            yield "sign", found[0], at, found.end()
            at = found.end()
        elif letter in _SIGNS:
            raise UnreadableError(text[at : at + 2].strip())
        else:
            begin = at
            words, at = _word(text, begin, value)
            yield from (("word", word, begin, at) for word in words)


def _word(text: str, at: int, value: Callable[[str], str]) -> tuple[list[str], int]:
    """A word from a place on, where it ends; several where it is a pattern that names several files."""
    plain: list[str] = []
    pattern: list[str] = []
    is_pattern = False

    def add(piece: str, quoted: bool) -> None:
        nonlocal is_pattern
        plain.append(piece)
        pattern.append(glob.escape(piece) if quoted else piece)
        is_pattern = is_pattern or (not quoted and any(sign in piece for sign in "*?["))

    if text[at] == "~" and text[at + 1 : at + 2] in ("", "/", " "):
        add(os.path.expanduser("~"), True)
        at += 1
    while at < len(text) and text[at] not in _SPACE and text[at] not in _SIGNS:
        letter = text[at]
        if letter == "'":
            end = text.find("'", at + 1)
            if end < 0:
                raise UnreadableError("'")
            add(text[at + 1 : end], True)
            at = end + 1
        elif letter == '"':
            piece, at = _quoted(text, at + 1, value)
            add(piece, True)
        elif letter == "\\":
            add(text[at + 1 : at + 2], True)
            at += 2
        elif letter == "$":
            piece, at = _variable(text, at, value)
            add(piece, True)
        elif letter == "`":
            raise UnreadableError("`")
        else:
            add(letter, False)
            at += 1
    word = "".join(plain)
    return (sorted(glob.glob("".join(pattern))) or [word]) if is_pattern else [word], at


def _quoted(text: str, at: int, value: Callable[[str], str]) -> tuple[str, int]:
    """What stands in double quotes, and where it ends."""
    parts: list[str] = []
    while at < len(text) and text[at] != '"':
        if text[at] == "\\" and text[at + 1 : at + 2] in ('"', "\\", "$", "`"):
            parts.append(text[at + 1])
            at += 2
        elif text[at] == "$":
            piece, at = _variable(text, at, value)
            parts.append(piece)
        elif text[at] == "`":
            raise UnreadableError("`")
        else:
            parts.append(text[at])
            at += 1
    if at >= len(text):
        raise UnreadableError('"')
    return "".join(parts), at + 1


def _variable(text: str, at: int, value: Callable[[str], str]) -> tuple[str, int]:
    """What `$name` stands for, and where it ends; a lone "$" is itself."""
    found = _NAME.match(text, at + 1)
    if found:
        return value(found[1] or found[2]), found.end()
    if text[at + 1 : at + 2] in ("(", "{", "?", "@", "*", "#", "!", "$") or text[at + 1 : at + 2].isdecimal():
        raise UnreadableError(text[at : at + 2])
    return "$", at + 1
