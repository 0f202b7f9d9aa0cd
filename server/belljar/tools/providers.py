"""Providers: the tools as each provider's request has them, and the answers as its conversation goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from belljar.answers.blocks import MAX_IMAGES, text_block
from belljar.tools.answer import Answer
from belljar.tools.table import TOOLS, Tool


def definitions(
    provider: Literal["openai", "openai-responses", "anthropic", "mcp"] = "openai",
) -> list[dict[str, Any]]:
    """The tools as a provider's request wants them.

    Args:
        provider: "openai" (Chat Completions), "openai-responses", "anthropic" (Messages) or "mcp".

    Raises:
        ValueError: The provider is not known.
    """
    return [_definition(provider, tool) for tool in TOOLS]


def replies(
    answers: Mapping[str, Answer],
    provider: Literal["openai", "openai-responses", "anthropic"] = "openai",
    *,
    max_chars: int | None = None,
    max_images: int = MAX_IMAGES,
) -> list[dict[str, Any]]:
    """What a conversation goes on with after a turn of tool calls.

    Args:
        answers: The answer to each call, by the call's id, in the order of the calls.
        provider: "openai" (messages for Chat Completions, whose tool messages hold no images, so figures
            follow in a user's message), "openai-responses" (items for `input`) or "anthropic" (one message).
        max_chars: Length of an answer's text at most, in characters; None is 8,000, or what the call asked
            for.
        max_images: Figures per answer at most.

    Raises:
        ValueError: The provider is not known, or a limit can't be.
    """
    told = {
        key: one.blocks(provider, max_chars=max_chars, max_images=max_images) for key, one in answers.items()
    }
    match provider:
        case "openai":
            messages: list[dict[str, Any]] = [
                {"role": "tool", "tool_call_id": key, "content": text["text"]}
                for key, (text, *_) in told.items()
            ]
            images = [image for _, *images in told.values() for image in images]
            if images:
                seen = text_block(provider, "The figures that these calls showed:")
                messages.append({"role": "user", "content": [seen, *images]})
            return messages
        case "openai-responses":
            return [
                {"type": "function_call_output", "call_id": key, "output": blocks}
                for key, blocks in told.items()
            ]
        case "anthropic":
            results = [
                {
                    "type": "tool_result",
                    "tool_use_id": key,
                    "content": blocks,
                    "is_error": answers[key].failed,
                }
                for key, blocks in told.items()
            ]
            return [{"role": "user", "content": results}]
    raise ValueError(f"{provider!r} has no conversation of its own.")


def _definition(provider: str, tool: Tool) -> dict[str, Any]:
    parameters = json.loads(json.dumps(tool.parameters))
    match provider:
        case "openai":
            function = {"name": tool.name, "description": tool.description, "parameters": parameters}
            return {"type": "function", "function": function}
        case "openai-responses":
            function = {"name": tool.name, "description": tool.description, "parameters": parameters}
            # Strict schemas have no optional arguments.
            return {"type": "function", **function, "strict": False}
        case "anthropic":
            return {"name": tool.name, "description": tool.description, "input_schema": parameters}
        case "mcp":
            return {
                "name": tool.name,
                "title": tool.title,
                "description": tool.description,
                "inputSchema": parameters,
                "outputSchema": json.loads(json.dumps(tool.output)),
                "annotations": {"title": tool.title, **tool.hints},
            }
    raise ValueError(
        f"{provider!r} is no provider known here. Known are openai, openai-responses, anthropic, mcp."
    )
