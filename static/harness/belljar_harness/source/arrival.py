"""Arrival: text as it arrives from chats, pages and prompts, made into the cell that was meant.

    "a\\nb" ── ``` fences ── a chat's labels ── common indentation ── >>> and In [1]: ── odd spaces ── &lt;

Only text that doesn't parse comes here, each step looks for its own sign, and lines keep their numbers.
"""

from __future__ import annotations

import contextlib
import html
import json
import re

from .scan import Scanner

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*([\w+.-]*)[^`\n]*$")
#: What a fence around Python is marked with, if at all.
_PYTHON = frozenset({"", "py", "python", "python3", "py3", "ipython", "ipython3", "pycon", "jupyter"})
_PROMPT = re.compile(r">>>(?: |$)")
_MORE = re.compile(r"\.\.\.(?: |$)")
_IN = re.compile(r"In ?\[[\d ]{0,9}\]:(?: |$)")
_IN_MORE = re.compile(r" {0,12}\.{3,12}:(?: |$)")

#: A line above a block of code in a chat, and its button: they are copied along.
_LABEL = re.compile(r"(?:[Pp]ython3?|py)[ \t]*\n(?=[ \t]*\S|[ \t]*\n)")
_LABELS = frozenset({"python", "python3", "py", "copy", "copy code", "edit"})
#: What pages write for signs that are theirs.
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#39|#x27|nbsp);")

#: Blanks of pages and documents that Python refuses outside of strings.
_BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
#: What has no width, and marks of direction.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


def is_transcript(text: str) -> bool:
    """Whether it begins with what Python would take for code of its own: a prompt, or a chat's label.

    `In [1]: x = 6` is an annotation, and `python` alone in a line a name.
    """
    head = text.lstrip()
    return _IN.match(head) is not None or _LABEL.match(head) is not None


def unpack(text: str) -> str:
    """The cell that a text was meant to be; the text itself where nothing of the kind is found."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    lines = _unquoted(text).split("\n")
    for step in (_unfenced, _unlabelled, _dedented, _unprompted, _dedented, _unescaped, _plain):
        lines = step(lines)
    return "\n".join(lines)


def _unquoted(text: str) -> str:
    """Lines that were written as one, as they stand in JSON: `import math\\nprint(\\"a\\")`."""
    line = text.strip()
    if "\n" in line or "\\n" not in line or line[:1] in "%!":
        return text
    code = Scanner().feed(line)
    if '\\"' not in line and not any("\\n" in line[start:end] for start, end in code):
        return text  # it stands in a string
    with contextlib.suppress(ValueError):
        return str(json.loads(f'"{line}"'))
    parts, at = [], 0
    for start, end in code:
        parts += [line[at:start], line[start:end].replace("\\n", "\n")]
        at = end
    return "".join([*parts, line[at:]])


def _unlabelled(lines: list[str]) -> list[str]:
    """Without a chat's labels above the code: its language, and "Copy code"."""
    taken = [*lines]
    for at in range(_first(lines), len(lines)):
        if lines[at].strip().lower() not in _LABELS:
            break
        taken[at] = ""
    return taken


def _unescaped(lines: list[str]) -> list[str]:
    """With the signs that a page's source has names for, if some stand where a string can't be."""
    scanner = Scanner()
    if not any(_ENTITY.search(line[start:end]) for line in lines for start, end in scanner.feed(line)):
        return lines
    return [_ENTITY.sub(lambda found: html.unescape(found[0]), line) for line in lines]


def _first(lines: list[str]) -> int:
    """Where the first line is that isn't blank."""
    return next((at for at, line in enumerate(lines) if line.strip()), len(lines))


def _unfenced(lines: list[str]) -> list[str]:
    """What stands in Markdown's fences, if the text has some; prose around them becomes blank lines."""
    scanner = Scanner()
    opening = next((at for at, line in enumerate(lines) if _opens(scanner, line)), None)
    if opening is None:
        return lines
    taken = [""] * len(lines)
    fence: str | None = None
    wanted = False
    for at in range(opening, len(lines)):
        found = _FENCE.match(lines[at])
        if fence is None and found:
            fence, wanted = found[1], found[2].lower() in _PYTHON
        elif fence is not None and found and not found[2] and found[1].startswith(fence):
            fence = None
        elif fence is not None and wanted:
            taken[at] = lines[at]
    return taken


def _opens(scanner: Scanner, line: str) -> bool:
    """Whether a fence begins here, outside of every string."""
    if not scanner.quoted and _FENCE.match(line):
        return True
    scanner.feed(line)
    return False


def _dedented(lines: list[str]) -> list[str]:
    """Without the indentation of the first line, which is taken off every line that has it."""
    at = _first(lines)
    if at == len(lines):
        return lines
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip(" \t"))]
    return [line.removeprefix(indent) for line in lines] if indent else lines


def _unprompted(lines: list[str]) -> list[str]:
    """What was typed in a transcript of a prompt; what was answered becomes blank lines."""
    first = lines[_first(lines)] if _first(lines) < len(lines) else ""
    for prompt, more in ((_PROMPT, _MORE), (_IN, _IN_MORE)):
        if prompt.match(first):
            return _typed(lines, prompt, more)
    return lines


def _typed(lines: list[str], prompt: re.Pattern[str], more: re.Pattern[str]) -> list[str]:
    taken = []
    typing = False
    for line in lines:
        found = prompt.match(line) or (more.match(line) if typing else None)
        typing = found is not None
        taken.append(line[found.end() :] if found else "")
    return taken


def _plain(lines: list[str]) -> list[str]:
    """With blanks and ends of lines as Python knows them; strings stay as they are."""
    scanner = Scanner()
    taken = []
    for line in lines:
        code = scanner.feed(line)
        if line.isascii():
            taken.append(line)
            continue
        parts, at = [], 0
        for start, end in code:
            parts += [line[at:start], _INVISIBLE.sub("", _BLANKS.sub(" ", line[start:end]))]
            at = end
        taken.append("".join([*parts, line[at:]]).replace("\u2029", "\u2028"))
    return _split(taken)


def _split(lines: list[str]) -> list[str]:
    """With a line for each U+2028 outside of strings: whoever typed it saw one end there."""
    scanner = Scanner()
    taken: list[str] = []
    for line in lines:
        rest = line
        while True:
            ends = [rest.find("\u2028", start, end) for start, end in _peek(scanner, rest)]
            cut = min((at for at in ends if at >= 0), default=-1)
            if cut < 0:
                break
            scanner.feed(rest[:cut])
            taken.append(rest[:cut])
            rest = rest[cut + 1 :]
        scanner.feed(rest)
        taken.append(rest)
    return taken


def _peek(scanner: Scanner, line: str) -> list[tuple[int, int]]:
    """What `feed` would give, without taking it in."""
    if "\u2028" not in line:
        return []
    twin = Scanner()
    vars(twin).update(vars(scanner))
    return twin.feed(line)
