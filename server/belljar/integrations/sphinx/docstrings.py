"""Docstrings: puts `try_examples` around the *Examples* that numpydoc and napoleon made of one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_START = re.compile(r"( *)\.\. (rubric|admonition):: {1,8}Examples? *$")
#: What begins another section: a directive that both extensions make of one, or a field (`:Returns:`).
_NEXT = re.compile(
    r"\.\. (?:rubric|admonition|seealso|attribute|method|index)::|:[A-Za-z][^:`]{0,200}:(?: |$)"
)
_END_OF_NUMPYDOC = "!! processed by numpydoc !!"
_LEFT_ALONE = (".. disable_try_examples", ".. try_examples::")


def with_examples(lines: Sequence[str], options: Mapping[str, str]) -> list[str]:
    """A docstring whose *Examples* are in the directive `try_examples`.

    Args:
        lines: reStructuredText, as it is once the sections are written.
        options: Those of the directive.

    Returns:
        The lines; as they are where there is no example, where `.. disable_try_examples` comes first, or
        where the author has put the directive there.
    """
    found: list[str] = []
    at = 0
    while at < len(lines):
        start = _START.match(lines[at])
        found.append(lines[at])
        at += 1
        if start:
            end = _end(lines, at, len(start[1]), inside=start[2] == "admonition")
            found += _wrapped(lines[at:end], options)
            at = end
    return found


def _end(lines: Sequence[str], at: int, indent: int, *, inside: bool) -> int:
    """Where a section ends that starts at a line.

    Args:
        lines: The docstring.
        at: The first line after the title.
        indent: Spaces before the title.
        inside: Whether the section is what stands further right than its title.
    """
    for number in range(at, len(lines)):
        line = lines[number]
        text = line.lstrip(" ")
        if not text or len(line) - len(text) > indent:
            continue
        comment = text == ".." and any(_END_OF_NUMPYDOC in below for below in lines[number + 1 : number + 3])
        if inside or comment or _END_OF_NUMPYDOC in text or _NEXT.match(text):
            return number
    return len(lines)


def _wrapped(section: Sequence[str], options: Mapping[str, str]) -> list[str]:
    body = [line for line in section if line.strip()]
    if not any(line.lstrip().startswith(">>>") for line in body):
        return list(section)
    if body[0].strip().startswith(_LEFT_ALONE):
        return list(section)
    margin = " " * min(len(line) - len(line.lstrip(" ")) for line in body)
    return [
        "",
        f"{margin}.. try_examples::",
        *(f"{margin}    :{name}: {value}" for name, value in options.items()),
        "",
        *(f"    {line}" if line.strip() else "" for line in section),
        "",
    ]
