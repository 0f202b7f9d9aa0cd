"""Untrusted: JSON that somebody else wrote, read so that nothing but a sentence can come of it."""

from __future__ import annotations

import json
from typing import Any

#: Characters that are read where the caller names no other limit.
MOST = 16 * 2**20


def read_json(text: str | bytes, most: int = MOST) -> Any:
    """The value of a JSON text.

    Args:
        text: What came.
        most: Its length at most, in characters or bytes.

    Raises:
        ValueError: It is too long, no JSON, or nested deeper than Python reads; says which.
    """
    if len(text) > most:
        raise ValueError(f"it is longer than {most:,} characters")
    try:
        return json.loads(text)
    except RecursionError:
        # No ValueError in Python: whoever expects bad input would let it through.
        raise ValueError("it is nested too deep") from None
