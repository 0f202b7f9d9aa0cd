"""Run: the steps of a line, one after the other; what each says is piped into the next or put into files."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator

from . import archives, files, machine, text
from .given import Given, Program, RefusedError, reason
from .line import Command, Step, UnreadableError, parse
from .python import is_python, python

#: What a line may call, by name.
PROGRAMS: dict[str, Program] = files.PROGRAMS | text.PROGRAMS | archives.PROGRAMS | machine.PROGRAMS
PROGRAMS["which"] = machine.which({*PROGRAMS, *machine.PYTHONS, "pip"})

_SETTING = re.compile(r"[A-Za-z_]\w{0,199}=")
_NOWHERE = "/dev/null"

#: Exit status, stdout and stderr.
Done = tuple[int, str, str]


class Said(list[str]):
    """Lines that a command said, also as one text: with spaces, and with ends of lines."""

    @property
    def s(self) -> str:
        return " ".join(self)

    @property
    def n(self) -> str:
        return "\n".join(self)

    @property
    def l(self) -> list[str]:  # noqa: E743 - the name is IPython's
        return list(self)

    nlstr, spstr = n, s


class MissingError(Exception):
    """A program, or a part of a shell's language, that there is none of; the text is its name."""


class Runner:
    """Runs lines.

    Args:
        more: Gives the program of words that is not among `PROGRAMS`.
        value: Gives what `$name` stands for; the environment's value without it.
        live: What is said goes to the cell's streams, instead of into the answer.
    """

    def __init__(
        self,
        more: Callable[[list[str]], Program | None],
        value: Callable[[str], str | None] = lambda name: None,
        *,
        live: bool = False,
    ) -> None:
        self._more = more
        self._value = value
        self._live = live
        self._out: list[str] = []
        self._err: list[str] = []

    def run(self, line: str | list[str], piped: str = "") -> Done:
        """Do what a line asks, or what words ask that no shell looks at.

        Folders and variables of the environment are afterwards as they were before.

        Raises:
            MissingError: Nothing of it was done.
        """
        steps = self.read(line)
        status = 0
        with _kept():
            for step in steps:
                if step.when == ";" or (step.when == "&&") == (status == 0):
                    fresh = parse(step.text, self._named) if step.text else [step]
                    status = self._pipeline(fresh[0].commands, piped)
        return status, "".join(self._out), "".join(self._err)

    def read(self, line: str | list[str]) -> list[Step]:
        """The steps of a line, all of whose programs are there.

        Raises:
            MissingError
        """
        try:
            steps = (
                parse(line, self._named) if isinstance(line, str) else [Step(";", [Command(words=[*line])])]
            )
        except UnreadableError as error:
            raise MissingError(str(error)) from None
        for step in steps:
            for command in step.commands:
                words = [word for word in command.words if not _SETTING.match(word)] or ["true"]
                if self._program(words) is None:
                    raise MissingError(words[0])
        if not steps and line:
            raise MissingError(str(line)[:20])
        return steps

    def _named(self, name: str) -> str:
        found = self._value(name)
        return os.environ.get(name, "") if found is None else found

    def _program(self, words: list[str]) -> Program | None:
        if found := self._more(words):
            return found
        name = words[0]
        if is_python(name):
            return python
        return PROGRAMS.get(name.rpartition("/")[2] if name.startswith(("/bin/", "/usr/bin/")) else name)

    def _pipeline(self, commands: list[Command], piped: str) -> int:
        status = 0
        for at, command in enumerate(commands):
            last = at == len(commands) - 1
            status, said, failed = self._call(command, piped, last)
            if command.errors == ("&1", False):
                said, failed = said + failed, ""
            if command.aloud:
                said, failed = "", said + failed
            if command.writes:
                said, problem = "", _put(said, command.writes)
                status, failed = (1, failed + problem) if problem else (status, failed)
            if command.errors and command.errors[0] != "&1":
                _put(failed, command.errors)
                failed = ""
            self._say(said if last else "", failed)
            piped = said
        return status

    def _say(self, said: str, failed: str) -> None:
        if self._live:
            sys.stdout.write(said)
            sys.stderr.write(failed)
        else:
            self._out.append(said)
            self._err.append(failed)

    def _call(self, command: Command, piped: str, last: bool) -> Done:
        words = [*command.words]
        while words and _SETTING.match(words[0]):
            name, _, value = words.pop(0).partition("=")
            os.environ[name] = value
        if not words:
            return 0, "", ""
        program = self._program(words)
        if program is None:  # a variable was all that named it
            return 127, "", f"{words[0]}: command not found\n"
        if command.reads is not None:
            try:
                with open(command.reads, encoding="utf-8", errors="replace") as file:
                    piped = file.read()
            except OSError as error:
                return 1, "", f"{reason(error)}\n"
        live = self._live and last and not command.writes and not command.errors and not command.aloud
        given = Given(words[1:], piped, live=live)
        said: list[str] = []
        try:
            said += program(given)
        except (OSError, RefusedError) as error:
            given.failed.append(reason(error))
        given.status = given.status or int(bool(given.failed))
        failed = "".join(f"{words[0]}: {one}\n" for one in given.failed)
        return given.status, "".join(said), given.errors + failed


def _put(text: str, where: tuple[str, bool]) -> str:
    """Write into a file; returns what went wrong."""
    path, append = where
    if path == _NOWHERE:
        return ""
    try:
        with open(path, "a" if append else "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        return f"{reason(error)}\n"
    return ""


@contextlib.contextmanager
def _kept() -> Iterator[None]:
    """With the working directory and the environment put back."""
    folder, variables = os.getcwd(), dict(os.environ)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.chdir(folder)
        for name in [name for name in os.environ if name not in variables]:
            del os.environ[name]
        for name, value in variables.items():
            if os.environ.get(name) != value:
                os.environ[name] = value
