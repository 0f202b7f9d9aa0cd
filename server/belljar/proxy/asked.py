"""Asked: a visitor's request to a model, read and checked; what is passed on is made anew from it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request

from belljar.proxy.refusals import Refused
from belljar.untrusted import read_json

#: What may stand in a request. Others could choose another model, or what is paid for apart from tokens.
FIELDS = frozenset(
    {
        *("model", "messages", "tools", "tool_choice", "parallel_tool_calls", "stream", "stream_options"),
        *("temperature", "top_p", "max_tokens", "max_completion_tokens", "stop", "seed", "response_format"),
        *("reasoning_effort", "presence_penalty", "frequency_penalty"),
    }
)


@dataclass(frozen=True)
class Asked:
    """A request that may be passed on: the model's name, and the body as it is sent."""

    model: str
    body: bytes


async def read(request: Request, most: int) -> bytes:
    """The body of a request.

    Raises:
        Refused: It is no JSON by its type, too large, or its client has gone.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, "The request must be JSON, as application/json.")
    got = bytearray()
    try:
        async for piece in request.stream():
            got += piece
            if len(got) > most:
                raise Refused(413, too_large(most))
    except ClientDisconnect:
        raise Refused(400, "The client has gone.") from None
    return bytes(got)


def too_large(most: int) -> str:
    """The sentence on a request of more bytes than are taken."""
    return f"The conversation is longer than the {most:,} bytes that this server passes on. Begin a new one."


def checked(body: bytes, names: Sequence[str]) -> Asked:
    """The request in a body.

    Raises:
        Refused: It can't be read, or asks for what this server doesn't pass on.
    """
    try:
        given: Any = read_json(body)
    except ValueError as error:
        raise Refused(400, f"The request can't be read: {error}.") from None
    if not isinstance(given, dict):
        raise Refused(400, "The request must be a JSON object.")
    if unknown := sorted(str(name)[:40] for name in given.keys() - FIELDS)[:5]:
        raise Refused(400, f"This server doesn't pass on {', '.join(unknown)}.")
    model = given.get("model")
    if not isinstance(model, str) or model not in names:
        raise Refused(404, f"This server has no such model. It has {', '.join(names)}.")
    if given.get("stream") is not True:
        raise Refused(400, "This server passes on streams only: stream must be true.")
    messages = given.get("messages")
    if (
        not isinstance(messages, list)
        or not messages
        or not all(isinstance(one, Mapping) for one in messages)
    ):
        raise Refused(400, "messages must be a list of messages.")
    # Without the count of tokens there is no budget.
    told = {**given, "stream_options": {"include_usage": True}}
    return Asked(model, json.dumps(told, separators=(",", ":")).encode())
