"""Machine: `date`, `which`, `sleep` and the other commands that ask about the machine, which is a sandbox."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Collection

from .given import Given, Program, RefusedError

#: Folders and variables that a line sets are its own: `run` puts back what was there.
PYTHONS = frozenset({"python", "python3", "py"})


def _date(given: Given) -> list[str]:
    form = next((word[1:] for word in given.words if word.startswith("+")), "%a %b %e %H:%M:%S %Z %Y")
    return [time.strftime(form) + "\n"]


def _sleep(given: Given) -> list[str]:
    try:
        time.sleep(sum(float(word.removesuffix("s")) for word in given.paths))
    except ValueError:
        raise RefusedError("it needs seconds") from None
    return []


def _cd(given: Given) -> list[str]:
    os.chdir(given.paths[0] if given.paths else os.path.expanduser("~"))
    return []


def _export(given: Given) -> list[str]:
    for word in given.paths:
        name, sign, value = word.partition("=")
        if sign:
            os.environ[name] = value
    return []


def _env(given: Given) -> list[str]:
    if given.paths:
        return [f"{os.environ[name]}\n" for name in given.paths if name in os.environ]
    return [f"{name}={value}\n" for name, value in sorted(os.environ.items())]


def _uname(given: Given) -> list[str]:
    letters = given.letters("asrmnvop")
    it = platform.uname()
    return [
        " ".join((it.system, it.node, it.release, it.machine) if letters - {"s"} else (it.system,)) + "\n"
    ]


def _seq(given: Given) -> list[str]:
    try:
        numbers = [int(word) for word in given.words]
    except ValueError:
        raise RefusedError("it needs whole numbers") from None
    if not 1 <= len(numbers) <= 3:
        raise RefusedError("it needs one to three numbers")
    first, step, last = {1: (1, 1), 2: (numbers[0], 1), 3: tuple(numbers[:2])}[len(numbers)] + (numbers[-1],)
    return [f"{number}\n" for number in range(first, last + (1 if step > 0 else -1), step or 1)]


def _false(given: Given) -> list[str]:
    given.status = 1
    return []


def which(programs: Collection[str]) -> Program:
    """`which`, of the programs there are."""

    def found(given: Given) -> list[str]:
        names = [name for name in given.paths if name in programs]
        given.status = 0 if len(names) == len(given.paths) else 1
        return [f"{sys.executable if name in PYTHONS else f'/usr/bin/{name}'}\n" for name in names]

    return found


def _nothing(given: Given) -> list[str]:
    return []


PROGRAMS: dict[str, Program] = {
    "date": _date,
    "sleep": _sleep,
    "cd": _cd,
    "export": _export,
    "env": _env,
    "printenv": _env,
    "uname": _uname,
    "seq": _seq,
    "whoami": lambda given: [f"{os.environ.get('USER', 'web_user')}\n"],
    "hostname": lambda given: [f"{platform.node()}\n"],
    "nproc": lambda given: [f"{os.cpu_count() or 1}\n"],
    "true": _nothing,
    "set": _nothing,
    "sync": _nothing,
    "clear": _nothing,
    "chmod": _nothing,
    "false": _false,
}
