"""The examples in docs/models.md run as they stand there, with the packages they are for."""

from __future__ import annotations

import importlib.util
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import anthropic
import openai
import pytest
import smolagents
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from belljar import AsyncSandbox, Sandbox, tools

from ..helpers.browsers import ALLOWED
from ..helpers.shelf import ShelfBackend

pytestmark = pytest.mark.services


class Endpoint:
    """Answers Chat Completions and Messages with one turn after the other, and remembers the requests."""

    def __init__(self) -> None:
        self.turns: list[dict[str, Any]] = []
        self.told: list[dict[str, Any]] = []
        routes = [
            Route("/v1/chat/completions", self._answer, methods=["POST"]),
            Route("/v1/messages", self._answer, methods=["POST"]),
        ]
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(Starlette(routes=routes), log_level="warning", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listening],))

    async def _answer(self, request: Request) -> JSONResponse:
        self.told.append(await request.json())
        return JSONResponse(self.turns.pop(0))

    def __enter__(self) -> Endpoint:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as served:
        yield served


@pytest.fixture
def documented(repository: Path, tmp_path: Path) -> ModuleType:
    """The page's definitions as a module."""
    page = (repository / "docs" / "models.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    definitions = [block for block in blocks if re.search(r"^(async def|def|class) ", block, re.MULTILINE)]
    assert len(definitions) == 4
    head = "from belljar import AsyncSandbox, tools\nsystem = 'the prompt'\n"
    path = tmp_path / "documented.py"
    path.write_text("\n\n".join([head, *definitions]), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("documented", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def chat_turn(content: str | None, *calls: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """A turn as Chat Completions answers it."""
    asked = [
        {
            "id": f"c{number}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments)},
        }
        for number, (name, arguments) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": content} | ({"tool_calls": asked} if asked else {})
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": [
            {"index": 0, "message": message, "finish_reason": "tool_calls" if asked else "stop"},
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def messages_turn(*content: dict[str, Any]) -> dict[str, Any]:
    """A turn as Messages answers it."""
    return {
        "id": "x",
        "type": "message",
        "role": "assistant",
        "model": "scripted",
        "content": list(content),
        "stop_reason": "tool_use" if content[0]["type"] == "tool_use" else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


async def test_the_loop_for_openai_runs_code_and_shows_what_came_of_it(
    documented: ModuleType, endpoint: Endpoint
) -> None:
    code = "import matplotlib.pyplot as plt\nplt.plot([6, 7])\n6 * 7"
    endpoint.turns = [chat_turn(None, ("execute_python", {"code": code})), chat_turn("It is 42.")]
    async with (
        openai.AsyncOpenAI(base_url=f"{endpoint.url}/v1", api_key="none") as client,
        AsyncSandbox(packages=("matplotlib",), browser_sandbox=ALLOWED) as sandbox,
    ):
        assert await documented.ask(client, "scripted", "What is 6 * 7?", sandbox) == "It is 42."
    first, second = endpoint.told
    assert [message["role"] for message in first["messages"]] == ["system", "user"]
    assert first["tools"] == tools.definitions("openai")
    roles = ["system", "user", "assistant", "tool", "user"]
    assert [message["role"] for message in second["messages"]] == roles
    assert second["messages"][3]["tool_call_id"] == "c0"
    assert "Value:\n42" in second["messages"][3]["content"]
    assert [block["type"] for block in second["messages"][4]["content"]] == ["text", "image_url"]


async def test_the_loop_for_anthropic_does_the_same(documented: ModuleType, endpoint: Endpoint) -> None:
    use = {"type": "tool_use", "id": "t1", "name": "execute_python", "input": {"code": "6 * 7"}}
    endpoint.turns = [messages_turn(use), messages_turn({"type": "text", "text": "It is 42."})]
    async with (
        anthropic.AsyncAnthropic(base_url=endpoint.url, api_key="none") as client,
        AsyncSandbox(ShelfBackend()) as sandbox,  # type: ignore[arg-type]
    ):
        assert await documented.ask_anthropic(client, "scripted", "6 * 7?", sandbox) == "It is 42."
    assert endpoint.told[0]["tools"] == tools.definitions("anthropic")
    [_, _, results] = endpoint.told[1]["messages"]
    [result] = results["content"]
    assert (result["tool_use_id"], result["is_error"]) == ("t1", False)
    assert [block["type"] for block in result["content"]] == ["text", "image"]


async def test_a_model_that_never_ends_is_ended(documented: ModuleType, endpoint: Endpoint) -> None:
    endpoint.turns = [chat_turn(None, ("no_such_tool", {}))] * 3
    async with (
        openai.AsyncOpenAI(base_url=f"{endpoint.url}/v1", api_key="none") as client,
        AsyncSandbox(ShelfBackend()) as sandbox,  # type: ignore[arg-type]
    ):
        said = await documented.ask(client, "scripted", "?", sandbox, rounds=3)
    assert said == "It did not come to an end."


async def test_langchain_calls_every_tool(documented: ModuleType) -> None:
    async with AsyncSandbox(ShelfBackend()) as sandbox:  # type: ignore[arg-type]
        offered = {tool.name: tool for tool in documented.langchain_tools(sandbox)}
        assert offered.keys() == {tool.name for tool in tools.TOOLS}
        call = {
            "type": "tool_call",
            "id": "c1",
            "name": "execute_python",
            "args": {"code": "6 * 7", "timeout": 5},
        }
        message = await offered["execute_python"].ainvoke(call)
        assert [block["type"] for block in message.content] == ["text", "image_url"]
        assert "6 * 7" in message.content[0]["text"]
        await offered["write_file"].ainvoke({"path": "a.txt", "content": "x"})
        assert (await offered["list_files"].ainvoke({}))[0]["text"] == "a.txt (1 bytes)"


def test_an_agent_of_smolagents_uses_the_sandbox(documented: ModuleType, endpoint: Endpoint) -> None:
    endpoint.turns = [
        chat_turn(None, ("execute_python", {"code": "6 * 7"})),
        chat_turn(None, ("final_answer", {"answer": "It is 42."})),
    ]
    model = smolagents.OpenAIModel("scripted", api_base=f"{endpoint.url}/v1", api_key="none")
    with Sandbox(ShelfBackend()) as sandbox:  # type: ignore[arg-type]
        agent = smolagents.ToolCallingAgent(
            tools=[documented.PythonTool(sandbox)], model=model, verbosity_level=0
        )
        assert agent.run("What is 6 * 7?") == "It is 42."
    model.client.close()
    assert "6 * 7" in json.dumps(endpoint.told[1]["messages"][-1])
