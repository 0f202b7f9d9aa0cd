"""The command line says what it did in a sentence and in its exit code."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

import belljar
from belljar.assets import AssetSet
from belljar.commands import cli, mcp
from belljar.errors import AssetError, BelljarError
from belljar.prepare import pipeline
from belljar.prepare.events import Lacking, LaidOut, Missed
from belljar.settings import Settings
from belljar.web import serve
from belljar.web.setup import Setup


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["version"]) == 0
    assert capsys.readouterr().out == f"belljar {belljar.__version__}\n"


def test_python_and_browser_code_have_one_version(repository: Path) -> None:
    assert f'"version": "{belljar.__version__}"' in (repository / "package.json").read_text(encoding="utf-8")


def test_help_lists_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        cli.main(["serve", "--help"])
    assert exit_.value.code == 0
    printed = capsys.readouterr().out
    for flag in (
        "--port",
        "--root-path",
        "--embedders",
        "--max-timeout",
        "--memory",
        "--no-fetch",
        "--config",
    ):
        assert flag in printed


def test_a_wrong_setting_is_a_sentence_and_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["serve", "--no-fetch", "--port", "http"]) == 2
    assert capsys.readouterr().err == (
        "belljar: port (from --port) is 'http'; allowed is a whole number from 0 (any free port) to 65535.\n"
    )


def test_no_command_is_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        cli.main([])
    assert exit_.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_what_could_not_be_done_is_code_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssetError("Nothing could be fetched.")

    monkeypatch.setattr(pipeline, "fetch", fail)
    assert cli.main(["assets", "fetch"]) == 1
    assert capsys.readouterr().err == "belljar: Nothing could be fetched.\n"


def test_no_fetch_takes_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "ready", lambda *_: pytest.fail("fetched"))
    monkeypatch.setattr(serve, "run", lambda settings: settings.port - 8123)
    assert cli.main(["serve", "--no-fetch", "--port", "8123"]) == 0


def test_flags_and_mirrors_reach_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(pipeline, "check", lambda _: None)
    monkeypatch.setattr(pipeline, "ready", lambda settings, mirrors, **_: seen.append(mirrors) or ())

    def run(settings: Settings, prepare: serve.Prepare) -> int:
        prepare(Setup())
        seen.append(settings.limits.timeout)
        return 0

    monkeypatch.setattr(serve, "run", run)
    assert cli.main(["serve", "--timeout", "5 s", "--mirror", "/a", "--mirror", "/b"]) == 0
    assert seen == [["/a", "/b"], 5.0]


def test_a_server_tells_of_its_assets_what_it_does_each_thing_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    events = [LaidOut(3, 1.0), Missed("There is no Node."), Missed("There is no Node."), Lacking("snapshot")]
    monkeypatch.setattr(pipeline, "check", lambda _: None)
    monkeypatch.setattr(pipeline, "ready", lambda *_, **__: iter(events))
    monkeypatch.setattr(serve, "run", lambda _, prepare: prepare(Setup()) or 0)
    assert cli.main(["serve"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Laid out 3 packages in 1 s.",
        "There is no Node. Sandboxes start from what is there, which takes several times as long.",
        "There is no snapshot for this version: `belljar assets build` makes sandboxes start faster.",
    ]


def test_a_server_serves_while_it_is_set_up_and_says_how_long_that_takes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, dist: Path
) -> None:
    """In this process, with a real socket: what is made ready waits until visitors have asked."""
    asked, seen = threading.Event(), {}
    servers: list[uvicorn.Server] = []

    def prepare(setup: Setup) -> None:
        setup.told("Fetching", 0.0)
        asked.wait(20)
        raise AssetError("Nothing could be fetched.")

    def get(name: str) -> dict[str, object]:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/{name}", timeout=10)
        except urllib.error.HTTPError as error:
            with error:
                return dict(json.loads(error.read()))
        raise AssertionError(name)

    def visit() -> None:
        while not (servers and servers[0].started):
            time.sleep(0.05)
        seen["policy"], seen["health"] = get("policy.json"), get("healthz")
        asked.set()
        deadline = time.monotonic() + 10
        while "setup" in get("policy.json") and time.monotonic() < deadline:
            time.sleep(0.05)
        seen["later"] = get("policy.json")
        servers[0].should_exit = True

    class Server(uvicorn.Server):
        def __init__(self, config: uvicorn.Config) -> None:
            super().__init__(config)
            servers.append(self)

    monkeypatch.setattr(serve.uvicorn, "Server", Server)
    monkeypatch.setattr("belljar.web.site.find_dist", lambda: dist)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    visitor = threading.Thread(target=visit)
    visitor.start()
    assert serve.run(Settings(port=port, compress=False, assets_dir=tmp_path / "none"), prepare) == 0
    visitor.join(20)
    assert seen["policy"] == {"error": "This server is being set up: about 40 s.", "setup": 40}
    assert seen["health"]["status"] == "setting up"
    assert seen["later"] == {
        "error": "This server is not set up yet: whoever runs it finds the reason in its log."
    }
    told = capsys.readouterr()
    assert "belljar serves on" in told.out
    assert "belljar: Nothing could be fetched.\nVisitors are told" in told.err


def test_a_taken_port_is_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BelljarError, match=rf"Port {port} on 127\.0\.0\.1 is taken by another program"):
            serve.run(Settings(port=port, compress=False))


@pytest.mark.parametrize(
    ("host", "root_path", "address"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:8000/"),
        ("0.0.0.0", "", "http://127.0.0.1:8000/"),
        ("::1", "/tools", "http://[::1]:8000/tools/"),
        ("localhost", "", "http://localhost:8000/"),
    ],
)
def test_the_printed_address_can_be_opened(host: str, root_path: str, address: str) -> None:
    assert serve.address(Settings(host=host, root_path=root_path), 8000) == address


@pytest.mark.parametrize(
    ("host", "loopback"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("::", False)]
)
def test_only_loopback_is_a_secure_origin_without_https(host: str, loopback: bool) -> None:
    assert serve.is_loopback(host) is loopback


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of a real server process, without assets."""
    command = [sys.executable, "-m", "belljar", "serve", "--port", "0", "--no-fetch"]
    environment = os.environ | {"BELLJAR_ASSETS_DIR": str(tmp_path)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            addresses = (re.search(r"belljar serves on (\S+)", line) for line in process.stdout)
            yield next(match[1] for match in addresses if match)
            process.send_signal(signal.SIGINT)
            assert process.wait(10) in {0, 130}
        finally:
            process.kill()


@pytest.mark.skipif(os.name == "nt", reason="SIGINT cannot be sent to another process")
def test_a_server_answers_where_it_says_and_stops_when_told(served: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.urlopen(f"{served}policy.json", timeout=10)
    with answer.value as response:
        assert response.status == 503
        assert json.loads(response.read())["error"].startswith("This server is not set up yet")
        assert "server" not in response.headers


def test_output_that_nobody_reads_to_its_end_is_no_error() -> None:
    command = [sys.executable, "-m", "belljar", "version"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")


def test_the_prompt_and_the_tools_are_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, assets: AssetSet, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("belljar.web.policy.load_asset_set", lambda _: assets)
    (tmp_path / "belljar.toml").write_text('timeout = "7 s"\n')
    assert cli.main(["prompt"]) == 0
    assert "A call may run 7 seconds" in capsys.readouterr().out
    assert cli.main(["prompt", "--tools", "anthropic"]) == 0
    assert "execute_python" in {tool["name"] for tool in json.loads(capsys.readouterr().out)}


def test_a_prompt_without_assets_says_how_to_get_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BELLJAR_ASSETS_DIR", str(tmp_path))
    assert cli.main(["prompt"]) == 1
    assert "belljar assets fetch" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["run", "x.py", "--timeout", "0"], "--timeout: must be more than 0 seconds, not 0"),
        (["run", "x.py", "--timeout", "-1"], "--timeout: must be more than 0 seconds, not -1"),
        (["run", "x.py", "--timeout", "nan"], "--timeout: must be more than 0 seconds, not nan"),
        (["run", "x.py", "--timeout", "inf"], "--timeout: must be more than 0 seconds, not inf"),
        (["run", "x.py", "--timeout", "soon"], "--timeout: must be a number, not 'soon'"),
        (["mcp", "--sandboxes", "0"], "--sandboxes: must be 1 or more, not 0"),
        (["mcp", "--queue", "-1"], "--queue: must be 0 or more, not -1"),
        (["mcp", "--queue-timeout", "0"], "--queue-timeout: must be more than 0 seconds, not 0"),
        (["mcp", "--idle", "nan"], "--idle: must be more than 0 seconds, not nan"),
        (["mcp", "--port", "65536"], "--port: must be less than 65536; 0 is any free one, not 65536"),
    ],
)
def test_a_wrong_option_is_said_before_anything_starts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: list[str], says: str
) -> None:
    started: list[object] = []
    monkeypatch.setattr("belljar.commands.run.run_command", started.append)
    with pytest.raises(SystemExit) as ended:
        cli.main(command)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err
    assert not started


