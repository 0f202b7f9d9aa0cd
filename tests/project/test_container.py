"""The container's file says only what is there: what it copies, sets, starts and asks for its health."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from belljar.commands.cli import build_parser
from belljar.settings import load_settings, settable


@pytest.fixture
def folder(repository: Path) -> Path:
    return repository / "server" / "container"


@pytest.fixture
def steps(folder: Path) -> list[tuple[str, str]]:
    """Instructions and what they say, lines joined."""
    text = re.sub(r"^#.*\n", "", (folder / "Containerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(name, rest) for name, _, rest in (line.strip().partition(" ") for line in lines if line.strip())]


def test_what_it_copies_is_there(repository: Path, steps: list[tuple[str, str]]) -> None:
    sources = [
        source
        for name, said in steps
        if name == "COPY" and "--from" not in said
        for source in said.split()[:-1]
    ]
    assert len(sources) > 2
    for source in sources:
        if not source.startswith("dist/"):
            assert (repository / source).is_file(), source


def test_what_it_copies_is_let_in_and_nothing_else_is(folder: Path, steps: list[tuple[str, str]]) -> None:
    lines = (folder / "Containerfile.dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    copied = {
        one for name, said in steps if name == "COPY" and "--from" not in said for one in said.split()[:-1]
    }
    assert {rule.removeprefix("!") for rule in rules[1:]} == copied


def test_its_settings_are_settings_and_its_command_is_one(
    steps: list[tuple[str, str]], tmp_path: Path
) -> None:
    environment = {
        name: value
        for step, said in steps
        if step == "ENV"
        for name, _, value in (part.partition("=") for part in shlex.split(said))
    }
    names = {f"BELLJAR_{item.name.upper()}" for item in settable()}
    assert {name for name in environment if name.startswith("BELLJAR_")} <= names
    settings = load_settings({}, environment, cwd=tmp_path)
    assert (settings.host, settings.port) == ("0.0.0.0", 8000)
    (entry,) = (json.loads(said) for name, said in steps if name == "ENTRYPOINT")
    assert entry[0] == "belljar"
    assert build_parser().parse_args(entry[1:]).no_fetch
    users = [said for name, said in steps if name == "USER"]
    assert users
    assert not any(user.startswith(("0", "root")) for user in users)


def test_its_health_is_asked_for_in_words_that_work(steps: list[tuple[str, str]]) -> None:
    health = next(said for name, said in steps if name == "HEALTHCHECK")
    command = json.loads(health.partition("CMD ")[2])
    code = "import http.server as h, sys, subprocess as s, threading as t\n" + _PROBE
    done = subprocess.run(
        [sys.executable, "-c", code, *command[1:]],
        env={**os.environ, "BELLJAR_ROOT_PATH": "/py"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.split() == ["/py/healthz", "0", "/py/healthz", "1"], done.stderr


#: A server that is well once and then is not, and the command against both.
_PROBE = """
import os
answers = [200, 503]
class Once(h.BaseHTTPRequestHandler):
    def do_GET(self):
        print(self.path)
        self.send_response(answers.pop(0))
        self.end_headers()
    def log_message(self, *_): pass
server = h.HTTPServer(("127.0.0.1", 0), Once)
t.Thread(target=server.serve_forever, daemon=True).start()
for _ in range(2):
    port = {"BELLJAR_PORT": str(server.server_port)}
    asked = s.run([sys.executable, *sys.argv[1:]], env={**os.environ, **port})
    print(asked.returncode)
"""


def test_its_scripts_can_be_read(folder: Path) -> None:
    subprocess.run(["sh", "-n", folder / "make.sh"], check=True)
    compile((folder / "copies.py").read_text(), "copies.py", "exec")
