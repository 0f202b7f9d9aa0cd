"""Text: `grep`, `sort`, `uniq`, `cut` and the other commands that pick and order lines."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator

from .given import Given, Program, RefusedError, reason


def _grep(given: Given) -> Iterator[str]:
    asked = given.parsed("invcrRlEFowhHqe:")
    if "e" in asked:
        pattern = asked["e"]
    elif given.paths:
        pattern = given.paths.pop(0)
    else:
        raise RefusedError("it needs what to look for")
    pattern = re.escape(pattern) if "F" in asked else pattern.replace(r"\|", "|")
    pattern = rf"\b(?:{pattern})\b" if "w" in asked else pattern
    try:
        wanted = re.compile(pattern, re.IGNORECASE if "i" in asked else 0)
    except re.error as error:
        raise RefusedError(f"{pattern}: {error}") from None
    if asked.keys() & {"r", "R"}:
        given.paths = [
            os.path.join(folder, name)
            for path in given.paths or ["."]
            for folder, _, names in os.walk(path)
            for name in sorted(names)
        ] or given.paths
    named = ("H" in asked or len(given.paths) > 1) and "h" not in asked
    found = False
    for path, text in given.texts():
        head = f"{path}:" if named else ""
        hits = [
            (number, line)
            for number, line in enumerate(text.splitlines(), 1)
            if bool(wanted.search(line)) != ("v" in asked)
        ]
        found = found or bool(hits)
        if "q" in asked:
            continue
        if "l" in asked:
            yield f"{path}\n" if hits else ""
        elif "c" in asked:
            yield f"{head}{len(hits)}\n"
        else:
            for number, line in hits:
                place = f"{head}{number}:" if "n" in asked else head
                parts = [it[0] for it in wanted.finditer(line)] if "o" in asked else [line]
                yield from (f"{place}{part}\n" for part in parts)
    given.status = 0 if found else 1


def _sort(given: Given) -> Iterator[str]:
    asked = given.parsed("rnufk:t:g")
    column = re.match(r"\d+", asked.get("k", ""))

    def key(line: str) -> tuple[float, str]:
        words = line.split(asked.get("t"))
        part = " ".join(words[int(column[0]) - 1 :]) if column else line
        number = re.match(r"\s*-?\d+(?:\.\d+)?", part) if asked.keys() & {"n", "g"} else None
        return float(number[0]) if number else 0.0, part.lower() if "f" in asked else part

    lines = sorted(given.lines(), key=key, reverse="r" in asked)
    yield from (f"{line}\n" for line in (dict.fromkeys(lines) if "u" in asked else lines))


def _uniq(given: Given) -> Iterator[str]:
    letters = given.letters("cdu")
    for line, same in itertools.groupby(given.lines()):
        count = len(list(same))
        if ("d" not in letters or count > 1) and ("u" not in letters or count == 1):
            yield f"{count:7d} {line}\n" if "c" in letters else f"{line}\n"


def _cut(given: Given) -> Iterator[str]:
    asked = given.parsed("d:f:c:")
    if not asked.keys() & {"f", "c"}:
        raise RefusedError("it needs -f or -c")
    sign = asked.get("d", "\t")
    for line in given.lines():
        parts = line.split(sign) if "f" in asked else list(line)
        if "f" in asked and len(parts) == 1:
            yield f"{line}\n"
            continue
        chosen = _chosen(asked.get("f") or asked["c"], len(parts))
        yield (sign if "f" in asked else "").join(parts[at] for at in chosen) + "\n"


def _chosen(ranges: str, count: int) -> list[int]:
    """Positions that "1,3-" and the like name.

    Raises:
        RefusedError: They aren't numbers.
    """
    found: set[int] = set()
    for one in ranges.split(","):
        first, dash, last = one.partition("-")
        if not (first or last) or not (first + last).isdecimal():
            raise RefusedError(f"{ranges}: these are no positions")
        begin = int(first or 1) - 1
        found.update(range(begin, min(count, int(last or count) if dash else begin + 1)))
    return sorted(at for at in found if 0 <= at < count)


def _tee(given: Given) -> list[str]:
    append = "a" in given.letters("a")
    for path in given.paths:
        try:
            with open(path, "a" if append else "w", encoding="utf-8") as file:
                file.write(given.piped)
        except OSError as error:
            given.failed.append(reason(error))
    return [given.piped]


def _tr(given: Given) -> list[str]:
    asked = given.parsed("ds")
    sets = [_letters(word) for word in given.paths]
    if len(sets) != (1 if asked else 2) or not all(sets):
        raise RefusedError("it needs what to take and what to make of it")
    if "s" in asked:
        return [re.sub(f"([{re.escape(sets[0])}])\\1+", r"\1", given.piped)]
    if "d" in asked:
        return [given.piped.translate({ord(one): None for one in sets[0]})]
    longer = sets[1] + sets[1][-1] * max(0, len(sets[0]) - len(sets[1]))
    return [given.piped.translate({ord(one): other for one, other in zip(sets[0], longer, strict=False)})]


def _letters(text: str) -> str:
    """With "a-z" and "\\n" written out."""
    text = text.replace("\\n", "\n").replace("\\t", "\t")
    return re.sub(
        r"(.)-(.)",
        lambda it: "".join(map(chr, range(ord(it[1]), min(ord(it[2]), ord(it[1]) + 999) + 1))),
        text,
    )


def _sed(given: Given) -> Iterator[str]:
    """`s/x/y/g` and `-n 'a,bp'`."""
    asked = given.parsed("nEri")
    script = given.paths.pop(0) if given.paths else ""
    lines = re.fullmatch(r"(\d+)(?:,(\d+|\$))?p", script)
    if lines and "n" in asked:
        first, last = int(lines[1]), lines[2] or lines[1]
        shown = list(given.lines())[first - 1 : None if last == "$" else int(last)]
        yield from (f"{line}\n" for line in shown)
        return
    sign = re.escape(script[1:2])
    swap = re.fullmatch(f"s{sign}(.*?){sign}(.*?){sign}(g?)", script) if sign and script[0] == "s" else None
    if swap is None or asked.keys() & {"n", "i"}:
        raise RefusedError("only s/x/y/g and -n 'a,bp' exist here")
    try:
        wanted = re.compile(swap[1])
        for line in given.lines():
            yield wanted.sub(swap[2].replace("&", r"\g<0>"), line, count=0 if swap[3] else 1) + "\n"
    except re.error as error:
        raise RefusedError(f"{script}: {error}") from None


PROGRAMS: dict[str, Program] = {
    "grep": _grep,
    "egrep": _grep,
    "sort": _sort,
    "uniq": _uniq,
    "cut": _cut,
    "tee": _tee,
    "tr": _tr,
    "sed": _sed,
}
