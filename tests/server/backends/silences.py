"""What tests of silence share: however a call ends, it ends in time and with a sentence."""

from __future__ import annotations

import asyncio
from typing import Any

from belljar import Execution
from belljar.errors import UnavailableError

#: Seconds within which a call ends here: its short bounds, and a busy machine.
ENDS = 25.0


async def ended(*calls: Any) -> list[Any]:
    """What calls give or raise, in time; each that fails does so with a sentence."""
    async with asyncio.timeout(ENDS):
        answers = await asyncio.gather(*calls, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            assert isinstance(answer, UnavailableError), repr(answer)
        elif isinstance(answer, Execution):
            assert answer.status in {"crashed", "unavailable", "interrupted", "timeout"}, answer
        said = getattr(answer, "note", None) if isinstance(answer, Execution) else answer and str(answer)
        assert said is None or said.endswith("."), said
    return list(answers)
