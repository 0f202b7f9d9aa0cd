"""Commands: what `!ls`, `!cat` and a few others do with files, without a shell or another program.

What people write in notebooks to look at their files. Pipes between them work; redirections, variables and
other programs don't, and are refused with a sentence.
"""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator


class RefusedError(Exception):
    """An option or an operand that a command does not have here; the text says so as the command would."""


def pipeline(command: str | list[str]) -> list[list[str]] | None:
    """The commands of a line, from pipe to pipe; None if one of them is none of ours.

    Args:
        command: As it is typed, or as words, which no shell looks at.
    """
    if isinstance(command, str):
        lexer = shlex.shlex(command, posix=True, punctuation_chars=";&<>|")
        lexer.whitespace_split = True
        lexer.commenters = "#"
        try:
            words = list(lexer)
        except ValueError:
            return None
        if any(set(word) <= set(";&<>") for word in words if word) or any(
            sign in command for sign in ("$", "`", "\n")
        ):
            return None
        parts: list[list[str]] = [[]]
        for word in words:
            if word == "|":
                parts.append([])
            else:
                parts[-1].append(word)
        parts = [[part[0], *_expanded(part[1:])] if part else part for part in parts]
    else:
        parts = [command]
    return parts if all(part and part[0] in COMMANDS for part in parts) else None


