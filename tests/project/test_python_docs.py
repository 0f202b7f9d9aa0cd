"""Every Python example of the README and of docs/python.md runs, in a real browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from belljar import Sandbox
from belljar.answers.execution import EXIT_CODES

from ..conformance.conftest import DIFFERENCES
from ..helpers.browsers import ALLOWED

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
STANDIN = "the stand-in has no matplotlib and no pandas"


def examples(name: str) -> list[Any]:
    text = (ROOT / name).read_text(encoding="utf-8")
    codes = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [pytest.param(code, id=f"{name}-{number}") for number, code in enumerate(codes)]


def run(command: str | list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        shell=isinstance(command, str),
        cwd=folder,
        env={**os.environ, "BELLJAR_CHROMIUM_SANDBOX": ALLOWED, **more},
        text=True,
        capture_output=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("code", examples("README.md"))
def test_an_example_of_the_readme_is_a_program_that_ends_well(code: str, tmp_path: Path) -> None:
    done = run([sys.executable, "-W", "error", "-c", code], tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


@pytest.fixture(scope="module")
def browser() -> Iterator[None]:
    """What sandboxes of the same options share stays, so that not every example starts a browser."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BELLJAR_CHROMIUM_SANDBOX", ALLOWED)
        with Sandbox(packages=()) as sandbox:
            assert sandbox.execute("1").ok
            yield


@pytest.mark.usefixtures("browser")
@pytest.mark.parametrize("code", examples("docs/python.md"))
def test_an_example_of_the_page_runs(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "docs/python.md", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().err == ""


def test_the_commands_run(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("print(open('data.csv').read())")
    (tmp_path / "data.csv").write_text("x")
    shown = re.findall(
        r"^belljar run .*$", (ROOT / "docs/python.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(shown) == 2
    commands = [line.replace("belljar", f"{sys.executable} -m belljar", 1) for line in shown]
    # Python alone starts fast.
    ended = [run(command, tmp_path, BELLJAR_PROFILE="core") for command in commands]
    # The second one gets no data file: its answer is the error, as JSON.
    assert [done.returncode for done in ended] == [0, 1], [done.stderr for done in ended]


def test_the_table_of_statuses_is_the_one_of_the_code() -> None:
    text = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| .* \| (\d+)", text, re.MULTILINE))
    assert {status: int(code) for status, code in rows.items()} == dict(EXIT_CODES)


def test_what_other_services_do_differently_is_in_the_docs() -> None:
    text = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    for reasons in DIFFERENCES.values():
        for reason in reasons.values():
            # A stand-in's own lack is told in a sentence, and not every test fits every Python.
            told = reason.split(":")[0]
            if told not in {STANDIN, "this code crashes WebAssembly's Python only"}:
                assert told in text, reason
    assert "without matplotlib and pandas" in text
