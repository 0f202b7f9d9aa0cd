"""Files: `ls`, `cat`, `cp` and the other commands that look at files, copy them and take them away."""

from __future__ import annotations

import fnmatch
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator

from .given import Given, Program, RefusedError, reason


def _ls(given: Given) -> Iterator[str]:
    letters = given.letters("la1AhrtRSFd")
    files: list[str] = []
    folders: list[str] = []
    for path in given.paths or ["."]:
        try:
            is_folder = stat.S_ISDIR(os.stat(path).st_mode)
        except OSError as error:
            given.failed.append(reason(error, path))
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


def _cat(given: Given) -> Iterator[str]:
    given.letters("u")
    for _, text in given.texts():
        yield text


def _head(given: Given) -> Iterator[str]:
    return _cut(given, lambda lines, count: lines[:count])


def _tail(given: Given) -> Iterator[str]:
    return _cut(given, lambda lines, count: lines[-count:] if count else [])


def _cut(given: Given, part: Callable[[list[str], int], list[str]]) -> Iterator[str]:
    count = _count(given)
    for path, text in given.texts():
        if len(given.paths) > 1:
            yield f"==> {path} <==\n"
        yield "".join(part(text.splitlines(keepends=True), count))


def _count(given: Given) -> int:
    """Of `-n 3`, `-n3` and `-3`; 10 without.

    Raises:
        RefusedError: It is another option.
    """
    number = ""
    for option in given.options:
        text = option.removeprefix("--lines=").lstrip("-").removeprefix("n")
        if not text and given.paths:
            text = given.paths.pop(0)
        number = text
        if not text.isdecimal():
            raise RefusedError(f"{option}: this option does not exist here")
    return int(number) if number else 10


def _wc(given: Given) -> Iterator[str]:
    letters = given.letters("lwc") or set("lwc")
    for path, text in given.texts():
        size = os.path.getsize(path) if path else len(text.encode())
        numbers = {"l": text.count("\n"), "w": len(text.split()), "c": size}
        yield " ".join([*(str(numbers[one]) for one in "lwc" if one in letters), path]).rstrip() + "\n"


def _pwd(given: Given) -> list[str]:
    given.letters("LP")
    return [f"{os.getcwd()}\n"]


def _echo(given: Given) -> list[str]:
    words = given.words
    bare = words[:1] == ["-n"]
    while words[:1] and words[0] in ("-n", "-e", "-E"):
        words = words[1:]
    return [" ".join(words) + ("" if bare else "\n")]


def _mkdir(given: Given) -> list[str]:
    parents = "p" in given.letters("pv")
    for path in given.paths:
        os.makedirs(path, exist_ok=True) if parents else os.mkdir(path)
    return []


def _rm(given: Given) -> list[str]:
    letters = given.letters("rRfv")
    for path in given.paths:
        if letters & set("rR") and os.path.isdir(path):
            shutil.rmtree(path)
        elif "f" not in letters or os.path.lexists(path):
            os.remove(path)
    return []


def _touch(given: Given) -> list[str]:
    for path in given.paths:
        open(path, "a", encoding="utf-8").close()
        os.utime(path)
    return []


def _cp(given: Given) -> list[str]:
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


def _mv(given: Given) -> list[str]:
    given.letters("fv")
    *sources, target = _two(given)
    for path in sources:
        shutil.move(path, target)
    return []


def _two(given: Given) -> list[str]:
    if len(given.paths) < 2:
        raise RefusedError("it needs what to take and where to")
    if len(given.paths) > 2 and not os.path.isdir(given.paths[-1]):
        raise RefusedError(f"target '{given.paths[-1]}' is not a directory")
    return given.paths


def _rmdir(given: Given) -> list[str]:
    given.letters("pv")
    for path in given.paths:
        os.rmdir(path)
    return []


def _find(given: Given) -> Iterator[str]:
    starts: list[str] = []
    words = [*given.words]
    while words and not words[0].startswith("-"):
        starts.append(words.pop(0))
    asked = dict(zip(words[::2], words[1::2], strict=False))
    if len(words) % 2 or not asked.keys() <= {"-name", "-iname", "-type", "-maxdepth"}:
        raise RefusedError("only -name, -iname, -type and -maxdepth exist here")
    for start in starts or ["."]:
        for path, is_folder, depth in _tree(start):
            name = os.path.basename(path) or path
            if (
                fnmatch.fnmatchcase(name, asked.get("-name", "*"))
                and fnmatch.fnmatchcase(name.lower(), asked.get("-iname", "*").lower())
                and asked.get("-type", "d" if is_folder else "f") == ("d" if is_folder else "f")
                and depth <= int(asked.get("-maxdepth", depth))
            ):
                yield f"{path}\n"


def _tree(path: str, depth: int = 0) -> Iterator[tuple[str, bool, int]]:
    """A path and all below it, with whether each is a folder and how deep it lies."""
    is_folder = stat.S_ISDIR(os.stat(path).st_mode)
    yield path, is_folder, depth
    if is_folder and not (depth and os.path.islink(path)):
        for name in sorted(os.listdir(path)):
            yield from _tree(os.path.join(path, name), depth + 1)


def _du(given: Given) -> Iterator[str]:
    letters = given.letters("shabck")
    for path in given.paths or ["."]:
        size = sum(os.stat(one).st_size for one, is_folder, _ in _tree(path) if not is_folder)
        yield f"{_units(size) if 'h' in letters else -(-size // 1024)}\t{path}\n"


PROGRAMS: dict[str, Program] = {
    "ls": _ls,
    "cat": _cat,
    "head": _head,
    "tail": _tail,
    "wc": _wc,
    "pwd": _pwd,
    "echo": _echo,
    "mkdir": _mkdir,
    "rmdir": _rmdir,
    "rm": _rm,
    "touch": _touch,
    "cp": _cp,
    "mv": _mv,
    "find": _find,
    "du": _du,
}
