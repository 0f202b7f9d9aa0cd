"""Every command of the README runs. (The JavaScript in it is run by tests/browser/flows/readme.spec.ts.)"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sysconfig
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import pytest

from belljar.assets import default_assets_dir
from belljar.settings import load_settings

pytestmark = pytest.mark.services

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def run(command: str, cwd: Path, environment: dict[str, str]) -> None:
    """Runs a line as a shell would; fails with what it printed."""
    done = subprocess.run(
        command,
        shell=True,
        check=False,
        cwd=cwd,
        env=environment,
        text=True,
        capture_output=True,
        timeout=240,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


COMMANDS = [line for block in blocks("console") for line in block.splitlines() if line.strip()]
SERVING = [line for line in COMMANDS if re.search(r"\bserve\b", line) and "--help" not in line]
ASSETS = [line for line in COMMANDS if line.startswith("belljar assets")]
OTHERS = [line for line in COMMANDS if line not in SERVING and line not in ASSETS]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """As in a shell of a person who has activated the environment, not as inside `make`."""
    scripts = sysconfig.get_path("scripts")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return kept | {"PATH": f"{scripts}{os.pathsep}{kept['PATH']}", "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="module")
def assets_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the fetched assets that a command may change, by hard links."""
    source = default_assets_dir()
    if not (source / "files").is_dir():
        pytest.fail("The assets are not fetched: `make test` does that first.")
    target = tmp_path_factory.mktemp("assets") / "assets"
    subprocess.run(["cp", "-al", source, target], check=True)
    return target


def test_the_readme_opens_with_the_two_commands() -> None:
    assert COMMANDS[:2] == ["make serve", "make test"]
    assert README.index("make serve") < README.index("![")


@pytest.mark.parametrize("line", SERVING)
def test_a_command_that_serves_serves(line: str, environment: dict[str, str], repository: Path) -> None:
    port = "PORT=0" if line.startswith("make") else "--port 0"
    command = re.sub(r"--port \d+", "", line) + f" {port}"
    prefix = "/tools/belljar" if "--root-path" in line else ""
    with subprocess.Popen(
        command,
        shell=True,
        cwd=repository,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        try:
            said = []
            for text in process.stdout:
                said.append(text)
                if found := re.search(r"http://127\.0\.0\.1:(\d+)", text):
                    break
            else:
                pytest.fail(f"{command} ended: {''.join(said)}")
            with urllib.request.urlopen(f"http://127.0.0.1:{found[1]}{prefix}/healthz", timeout=20) as answer:
                assert b'"ok"' in answer.read()
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def test_the_commands_about_assets_work_one_after_the_other(
    environment: dict[str, str], assets_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "mirror").mkdir()
    with zipfile.ZipFile(tmp_path / "hello-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("hello.py", "greeting = 'hello'\n")
        wheel.writestr("hello-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: hello\nVersion: 1.0\n")
        wheel.writestr(
            "hello-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("hello-1.0.dist-info/RECORD", "")
    env = environment | {"BELLJAR_ASSETS_DIR": str(assets_dir)}
    for line in ASSETS:
        run(line, tmp_path, env)


@pytest.mark.parametrize("line", OTHERS)
def test_the_other_commands_work(line: str, environment: dict[str, str], repository: Path) -> None:
    # `make test` is what runs this test; make's own reading of it must succeed.
    command = line.replace("make test", "make --dry-run test")
    run(command, repository, environment)


def test_the_example_of_a_settings_file_is_valid(tmp_path: Path) -> None:
    (example,) = blocks("toml")
    file = tmp_path / "belljar.toml"
    file.write_text(example)
    settings = load_settings(config=file, environ={})
    given = tomllib.loads(example)
    assert settings.limits.timeout == given["timeout"]
    assert settings.profile == (given["profile"],)


def test_what_the_readme_shows_is_there(repository: Path) -> None:
    for path in re.findall(
        r"!\[[^]]*\]\(([^)]+)\)|`((?:tests|static|server|pyodide_assets)/[\w/.]+)`", README
    ):
        assert (repository / (path[0] or path[1])).exists(), path
