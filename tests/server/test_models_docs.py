"""The conversations in docs/models.md are run as they stand there, against clients that follow a script."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from belljar import AsyncSandbox, tools

from .test_tools import ShelfBackend


class Said(SimpleNamespace):
    """An object of a provider's client: attributes, and `model_dump`."""

    def model_dump(self, *, exclude_none: bool = False) -> dict[str, Any]:
        plain = {name: _plain(value) for name, value in vars(self).items()}
        return {name: value for name, value in plain.items() if not (exclude_none and value is None)}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.model_dump() if isinstance(value, Said) else value


class Script:
    """A model that says one thing after the other, and remembers what it was told."""

    def __init__(self, *turns: Said) -> None:
        self.turns = list(turns)
        self.told: list[dict[str, Any]] = []

    async def create(self, **request: Any) -> Said:
        self.told.append({**request, "messages": list(request["messages"])})
        return self.turns.pop(0)


@pytest.fixture
def documented(repository: Path) -> Mapping[str, Any]:
    """The functions that the page defines."""
    page = (repository / "docs" / "models.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {"AsyncSandbox": AsyncSandbox, "tools": tools, "system": "the prompt"}
    for block in re.findall(r"^```python\n(async def .*?)^```", page, re.DOTALL | re.MULTILINE):
        exec(block, names)
    return names


async def test_the_loop_for_openai_runs_code_and_shows_what_came_of_it(documented: Mapping[str, Any]) -> None:
    def turn(content: str | None, calls: list[Said] | None) -> Said:
        message = Said(role="assistant", content=content, tool_calls=calls)
        return Said(choices=[Said(message=message)])

    call = Said(id="c1", type="function", function=Said(name="execute_python", arguments='{"code": "6 * 7"}'))
    script = Script(turn(None, [call]), turn("It is 42.", None))
    client = SimpleNamespace(chat=SimpleNamespace(completions=script))
    async with AsyncSandbox(ShelfBackend()) as sandbox:  # type: ignore[arg-type]
        assert await documented["ask"](client, "scripted", "What is 6 * 7?", sandbox) == "It is 42."
    first, second = script.told
    assert [message["role"] for message in first["messages"]] == ["system", "user"]
    assert first["tools"] == tools.definitions("openai")
    assert [message["role"] for message in second["messages"]] == [
        "system",
        "user",
        "assistant",
        "tool",
        "user",
    ]
    assert second["messages"][3]["tool_call_id"] == "c1"
    assert "6 * 7" in second["messages"][3]["content"]


async def test_the_loop_for_anthropic_does_the_same(documented: Mapping[str, Any]) -> None:
    use = Said(type="tool_use", id="t1", name="execute_python", input={"code": "6 * 7"})
    script = Script(Said(content=[use]), Said(content=[Said(type="text", text="It is 42.")]))
    client = SimpleNamespace(messages=script)
    async with AsyncSandbox(ShelfBackend()) as sandbox:  # type: ignore[arg-type]
        assert await documented["ask_anthropic"](client, "scripted", "6 * 7?", sandbox) == "It is 42."
    [_, _, results] = script.told[1]["messages"]
    [result] = results["content"]
    assert (result["tool_use_id"], result["is_error"]) == ("t1", False)
    assert [block["type"] for block in result["content"]] == ["text", "image"]


async def test_a_model_that_never_ends_is_ended(documented: Mapping[str, Any]) -> None:
    use = Said(type="tool_use", id="t1", name="no_such_tool", input={})
    client = SimpleNamespace(messages=Script(*[Said(content=[use])] * 3))
    async with AsyncSandbox(ShelfBackend()) as sandbox:  # type: ignore[arg-type]
        said = await documented["ask_anthropic"](client, "scripted", "?", sandbox, rounds=3)
    assert said == "It did not come to an end."
