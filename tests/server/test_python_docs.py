"""Every Python example of the README and of docs/python.md runs, in a real browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from belljar.execution import EXIT_CODES

from ..conformance.conftest import DIFFERENCES

ROOT = Path(__file__).parents[2]
STANDIN = "the stand-in has no matplotlib and no pandas"
EXAMPLES = [
    pytest.param(code, id=f"{name}-{number}")
    for name in ("README.md", "docs/python.md")
    for number, code in enumerate(
        re.findall(
            r"^```python\n(.*?)^```", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        )
    )
]


def environment() -> dict[str, str]:
    return {**os.environ, **({"BELLJAR_CHROMIUM_SANDBOX": "off"} if os.getuid() == 0 else {})}


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_runs(code: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env=environment(),
        text=True,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_the_commands_run(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("print(open('data.csv').read())")
    (tmp_path / "data.csv").write_text("x")
    shown = re.findall(
        r"^belljar run .*$", (ROOT / "docs/python.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(shown) == 2
    for line, exit_code in zip(shown, (0, 1), strict=True):
        # The second one gets no data file: its answer is the error, as JSON.
        command = line.replace("belljar", f"{sys.executable} -m belljar", 1)
        done = subprocess.run(
            command,
            shell=True,
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == exit_code, done.stderr


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
