"""Malformed: what a service or a container says is rebuilt, field by field; what can't be is a sentence."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from belljar import Execution, Sandbox
from belljar.untrusted.rebuilt import MalformedError

from ...standins import DOCKER_IMAGE, E2B_KEY, Service, container_folder

DEEP: Any = []
for _ in range(150):
    DEEP = [DEEP]

#: Fields of a result that are not of their kind.
RESULTS: list[Any] = [
    {"text": 5},
    {"html": ["<b>"]},
    {"png": "no base64!"},
    {"png": 5},
    {"json": DEEP},
    {"width": "wide"},
    {"width": True},
    {"height": -1},
    {"is_main": "yes"},
    {"alt": {}},
    {"data": 1},
    {"data": {"columns": [], "rows": [[1]], "shape": [1, 1]}},
    {"data": {"columns": [{"name": 1, "dtype": "x", "role": "column"}], "rows": [], "shape": [0, 1]}},
    {"data": {"columns": [], "rows": [], "shape": "ab"}},
    "text",
    None,
]

#: Fields of an execution that are not of their kind.
EXECUTIONS: list[Any] = [
    {"status": []},
    {"status": "fine"},
    {"results": 5},
    {"results": "ab"},
    {"logs": [1]},
    {"logs": {"stdout": 5}},
    {"error": "x"},
    {"error": {"name": "E", "value": "v", "traceback": 5}},
    {"error": {"name": "E", "value": "v", "traceback": "", "line": "x"}},
    {"execution_count": "1"},
    {"duration_ms": "soon"},
    {"duration_ms": -1},
    {"files": [1]},
    {"files": [{"path": 1, "change": "created", "size": 1}]},
    {"files": [{"path": "a", "change": "stolen", "size": 1}]},
    {"truncated": 1},
    {"truncated": {"stream_chars": "x", "displays": 0}},
    {"blocked": [{"by": "me", "what": "", "target": ""}]},
    {"packages": [1]},
    {"note": 1},
    {"backend": None},
]


@pytest.mark.parametrize("wrong", [*EXECUTIONS, *({"results": [one]} for one in RESULTS)], ids=str)
def test_an_execution_has_the_form_it_must_have(wrong: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        Execution.from_dict({"status": "ok", **wrong})


def use(execution: Execution) -> None:
    """All that callers do with an answer."""
    assert [repr(execution), str(execution), execution._repr_html_(), execution.to_text()]
    assert Execution.from_dict(json.loads(json.dumps(execution.to_dict()))) == execution
    assert execution.to_model("anthropic")


@pytest.fixture(scope="module")
def container(docker_engine: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    os.environ["DOCKER_HOST"] = docker_engine.url
    workdir = container_folder(tmp_path_factory.mktemp("sandbox"))
    with Sandbox("llm-sandbox", image=DOCKER_IMAGE, workdir=workdir) as sandbox:
        yield sandbox


#: Code that says for itself what the container says last.
FORGE = "import sys, types\nsys.modules['_belljar'].json = types.SimpleNamespace(dumps=lambda _: "

GOOD = {"stdout": "", "stderr": "", "results": [], "error": None}


@pytest.mark.parametrize(
    "said",
    [
        {},
        1,
        None,
        [],
        "text",
        {**GOOD, "stdout": 5},
        {**GOOD, "stdout": ["a"]},
        {**GOOD, "results": {"a": 1}},
        {**GOOD, "error": "x"},
        {**GOOD, "error": {"name": 5, "value": "", "traceback": "", "line": None}},
        {**GOOD, "error": {"name": "E", "value": "", "traceback": "", "line": "x"}},
        *({**GOOD, "results": [one]} for one in RESULTS),
    ],
    ids=str,
)
def test_what_a_container_says_last_never_raises_in_the_caller(container: Sandbox, said: Any) -> None:
    code = f"{FORGE}{json.dumps(said)!r})"
    execution = container.execute(code, timeout=20)
    assert execution.status == "crashed"
    assert "What the code did is not known" in (execution.note or "")
    use(execution)


def test_json_that_python_cannot_read_is_an_answer_too(container: Sandbox) -> None:
    code = f"{FORGE}'[' * 100_000)"
    use(execution := container.execute(code, timeout=20))
    assert execution.status in {"crashed", "unavailable"}


@pytest.fixture(scope="module")
def cloud(e2b_service: Service) -> Iterator[Sandbox]:
    os.environ.update(e2b_service.variables)
    with Sandbox("e2b", api_key=E2B_KEY) as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    "said",
    [
        "{",
        "[]",
        "1",
        "null",
        '"text"',
        '{"type":"stdout","text":5,"timestamp":0}',
        '{"type":"stdout","text":["a"],"timestamp":0}',
        '{"type":"error"}',
        '{"type":"error","name":5,"value":"v","traceback":"t"}',
        '{"type":"error","name":"E","value":null,"traceback":[]}',
        '{"type":"result","text":5,"is_main_result":true}',
        '{"type":"result","png":"no base64!","is_main_result":false}',
        '{"type":"result","json":' + "[" * 150 + "]" * 150 + ',"is_main_result":true}',
        "[" * 100_000,
    ],
    ids=lambda said: said[:60],
)
def test_what_e2b_says_never_raises_in_the_caller(cloud: Sandbox, said: str) -> None:
    use(execution := cloud.execute(f"#!wire\n{said}", timeout=20))
    assert execution.status == "crashed", execution
    assert cloud.execute("6 * 7", timeout=20).text == "42"
