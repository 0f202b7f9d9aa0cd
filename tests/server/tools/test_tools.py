"""Tools are told to every provider alike, and whatever a model writes is answered with a sentence."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belljar import AsyncSandbox
from belljar.tools import TOOLS, call, definitions, replies

from ...helpers.shelf import ShelfBackend
from ..answers.test_execution import PROPERTY


@pytest.fixture
async def sandbox() -> AsyncIterator[AsyncSandbox]:
    async with AsyncSandbox(ShelfBackend()) as sandbox:  # type: ignore[arg-type]
        yield sandbox


@pytest.mark.parametrize(
    ("provider", "where"),
    [
        ("openai", lambda one: (one["function"]["name"], one["function"]["parameters"])),
        ("openai-responses", lambda one: (one["name"], one["parameters"])),
        ("anthropic", lambda one: (one["name"], one["input_schema"])),
        ("mcp", lambda one: (one["name"], one["inputSchema"])),
    ],
)
def test_every_provider_is_told_the_same_tools(provider: str, where: object) -> None:
    told = [where(one) for one in definitions(provider)]  # type: ignore[arg-type,operator]
    assert told == [(tool.name, tool.parameters) for tool in TOOLS]
    json.dumps(told)


async def test_code_runs_and_its_images_come_as_blocks_only(sandbox: AsyncSandbox) -> None:
    answer = await call(sandbox, "execute_python", '{"code": "1 + 1", "timeout": 5}')
    assert answer.execution is not None
    assert answer.execution.text == "1 + 1"
    assert answer.structured["duration_ms"] == 5
    assert "png" not in answer.structured["results"][0]
    assert [block["type"] for block in answer.blocks("anthropic")] == ["text", "image"]


async def test_files_go_in_and_come_out(sandbox: AsyncSandbox) -> None:
    assert (await call(sandbox, "list_files", "")).text == "There are no files yet."
    wrote = await call(sandbox, "write_file", {"path": "a.txt", "content": "ünï"})
    assert wrote.text == "Wrote a.txt, 5 bytes."
    assert (await call(sandbox, "read_file", {"path": "a.txt"})).text == "ünï"
    await call(sandbox, "write_file", {"path": "b.bin", "content": "/w==", "encoding": "base64"})
    refused = await call(sandbox, "read_file", {"path": "b.bin"})
    assert refused.failed
    assert "no UTF-8 text" in refused.text
    assert (await call(sandbox, "read_file", {"path": "b.bin", "encoding": "base64"})).text == "/w=="
    assert (await call(sandbox, "list_files", {})).text == "a.txt (5 bytes)\nb.bin (1 bytes)"


async def test_a_reset_resets(sandbox: AsyncSandbox) -> None:
    await call(sandbox, "execute_python", {"code": "1"})
    assert "files are kept" in (await call(sandbox, "reset", {})).text
    assert sandbox._backend.session.resets == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("shell", {}, "There is no tool 'shell'. There are execute_python, list_files"),
        ("execute_python", "{", "not JSON"),
        ("execute_python", "[]", "must be an object"),
        ("execute_python", {}, "needs the argument code"),
        ("execute_python", {"code": None}, "needs the argument code"),
        ("execute_python", {"code": 1}, "must be a string"),
        ("execute_python", {"code": "1", "timeout": True}, "must be a number"),
        ("execute_python", {"code": "1", "timeout": 0}, "must be more than 0"),
        (
            "execute_python",
            {"code": "1", "language": "r"},
            "has no argument 'language'. It takes: code, timeout",
        ),
        ("read_file", {"path": "no.csv"}, "There is no file"),
        ("read_file", {"path": "a", "encoding": "utf-16"}, "must be one of utf-8, base64"),
        ("write_file", {"path": "/etc/passwd", "content": "x"}, "must be relative"),
        ("write_file", {"path": "a", "content": "?", "encoding": "base64"}, "not base64"),
    ],
)
async def test_a_wrong_call_is_answered_with_what_is_wrong(
    sandbox: AsyncSandbox, name: str, arguments: object, says: str
) -> None:
    answer = await call(sandbox, name, arguments)  # type: ignore[arg-type]
    assert answer.failed
    assert says in answer.text
    assert answer.blocks("openai")[0]["text"] == answer.text


@PROPERTY
@given(
    st.sampled_from([tool.name for tool in TOOLS]) | st.text(max_size=20),
    st.text(max_size=40)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=10),
        lambda inner: st.dictionaries(
            st.sampled_from(["code", "path", "content", "encoding"]) | st.text(), inner
        ),
    ),
)
async def test_nothing_a_model_writes_raises(name: str, arguments: object) -> None:
    async with AsyncSandbox(ShelfBackend()) as sandbox:  # type: ignore[arg-type]
        answer = await call(sandbox, name, arguments)  # type: ignore[arg-type]
        assert answer.blocks("mcp")


async def test_a_closed_sandbox_says_so() -> None:
    sandbox = AsyncSandbox(ShelfBackend())  # type: ignore[arg-type]
    await sandbox.close()
    answer = await sandbox.call_tool("list_files", {})
    assert answer.failed
    assert "closed" in answer.text


async def test_a_conversation_goes_on_in_each_providers_form(sandbox: AsyncSandbox) -> None:
    answers = {
        "a": await call(sandbox, "execute_python", {"code": "1"}),
        "b": await call(sandbox, "shell", {}),
    }
    first, second, figures = replies(answers, "openai")
    assert (first["role"], first["tool_call_id"], second["tool_call_id"]) == ("tool", "a", "b")
    assert first["content"].startswith("Status: ok")
    assert figures["role"] == "user"
    assert [block["type"] for block in figures["content"]] == ["text", "image_url"]
    assert [item["call_id"] for item in replies(answers, "openai-responses")] == ["a", "b"]
    [message] = replies(answers, "anthropic")
    assert [(one["tool_use_id"], one["is_error"]) for one in message["content"]] == [
        ("a", False),
        ("b", True),
    ]
    with pytest.raises(ValueError, match="no conversation"):
        replies(answers, "mcp")  # type: ignore[arg-type]


async def test_figures_are_not_spoken_of_where_there_are_none(sandbox: AsyncSandbox) -> None:
    assert len(replies({"a": await call(sandbox, "reset", {})}, "openai")) == 1


@pytest.mark.parametrize("content", ["0123456789" * 30_000, "ü€😀x" * 30_000, "😀" * 100])
@pytest.mark.parametrize("asked", [{}, {"length": 5}, {"length": 65_536}, {"length": 1}])
async def test_a_long_file_is_read_on_with_until_it_is_whole(
    sandbox: AsyncSandbox, content: str, asked: dict[str, int]
) -> None:
    length = asked.get("length", 0)
    content = content[:200] if length in {1, 5} else content
    await call(sandbox, "write_file", {"path": "long.txt", "content": content})
    got, offset, calls = "", 0, 0
    while offset is not None:
        answer = await call(sandbox, "read_file", {"path": "long.txt", "offset": offset, **asked})
        told = answer.structured
        [block] = answer.blocks("mcp")
        # What a model reads is what a program gets, and not cut in the midst.
        assert block["text"].startswith(told["content"])
        assert len(block["text"]) <= max(8000, length + 200)
        assert told["size"] == len(content.encode())
        if told["next_offset"] is not None:
            assert f"read on with offset {told['next_offset']}" in block["text"]
        got += told["content"]
        offset = told["next_offset"]
        calls += 1
    assert got == content
    assert calls <= (len(content.encode()) // 7000 + 2 if not length else len(content.encode()))


async def test_bytes_are_read_on_with_in_base64(sandbox: AsyncSandbox) -> None:
    content = bytes(range(256)) * 1000
    sandbox._backend.session.files["b.bin"] = content  # type: ignore[attr-defined]
    got, offset = b"", 0
    while offset is not None:
        answer = await call(sandbox, "read_file", {"path": "b.bin", "encoding": "base64", "offset": offset})
        assert len(answer.blocks("mcp")[0]["text"]) <= 8000
        got += base64.b64decode(answer.structured["content"], validate=True)
        offset = answer.structured["next_offset"]
    assert got == content


async def test_an_answer_keeps_to_a_callers_own_limit_whatever_was_asked_for(sandbox: AsyncSandbox) -> None:
    await call(sandbox, "write_file", {"path": "a", "content": "x" * 60_000})
    answer = await call(sandbox, "read_file", {"path": "a", "length": 60_000})
    assert len(answer.blocks("anthropic")[0]["text"]) == 60_000
    assert len(answer.blocks("anthropic", max_chars=500)[0]["text"]) <= 500


async def test_many_files_are_named_within_the_budget_and_counted(sandbox: AsyncSandbox) -> None:
    files = sandbox._backend.session.files  # type: ignore[attr-defined]
    for number in range(1000):
        files["f" * 500 + str(number)] = b""
    answer = await call(sandbox, "list_files", {})
    assert len(json.dumps(answer.structured)) < 9_000
    assert answer.structured["count"] == 1000
    assert answer.structured["left_out"] == 1000 - len(answer.structured["files"])


async def test_arguments_nested_deeper_than_python_reads_are_a_sentence(sandbox: AsyncSandbox) -> None:
    answer = await call(sandbox, "execute_python", '{"code": ' + "[" * 100_000)
    assert answer.failed
    assert "nested too deep" in answer.text
