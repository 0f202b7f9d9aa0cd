"""Python: `python script.py`, `python -c` and `python -m`, run within the one Python that there is.

A script gets a `__main__` of its own, its arguments, and what is piped into it. How it ends is its exit
status; its error is written as Python writes it.
"""

from __future__ import annotations

import contextlib
import io
import os
import runpy
import sys
import traceback
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from .given import Given, RefusedError
from .machine import PYTHONS

#: Options that change nothing here, and those of them that are followed by a value.
_IDLE = frozenset("uBEsSIOdqvbxP")
_VALUED = frozenset("WX")

#: Marks the frames of this module, which a script's error does not show.
_HERE = __file__


def is_python(name: str) -> bool:
    """Whether a program's name is Python's, `sys.executable` among them."""
    base = name.rpartition("/")[2]
    return base in PYTHONS or name == sys.executable or (base.startswith("python3.") and base[8:].isdecimal())


def python(given: Given) -> list[str]:
    """What a script says; to the cell's own streams at once, if nobody else reads it.

    Raises:
        RefusedError: There is no such script, or it is nobody's option.
    """
    words = [*given.words]
    while words and words[0].startswith("-") and words[0] not in ("-", "-c", "-m"):
        option = words.pop(0)
        if option in ("-V", "--version", "-VV"):
            return [f"Python {sys.version.split()[0]}\n"]
        if option[1:2] in _VALUED:
            if len(option) == 2 and words:
                del words[0]
        elif not set(option[1:]) <= _IDLE:
            raise RefusedError(f"{option}: this option does not exist here")
    out, err = _Kept(), _Kept()
    with contextlib.ExitStack() as stack:
        if not given.live:
            stack.enter_context(contextlib.redirect_stdout(out))
            stack.enter_context(contextlib.redirect_stderr(err))
        if given.piped:
            stack.enter_context(_replaced(sys, "stdin", io.StringIO(given.piped)))
        given.status = _run(words, given)
    given.errors = err.getvalue()
    return [out.getvalue()]


class _Kept(io.StringIO):
    """What a script says, which may close its streams."""

    def close(self) -> None:
        pass


def _run(words: list[str], given: Given) -> int:
    """The exit status of what the words name."""
    first, *rest = words or ["-"]
    try:
        if first == "-m":
            if not rest:
                raise RefusedError("-m: it needs the name of a module")
            with _replaced(sys, "argv", rest):
                runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
            return 0
        if first == "-c":
            if not rest:
                raise RefusedError("-c: it needs code")
            _execute(rest[0], "<string>", ["-c", *rest[1:]], None)
        elif first == "-":
            if not given.piped:
                raise RefusedError("it needs the name of a script: there is no prompt to type at")
            _execute(given.piped, "<stdin>", ["-", *rest], None)
        else:
            try:
                with io.open_code(os.path.abspath(first)) as file:
                    code = file.read()
            except OSError as error:
                raise RefusedError(f"can't open file {first!r}: {error.strerror}") from None
            _execute(code, first, words, os.path.abspath(first))
    except SystemExit as error:
        if error.code is None or isinstance(error.code, int):
            return int(error.code or 0) & 0xFF
        print(error.code, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, RefusedError):
        raise
    except BaseException as error:
        _told(error)
        return 1
    return 0


def _execute(code: str | bytes, name: str, arguments: list[str], path: str | None) -> None:
    main = ModuleType("__main__")
    main.__dict__.update(__builtins__=__builtins__, **({"__file__": path} if path else {}))
    folder = os.path.dirname(path) if path else os.getcwd()
    with (
        _replaced(sys, "argv", arguments),
        _replaced(sys, "path", [folder, *sys.path]),
        _replaced_module(main),
    ):
        exec(compile(code, name, "exec", dont_inherit=True), main.__dict__)  # noqa: S102 - this is what it is for


def _told(error: BaseException) -> None:
    """Write an error as Python does, without the frames that are ours."""
    report = traceback.TracebackException(type(error), error, error.__traceback__)
    report.stack[:] = [
        frame
        for frame in report.stack
        if frame.filename != _HERE and not frame.filename.startswith("<frozen")
    ]
    sys.stderr.write("".join(report.format()))


@contextlib.contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


@contextlib.contextmanager
def _replaced_module(main: ModuleType) -> Iterator[None]:
    before = sys.modules["__main__"]
    sys.modules["__main__"] = main
    try:
        yield
    finally:
        sys.modules["__main__"] = before
