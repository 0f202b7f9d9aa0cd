"""Answer: what a tool's call gave, and its content blocks for each provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from belljar.answers.blocks import MAX_IMAGES, Provider, text_block
from belljar.answers.budget import MAX_CHARS, cut
from belljar.answers.execution import Execution
from belljar.answers.report import to_model


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool's call gave.

    Attributes:
        text: The answer of tools that run nothing; empty for `execute_python`, whose answer is `execution`.
        execution: What the code did.
        failed: Whether it did not work; models are told so where the provider has a word for it.
        structured: The same as JSON values, for programs, cut like a report.
        asked: Characters that the call itself asked for, where those are more than usual.
    """

    text: str = ""
    execution: Execution | None = None
    failed: bool = False
    structured: Mapping[str, Any] = field(default_factory=dict)
    asked: int = 0

    def blocks(
        self,
        provider: Provider = "openai",
        *,
        max_chars: int | None = None,
        max_images: int = MAX_IMAGES,
    ) -> list[dict[str, Any]]:
        """The answer as content blocks of a provider: one of text, then images.

        Args:
            provider: Whose form the blocks have.
            max_chars: Length of the text at most, in characters; None is 8,000, or what the call asked for.
            max_images: Figures at most.

        Raises:
            ValueError: The provider is not known, or a limit can't be.
        """
        room = max(MAX_CHARS, self.asked) if max_chars is None else max_chars
        if self.execution is None:
            return [text_block(provider, cut(self.text, room))]
        return to_model(self.execution, provider, max_chars=room, max_images=max_images)
