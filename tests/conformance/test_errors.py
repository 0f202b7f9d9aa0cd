"""What goes wrong in the code is a result, and what is not allowed is refused by name."""

from __future__ import annotations

import pytest

from belljar import Sandbox


@pytest.mark.parametrize(
    ("code", "name", "line"),
    [
        ("1 / 0", "ZeroDivisionError", 1),
        ("x = 1\nnot_there", "NameError", 2),
        ("def f(:", "SyntaxError", 1),
        ("raise ValueError('mine')", "ValueError", 1),
        ("import json\njson.loads('{')", "JSONDecodeError", 2),
        ("raise BaseException('base')", "BaseException", 1),
        ("assert False", "AssertionError", 1),
    ],
)
def test_an_error_is_a_result_with_name_line_and_traceback(
    sandbox: Sandbox, code: str, name: str, line: int
) -> None:
    execution = sandbox.execute(code)
    assert (execution.status, execution.exit_code) == ("error", 1)
    assert execution.error is not None
    assert (execution.error.name, execution.error.line) == (name, line)
    assert name in execution.error.traceback


def test_what_came_before_an_error_is_kept(sandbox: Sandbox) -> None:
    execution = sandbox.execute("print('before')\ndisplay(1)\n1 / 0")
    assert execution.stdout == "before\n"
    assert [result.text for result in execution.results] == ["1"]


@pytest.mark.parametrize(("argument", "code"), [("", 0), ("0", 0), ("3", 3), ("'a message'", 1)])
def test_sys_exit_gives_its_exit_code(sandbox: Sandbox, argument: str, code: int) -> None:
    assert sandbox.execute(f"import sys\nsys.exit({argument})").exit_code == code


def test_a_package_that_is_not_allowed_is_named(sandbox: Sandbox) -> None:
    execution = sandbox.execute("import tensorflow")
    assert execution.error is not None
    assert execution.error.name == "ModuleNotFoundError"
    assert "tensorflow" in execution.error.value


@pytest.mark.parametrize(
    "code",
    [
        "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9/')",
        "import socket\nsocket.create_connection(('127.0.0.1', 9), timeout=2)",
        "import requests\nrequests.get('http://127.0.0.1:9/')",
        "import subprocess\nsubprocess.run(['git'])",
    ],
)
def test_there_is_no_network_and_no_process(sandbox: Sandbox, code: str) -> None:
    assert sandbox.execute(code).status == "error"
