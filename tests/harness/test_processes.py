"""Attempts to start or end a process."""

from __future__ import annotations

import pytest

from .conftest import Runs


@pytest.mark.parametrize(
    "code",
    [
        "os.system('ls -l')",
        "os.popen('ls -l')",
        "subprocess.run(['ls', '-l'])",
        "subprocess.getoutput('ls -l')",
    ],
)
def test_starting_a_program_is_refused_in_a_sentence(run: Runs, code: str) -> None:
    error = run(f"import os, subprocess\n{code}").error
    assert error["name"] == "OSError"
    assert "runs in a browser and can't start other programs" in error["value"]
    assert "ls -l" in error["value"]


@pytest.mark.parametrize("code", ["os._exit(0)", "os.abort()"])
def test_ending_the_interpreter_is_refused(run: Runs, code: str) -> None:
    assert "would end the sandbox's Python" in run(f"import os\n{code}").error["value"]
