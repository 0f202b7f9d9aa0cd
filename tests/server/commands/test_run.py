"""`belljar run` runs a file as Python would, sealed. Each test starts the real command and a real browser."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

COMMAND = [sys.executable, "-m", "belljar", "run"]


@pytest.fixture
def environment() -> dict[str, str]:
    allowed = {"BELLJAR_CHROMIUM_SANDBOX": "off"} if os.getuid() == 0 else {}
    # Python alone starts fast.
    return {**os.environ, **allowed, "PYTHONUNBUFFERED": "1", "BELLJAR_PROFILE": "core"}


def run(
    environment: dict[str, str], cwd: Path, *arguments: str, code: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        env=environment,
        input=code,
        text=True,
        capture_output=True,
        check=False,
        timeout=90,
    )


def test_a_script_with_a_file_gives_output_figures_and_files(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "data.csv").write_text("x,y\n1,2\n3,4\n")
    (tmp_path / "script.py").write_text(
        "import sys, pandas as pd, matplotlib.pyplot as plt\n"
        "data = pd.read_csv('data.csv')\nprint(len(data), 'rows')\nprint('warned', file=sys.stderr)\n"
        "data.plot('x', 'y')\nopen('sums.txt', 'w').write(str(data.y.sum()))\n"
    )
    environment["BELLJAR_PROFILE"] = "data"
    done = run(environment, tmp_path, "script.py", "--file", "data.csv", "--out", "made")
    assert (done.returncode, done.stdout) == (0, "2 rows\n")
    assert "warned" in done.stderr
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == ["figure-1.png", "sums.txt"]
    assert (tmp_path / "made" / "figure-1.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "made" / "sums.txt").read_text() == "6"


@pytest.mark.parametrize(
    ("code", "arguments", "exit_code", "said"),
    [
        ("print('hi')", (), 0, ""),
        ("1 / 0", (), 1, "ZeroDivisionError: division by zero"),
        ("import sys; sys.exit(3)", (), 3, ""),
        ("import sys; sys.exit('told')", (), 1, "told\n"),
        ("while True: pass", ("--timeout", "0.5"), 124, "timeout"),
        ("#" * 1_000_001, (), 126, "1000000"),
        ("1", ("--timeout", "-1"), 2, "more than 0 seconds"),
    ],
)
def test_the_exit_code_is_as_pythons(
    environment: dict[str, str],
    tmp_path: Path,
    code: str,
    arguments: tuple[str, ...],
    exit_code: int,
    said: str,
) -> None:
    done = run(environment, tmp_path, "-", *arguments, code=code)
    assert done.returncode == exit_code, done.stderr
    assert said in done.stderr


def test_json_is_the_whole_execution(environment: dict[str, str], tmp_path: Path) -> None:
    done = run(environment, tmp_path, "-", "--json", code="print('out')\n6 * 7")
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["logs"]["stdout"], answer["results"][0]["text"]) == ("ok", "out\n", "42")


def test_nowhere_to_run_is_a_sentence_and_69(environment: dict[str, str], tmp_path: Path) -> None:
    done = run(environment | {"BELLJAR_CHROMIUM": "/no/such/chromium"}, tmp_path, "-", code="1")
    assert done.returncode == 69
    assert "BELLJAR_CHROMIUM names /no/such/chromium" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_a_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    done = run(environment, tmp_path, "missing.py")
    assert (done.returncode, done.stderr) == (
        2,
        "belljar: missing.py cannot be read: No such file or directory.\n",
    )


@pytest.mark.parametrize(("sent", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_output_comes_live_and_a_signal_ends_the_run(
    environment: dict[str, str], tmp_path: Path, sent: signal.Signals, exit_code: int
) -> None:
    (tmp_path / "script.py").write_text("print('started', flush=True)\nwhile True: pass\n")
    with subprocess.Popen(
        [*COMMAND, "script.py"], cwd=tmp_path, env=environment, text=True, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        began = time.monotonic()
        process.send_signal(sent)
        assert process.wait(timeout=20) == exit_code
        assert time.monotonic() - began < 15


def test_a_link_in_the_folder_leads_nothing_out_of_it(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "way").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    code = "import os\nos.mkdir('way')\nopen('way/out.csv', 'w').write('x');"
    done = run(environment, tmp_path, "-", "--out", "made", code=code)
    assert done.returncode == 73
    assert "way/out.csv was not written: way is a link" in done.stderr
    assert not list((tmp_path / "elsewhere").iterdir())


def test_files_that_a_cell_forges_do_not_reach_the_disk(environment: dict[str, str], tmp_path: Path) -> None:
    """The bridge is the code's: it keeps files and ends the run by itself, past the harness's own rule."""
    (tmp_path / "Makefile").write_text("mine")
    (tmp_path / "conftest.py").write_text("mine")
    code = (
        "import json, os\n"
        "bridge = input.__self__._bridge\n"
        "names = ['.git/config', 'conftest.py', 'Makefile', 'sub/.envrc', 'good.csv']\n"
        "names += ['a\\x9b31m.csv', 'r\\u202egpj.csv']\n"
        "for name in names:\n"
        "    os.makedirs(os.path.dirname(name) or '.', exist_ok=True)\n"
        "    open(name, 'w').write('evil')\n"
        "    try: bridge.keep_file(name)\n"
        "    except BaseException as error: print(error)\n"
    )
    done = run(environment, tmp_path, "-", "--out", ".", code=code)
    assert done.returncode == 73, done.stderr
    assert (tmp_path / "good.csv").read_text() == "evil"
    assert "\x9b" not in done.stderr
    assert "\u202e" not in done.stderr
    assert "conftest.py was not written" in done.stderr
    left = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert left == {"Makefile": "mine", "conftest.py": "mine", "good.csv": "evil"}


def test_the_server_starts_without_what_drives_browsers() -> None:
    late = "('playwright', 'belljar.backends', 'belljar.client.blocking')"
    code = (
        f"import sys, belljar.commands.cli; print([name for name in sys.modules if name.startswith({late})])"
    )
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True)
    assert done.stdout == "[]\n"
