"""Blocks: text and images as content blocks, in the form of each provider of language models."""

from __future__ import annotations

from typing import Any, Literal, get_args

#: Whose form the blocks have: OpenAI's Chat Completions and Responses, Anthropic's Messages, MCP.
Provider = Literal["openai", "openai-responses", "anthropic", "mcp"]
PROVIDERS: tuple[str, ...] = get_args(Provider)

#: Figures beside a report, where nobody asks for another number.
MAX_IMAGES = 4


def text_block(provider: Provider, text: str) -> dict[str, Any]:
    """Text as a content block of a provider."""
    return {"type": "input_text" if provider == "openai-responses" else "text", "text": text}


def image_block(provider: Provider, mime: str, data: str) -> dict[str, Any]:
    """An image, as base64, as a content block of a provider."""
    match provider:
        case "openai":
            return {"type": "image_url", "image_url": {"url": f"data:{mime};base64,{data}"}}
        case "openai-responses":
            return {"type": "input_image", "image_url": f"data:{mime};base64,{data}"}
        case "anthropic":
            return {"type": "image", "source": {"type": "base64", "media_type": mime, "data": data}}
        case "mcp":
            return {"type": "image", "data": data, "mimeType": mime}
