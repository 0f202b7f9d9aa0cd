"""Callers' type checkers know what everything is: mypy, strictly, on programs that use belljar."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RIGHT = """
from typing import assert_type

from belljar import AsyncSandbox, Execution, Policy, Result, Sandbox


def run(sandbox: Sandbox) -> str:
    execution = sandbox.execute("1 + 1", timeout=5, files={"a.txt": "x"}, on_stdout=print)
    assert_type(execution, Execution)
    assert_type(execution.text, str | None)
    assert_type(execution.plots, tuple[Result, ...])
    assert_type(execution.plots[0].png, bytes | None)
    assert_type(execution.exit_code, int)
    assert_type(Execution.from_dict(execution.to_dict()), Execution)
    assert_type(sandbox.files.read("a.txt"), bytes)
    return execution.to_text() + Policy.load().prompt()


async def run_too() -> None:
    async with AsyncSandbox("tab", packages=("numpy",)) as sandbox:
        assert_type(await sandbox.run_code("1", context=sandbox.context("mine")), Execution)
        await sandbox.interrupt()


with Sandbox.open() as opened:
    assert_type(opened, Sandbox)
    run(opened)
"""
WRONG = """
from belljar import Sandbox

sandbox = Sandbox()
sandbox.execute(1)
sandbox.execute("1", timeout="5")
sandbox.execute("1").text.upper()
"""


def check(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "program.py").write_text(code)
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "program.py"],
        cwd=folder,
        text=True,
        capture_output=True,
        check=False,
    )


def test_a_program_that_is_right_is_right_for_mypy(tmp_path: Path) -> None:
    done = check(RIGHT, tmp_path)
    assert done.returncode == 0, done.stdout


def test_a_program_that_is_wrong_is_told_where(tmp_path: Path) -> None:
    done = check(WRONG, tmp_path)
    found = [line.split(":")[1] for line in done.stdout.splitlines() if ": error:" in line]
    assert found == ["5", "6", "7"], done.stdout