def run(parts: list[list[str]]) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of commands that are piped into each other."""
    status, out = 0, ""
    err: list[str] = []
    for name, *words in parts:
        status = 0
        said: list[str] = []
        options = [word for word in words if word.startswith("-") and len(word) > 1]
        given = _Given(options, [word for word in words if word not in options], out)
        try:
            said += COMMANDS[name](given) if name != "echo" else _echo(words)
        except (OSError, RefusedError) as error:
            given.failed.append(_reason(error))
        if given.failed:
            status = 1
            err += [f"{name}: {one}\n" for one in given.failed]
        out = "".join(said)
    return status, out, "".join(err)


class _Given:
    """What a command was called with, and what it could not do."""

    def __init__(self, options: list[str], paths: list[str], piped: str) -> None:
        self.paths = paths
        self.piped = piped
        self.failed: list[str] = []
        self._options = options

    def letters(self, known: str) -> set[str]:
        """Its options of one letter.

        Raises:
            RefusedError: One isn't known.
        """
        found = set()
        for option in self._options:
            for letter in option[1:]:
                if option.startswith("--") or letter not in known:
                    raise RefusedError(f"{option}: this option does not exist here")
                found.add(letter)
        return found

    def count(self) -> int:
        """Of `-n 3`, `-n3` and `-3`; 10 without.

        Raises:
            RefusedError: It is another option.
        """
        number = ""
        for option in self._options:
            text = option.removeprefix("--lines=").lstrip("-").removeprefix("n")
            if not text and self.paths:
                text = self.paths.pop(0)
            number = text
            if not text.isdecimal():
                raise RefusedError(f"{option}: this option does not exist here")
        return int(number) if number else 10

    def texts(self) -> Iterator[tuple[str, str]]:
        """Name and content of each file, or what came through the pipe."""
        if not self.paths:
            yield "", self.piped
        for path in self.paths:
            try:
                with open(path, encoding="utf-8", errors="replace", newline="") as file:
                    yield path, file.read()
            except OSError as error:
                self.failed.append(_reason(error))


def _ls(given: _Given) -> Iterator[str]:
    letters = given.letters("la1AhrtRSFd")
    files: list[str] = []
    folders: list[str] = []
    for path in given.paths or ["."]:
        try:
            is_folder = stat.S_ISDIR(os.stat(path).st_mode)
        except OSError as error:
            given.failed.append(_reason(error, path))
            continue
        (folders if is_folder and "d" not in letters else files).append(path)
    yield from _rows(files, "", letters)
    for path in folders:
        if len(given.paths) > 1:
            yield f"{path}:\n"
        names = [name for name in os.listdir(path) if letters & set("aA") or not name.startswith(".")]
        yield from _rows(names, path, letters)


def _rows(names: list[str], folder: str, letters: set[str]) -> Iterator[str]:
    found = {name: os.lstat(os.path.join(folder, name)) for name in names}
    names = sorted(names)
    if "t" in letters:
        names.sort(key=lambda name: -found[name].st_mtime)
    if "S" in letters:
        names.sort(key=lambda name: -found[name].st_size)
    sizes = {name: _units(it.st_size) if "h" in letters else str(it.st_size) for name, it in found.items()}
    width = max(map(len, sizes.values()), default=0)
    for name in reversed(names) if "r" in letters else names:
        if "l" in letters:
            it = found[name]
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(it.st_mtime))
            yield f"{stat.filemode(it.st_mode)} {sizes[name]:>{width}} {when} {name}\n"
        else:
            yield f"{name}\n"


def _units(size: float) -> str:
    for unit in ("", "K", "M"):
        if size < 1024:
            return f"{size:.0f}{unit}" if unit == "" or size >= 10 else f"{size:.1f}{unit}"
        size /= 1024
    return f"{size:.1f}G"


def _cat(given: _Given) -> Iterator[str]:
    given.letters("u")
    for _, text in given.texts():
        yield text


def _head(given: _Given) -> Iterator[str]:
    return _cut(given, lambda lines, count: lines[:count])


def _tail(given: _Given) -> Iterator[str]:
    return _cut(given, lambda lines, count: lines[-count:] if count else [])


def _cut(given: _Given, part: Callable[[list[str], int], list[str]]) -> Iterator[str]:
    count = given.count()
    for path, text in given.texts():
        if len(given.paths) > 1:
            yield f"==> {path} <==\n"
        yield "".join(part(text.splitlines(keepends=True), count))


def _wc(given: _Given) -> Iterator[str]:
    letters = given.letters("lwc") or set("lwc")
    for path, text in given.texts():
        size = os.path.getsize(path) if path else len(text.encode())
        numbers = {"l": text.count("\n"), "w": len(text.split()), "c": size}
        yield " ".join([*(str(numbers[one]) for one in "lwc" if one in letters), path]).rstrip() + "\n"


def _pwd(given: _Given) -> list[str]:
    given.letters("LP")
    return [f"{os.getcwd()}\n"]


def _echo(words: list[str]) -> list[str]:
    bare = words[:1] == ["-n"]
    return [" ".join(words[bare:]) + ("" if bare else "\n")]


def _mkdir(given: _Given) -> list[str]:
    parents = "p" in given.letters("pv")
    for path in given.paths:
        os.makedirs(path, exist_ok=True) if parents else os.mkdir(path)
    return []


def _rm(given: _Given) -> list[str]:
    letters = given.letters("rRfv")
    for path in given.paths:
        if letters & set("rR") and os.path.isdir(path):
            shutil.rmtree(path)
        elif "f" not in letters or os.path.lexists(path):
            os.remove(path)
    return []


def _touch(given: _Given) -> list[str]:
    for path in given.paths:
        open(path, "a", encoding="utf-8").close()
        os.utime(path)
    return []


def _cp(given: _Given) -> list[str]:
    folders = bool(given.letters("rRafv") & set("rRa"))
    *sources, target = _two(given)
    for path in sources:
        if not os.path.isdir(path):
            shutil.copy2(path, target)
        elif folders:
            inside = os.path.join(target, os.path.basename(path.rstrip("/")))
            shutil.copytree(path, inside if os.path.isdir(target) else target)
        else:
            given.failed.append(f"-r not specified; omitting directory '{path}'")
    return []


def _mv(given: _Given) -> list[str]:
    given.letters("fv")
    *sources, target = _two(given)
    for path in sources:
        shutil.move(path, target)
    return []


def _two(given: _Given) -> list[str]:
    if len(given.paths) < 2:
        raise RefusedError("it needs what to take and where to")
    if len(given.paths) > 2 and not os.path.isdir(given.paths[-1]):
        raise RefusedError(f"target '{given.paths[-1]}' is not a directory")
    return given.paths


COMMANDS: dict[str, Callable[[_Given], Iterator[str] | list[str]]] = {
    "ls": _ls,
    "cat": _cat,
    "head": _head,
    "tail": _tail,
    "wc": _wc,
    "pwd": _pwd,
    "echo": lambda given: [],
    "mkdir": _mkdir,
    "rm": _rm,
    "touch": _touch,
    "cp": _cp,
    "mv": _mv,
}


def _expanded(words: list[str]) -> list[str]:
    """With patterns replaced by the files that they name; those that name none stay."""
    found: list[str] = []
    for word in words:
        if not word.startswith("-") and any(sign in word for sign in "*?["):
            import glob  # only where there is a pattern

            found += sorted(glob.glob(word)) or [word]
        else:
            found.append(os.path.expanduser(word))
    return found


def _reason(error: Exception, path: str = "") -> str:
    if isinstance(error, OSError):
        return f"{path or error.filename or ''}: {error.strerror or error}".lstrip(": ")
    return str(error)


def show(done: tuple[int, str, str]) -> None:
    """Write to the cell's streams what commands said."""
    sys.stdout.write(done[1])
    sys.stderr.write(done[2])
