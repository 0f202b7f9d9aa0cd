"""Prompts: blocks as an interactive Python shows them, `>>>` before the code and output below it."""

from __future__ import annotations

import doctest
import re
from dataclasses import dataclass

from belljar.answers.execution import Execution

#: `...` in an output stands for anything, as people expect who write it.
_FLAGS = doctest.ELLIPSIS
_CHECKER = doctest.OutputChecker()
_SPACE = re.compile(r"[ \t]+")
#: Where an object lies.
_PLACE = re.compile(r" at 0x[0-9a-fA-F]{1,16}")
_TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True, slots=True)
class Example:
    """One prompt with its output.

    Attributes:
        code: The source, prompts stripped.
        want: The output below it; empty if there is none.
        at: Line of the block on which the prompt stands, from 0.
        lines: How many lines the source takes, and how many its output.
        indent: What stands before its lines within the block.
        skip: Whether it says `# doctest: +SKIP`.
        flags: doctest's options of this one.
    """

    code: str
    want: str
    at: int
    lines: tuple[int, int]
    indent: str
    skip: bool
    flags: int


def examples(code: str) -> list[Example]:
    """The prompts of a block; none if it has none.

    Raises:
        ValueError: Prompts that can't be; says what.
    """
    if ">>>" not in code:
        return []
    return [
        Example(
            found.source,
            found.want,
            found.lineno,
            (found.source.count("\n"), found.want.count("\n")),
            " " * found.indent,
            bool(found.options.get(doctest.SKIP)),
            _FLAGS | sum(flag for flag, on in found.options.items() if on),
        )
        for found in doctest.DocTestParser().get_examples(code)
    ]


def shown(execution: Execution) -> str:
    """What an execution showed, as text: what was printed, then what results look like; figures are none."""
    values = (result.text for result in execution.results if result.text and not result.is_plot)
    return _ended(execution.stdout) + "".join(_ended(value) for value in values)


def holds(want: str, execution: Execution, flags: int = _FLAGS) -> bool:
    """Whether an execution gave this output; of a traceback the last line counts."""
    if _TRACEBACK in want:
        last = want.rstrip().rpartition("\n")[2].strip()
        return execution.error is not None and _CHECKER.check_output(
            _ended(last), _ended(raised(execution)), flags
        )
    if not execution.ok:
        return False
    wanted, given = _alike(want), _alike(shown(execution))
    return _CHECKER.check_output(wanted, given, flags) or _PLACE.sub("", wanted) == _PLACE.sub("", given)


def raised(execution: Execution) -> str:
    """The last line of a traceback."""
    error = execution.error
    if error is None:
        return ""
    return f"{error.name}: {error.value}" if error.value else error.name


def wanted_lines(execution: Execution) -> list[str]:
    """What stands below a prompt that showed this."""
    return [line or "<BLANKLINE>" for line in _trimmed(shown(execution)).splitlines()]


def _alike(text: str) -> str:
    """Without what differs in no way that matters: how much space there is between words."""
    return _SPACE.sub(" ", _trimmed(text))


def _trimmed(text: str) -> str:
    """Without what nobody sees: spaces at the end of lines, and empty lines at the end."""
    return _ended("\n".join(line.rstrip() for line in text.rstrip().split("\n")))


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"
