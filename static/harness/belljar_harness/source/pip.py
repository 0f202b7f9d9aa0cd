"""Pip: what a line that installs packages asks for, in any of the ways in which such lines are written."""

from __future__ import annotations

import contextlib
import itertools
import shlex

_INSTALLERS = frozenset({"pip", "pip3", "micropip", "conda", "mamba", "uv"})
#: Options that are followed by their value.
_VALUED = frozenset(
    [
        "-i",
        "--index-url",
        "--extra-index-url",
        "-f",
        "--find-links",
        "-c",
        "--constraint",
        "--channel",
        "-t",
        "--target",
        "--prefix",
        "--root",
        "--python",
        "--platform",
        "--no-binary",
        "--only-binary",
        "--progress-bar",
        "--timeout",
        "--retries",
        "--trusted-host",
        "--proxy",
        "--cert",
        "-n",
        "--name",
        "--python-version",
        "--upgrade-strategy",
        "--src",
        "--cache-dir",
        "--log",
    ]
)
_FILES = frozenset({"-r", "--requirement", "--requirements", "--file"})
#: Installers themselves: there is nothing to upgrade, and that is no reason to stop.
INSTALLERS = frozenset({"pip", "setuptools", "wheel", "micropip", "uv"})
#: What notebooks run in elsewhere, and what they bring for that or for fonts: cells have all they need.
SURROUNDINGS = frozenset(
    [
        *("ipython", "ipykernel", "jupyter", "jupyterlab", "notebook", "nest-asyncio"),
        *("japanize-matplotlib", "matplotlib-fontja", "koreanize-matplotlib"),
    ]
)
#: Of a requirements file so many lines are read, of files that name each other so many.
_LINES = 1000
_DEEPEST = 4


def arguments(text: str | list[str]) -> list[str] | None:
    """The arguments of a `pip install`; None if it is another command.

    Args:
        text: As it is typed, or as words.
    """
    words = command(text)
    return words[1:] if words and words[0] in ("install", "add") else None


def command(text: str | list[str]) -> list[str] | None:
    """What stands behind `pip`, e.g. ["install", "numpy"]; None if it is no command of pip's."""
    words = _bare(_words(text) if isinstance(text, str) else [str(word) for word in text])
    return words[1:] if words and words[0] in _INSTALLERS else None


def _bare(words: list[str]) -> list[str]:
    """Without what stands before `pip`: sudo, `python -m`, `uv`, paths."""
    words = [*words]
    while words and words[0] in ("sudo", "-H", "-y", "exec", "time"):
        del words[0]
    if len(words) > 2 and words[1] == "-m":
        del words[:2]
    if words:
        words[0] = words[0].rpartition("/")[2]
    if words[:2] == ["uv", "pip"]:
        del words[0]
    while len(words) > 1 and words[0] in _INSTALLERS and words[1].startswith("-"):
        del words[1]
    return words


def split(text: str) -> list[str]:
    """The words of a line, as a shell takes them."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _words(command: str) -> list[str]:
    """The words of a shell's command, up to where it is sent somewhere or another one begins."""
    try:
        words = shlex.split(command, comments=True)
    except ValueError:
        words = command.split()
    for at, word in enumerate(words):
        if word in ("|", "&&", "||", ";", "&") or word.startswith((">", "2>", "&>", "1>")):
            return words[:at]
        if word.endswith(";"):
            return [*words[:at], word[:-1]]
    return words


def requirements(words: str | list[str]) -> list[str]:
    """The packages that the arguments of a `pip install` name, also in files; options are left out."""
    if isinstance(words, str):
        words = _words(words)
    named: list[str] = []
    left = iter(words)
    for word in left:
        option, equals, value = word.partition("=")
        if option in _FILES:
            named += _listed(value if equals else next(left, ""), _DEEPEST)
        elif word.startswith("-r") and len(word) > 2:
            named += _listed(word[2:], _DEEPEST)
        elif word in _VALUED:
            next(left, None)
        elif not word.startswith("-") and word != ".":
            named.append(word)
    without = INSTALLERS | SURROUNDINGS
    return [name for name in named if name.lower().replace("_", "-") not in without]


def _listed(path: str, depth: int) -> list[str]:
    """The requirements of a file; none of one that can't be read, which is said when the line runs."""
    named: list[str] = []
    with contextlib.suppress(OSError, UnicodeDecodeError), open(path, encoding="utf-8-sig") as file:
        for _, line in zip(range(_LINES), file, strict=False):
            text = line.strip().partition(" #")[0].strip()
            if text.startswith(("-r", "--requirement")) and depth:
                named += _listed(text.partition(" ")[2].strip(), depth - 1)
            elif text and not text.startswith(("#", "-")):
                named.append(text)
    return named


def missing_files(words: str | list[str]) -> list[str]:
    """Requirements files that the arguments name."""
    if isinstance(words, str):
        words = _words(words)
    return [value for option, value in itertools.pairwise(words) if option in _FILES]