def test_run_and_prompt_take_the_folder_of_the_assets_as_every_command_does(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BELLJAR_ASSETS_DIR", raising=False)
    folder = str(tmp_path / "none-there")
    assert cli.main(["prompt", "--assets-dir", folder]) == 1
    assert folder in capsys.readouterr().err
    # It is understood; what is wrong is the script.
    assert cli.main(["run", "missing.py", "--assets-dir", folder]) == 2
    assert capsys.readouterr().err == "belljar: missing.py cannot be read: No such file or directory.\n"


@pytest.mark.parametrize("found", ["1.30.0", None])
def test_an_mcp_that_is_too_old_is_named_with_what_is_needed(tmp_path: Path, found: str | None) -> None:
    """In a process of its own, where only a package of that version, or none, is found."""
    folder = tmp_path / "old"
    folder.mkdir()
    if found is not None:
        (folder / "mcp").mkdir()
        (folder / "mcp/__init__.py").touch()
        info = folder / f"mcp-{found}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: mcp\nVersion: {found}\n", "utf-8")
    program = (
        "import sys, importlib.metadata as m\n"
        "class No:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('mcp', 'mcp_types') and (path is not None or name != 'mcp' "
        f"or {found is None}):\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        f"sys.path.insert(0, {str(folder)!r}); sys.meta_path.insert(0, No())\n"
        f"real = m.version\n"
        "def version(name):\n"
        f"    if name == 'mcp' and {found is None}: raise m.PackageNotFoundError(name)\n"
        "    return real(name)\n"
        "m.version = version\n"
        "from belljar import cli\n"
        "sys.exit(cli.main(['mcp']))\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert told.returncode == 2
    if found is None:
        assert "needs an extra: pip install 'belljar[headless,mcp]'" in told.stderr
    else:
        assert "needs the package mcp 2.3 or newer; here is 1.30.0" in told.stderr
        assert "pip install --upgrade 'mcp>=2.3'" in told.stderr


def test_the_oldest_mcp_is_that_of_the_packages_own_metadata(repository: Path) -> None:
    declared = (repository / "pyproject.toml").read_text(encoding="utf-8")
    assert f'mcp = ["mcp>={mcp._OLDEST}"]' in declared
