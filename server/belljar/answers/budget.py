"""Budget: how long a report may be, and how texts that are too long for it share the room."""

from __future__ import annotations

from collections.abc import Sequence

#: Shortest report that still says what happened, in characters; what is usual.
LEAST_CHARS = 400
MAX_CHARS = 8000


def cut(text: str, room: int) -> str:
    """Head and tail of a text that is too long, and between them how much is missing.

    Args:
        text: Any text.
        room: Characters that there are.
    """
    if len(text) <= room:
        return text
    # The counts take at most this much; where even they have no room, the head alone is left.
    mark = _left_out(len(text), text.count("\n"))
    left = room - len(mark)
    if left < 2:
        return text[: max(room, 0)]
    head, tail = text[: (left + 1) // 2], text[-(left // 2) :]
    missing = text[len(head) : len(text) - len(tail)]
    return head + _left_out(len(missing), missing.count("\n")) + tail


def shares(needs: Sequence[int], room: int, first: Sequence[bool] = ()) -> list[int]:
    """Gives each what it needs or an even share of the room: small ones whole, long ones alike.

    Args:
        needs: Characters that each would take.
        room: Characters that there are.
        first: Which of them have their room before the others share what is left; none unless given.
    """
    given = [0] * len(needs)
    for turn in (True, False):
        waiting = sorted(
            (need, index) for index, need in enumerate(needs) if bool(first and first[index]) is turn
        )
        for place, (need, index) in enumerate(waiting):
            given[index] = min(need, max(room, 0) // (len(waiting) - place))
            room -= given[index]
    return given


def _left_out(chars: int, lines: int) -> str:
    return f"\n[… {chars:,} characters, {lines:,} line ends left out …]\n"
