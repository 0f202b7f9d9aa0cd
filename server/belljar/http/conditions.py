"""Conditions: what a request says of the representation it wants, read as RFC 9110 has it.

What is malformed is as if it were not there: a client gets the whole content then, which is never wrong.
"""

from __future__ import annotations

import re

#: Ranges of one request; whoever asks for more gets the whole (RFC 9110, section 14.2).
MAX_RANGES = 100
#: Without a word about it the content as it is remains acceptable, but any coding asked for comes first.
LAST = 0.0001

_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
#: More than 18 digits are past the end of any file, and no number that has to be made of them.
_RANGE = re.compile(r"([0-9]{0,18})-([0-9]{0,18})")


def etags(header: str) -> list[str]:
    """The entity tags of an `If-Match` or `If-None-Match`, quotes and `W/` included; `["*"]` for any.

    A tag may hold commas. What stands between the tags must be commas and blanks, else nothing of the list
    counts from there on.
    """
    if header.strip(" \t") == "*":
        return ["*"]
    found: list[str] = []
    rest = header.lstrip(", \t")
    while match := _ETAG.match(rest):
        after = rest[match.end() :].lstrip(" \t")
        if after and not after.startswith(","):
            break
        found.append(match[0])
        rest = after.lstrip(", \t")
    return found


def quality(accept_encoding: str, coding: str) -> float:
    """How much the client wants a coding, 0 (not at all) to 1 (RFC 9110, section 12.5.3).

    Args:
        accept_encoding: The request's header, `""` if it had none.
        coding: A content coding, or `"identity"` for the content as it is.
    """
    weights: dict[str, float] = {}
    for item in accept_encoding.split(","):
        name, *parameters = (part.strip(" \t").lower() for part in item.split(";"))
        weight = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.rstrip() == "q":
                weight = float(value) if _QUALITY.fullmatch(value.strip()) else 0.0
        if name:
            weights[name.removeprefix("x-")] = weight
    return weights.get(coding, weights.get("*", LAST if coding == "identity" else 0.0))


def satisfiable(header: str, size: int) -> list[tuple[int, int]] | None:
    """The parts of a content that a `Range` asks for, as (start, end after the last byte), in its order.

    Args:
        header: The request's header.
        size: Length of the content in bytes.

    Returns:
        The parts there are; none if all lie past the end; `None` if the header is to be ignored.
    """
    unit, _, ranges = header.partition("=")
    if unit.lower() != "bytes" or size == 0:
        return None
    items = [item for part in ranges.split(",") if (item := part.strip(" \t"))]
    if not 0 < len(items) <= MAX_RANGES:
        return None
    found: list[tuple[int, int]] = []
    for item in items:
        match = _RANGE.fullmatch(item)
        if match is None or item == "-":
            return None
        first, last = match[1], match[2]
        if not first:
            start, end = max(size - int(last), 0), size
        elif last and int(last) < int(first):
            return None
        else:
            start, end = int(first), min(int(last) + 1, size) if last else size
        if start < end:
            found.append((start, end))
    return found
