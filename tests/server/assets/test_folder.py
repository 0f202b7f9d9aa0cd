"""A folder that can't be worked in is a sentence: no traceback, no second source, no wait."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from belljar.assets import commandline
from belljar.assets.commandline import UnreachableError, npm_pack, pip_download
from belljar.assets.fetch import fetch_assets
from belljar.assets.folder import FolderError, working_in
from belljar.assets.progress import Progress
from belljar.assets.registries import from_pypi
from belljar.assets.store import Store
from belljar.commands import cli

_FULL = """
import sys
from pathlib import Path
from belljar.assets import fetch
from tests.server.assets.conftest import content, make_manifest

manifest, folder = make_manifest(), Path(sys.argv[1])
mirror = Path(sys.argv[2])
for file in manifest.files:
    (mirror / file.name).write_bytes(content(file.name))
fetch.require_room = lambda *_: None  # there was room when it began
try:
    fetch.fetch_assets(manifest, folder, [str(mirror)])
except fetch.AssetError as error:
    print(error)
"""


@pytest.fixture
def on_tmpfs(tmp_path: Path, repository: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command in a mount namespace of its own, where `disk` is a file system with these options."""
    disk = tmp_path / "disk"
    disk.mkdir()

    def run(options: str, *command: str) -> subprocess.CompletedProcess[str]:
        mount = f"mount -t tmpfs -o {options} none {shlex.quote(str(disk))}"
        script = f"{mount} || exit 99; exec {shlex.join(command)}"
        namespace = ["unshare", "--user", "--map-root-user", "--mount"]
        try:
            done = subprocess.run(
                [*namespace, "sh", "-c", script],
                capture_output=True, text=True, timeout=60, check=False, cwd=repository,
                env=os.environ | {"PYTHONPATH": str(repository)},
            )  # fmt: skip
        except FileNotFoundError:
            pytest.skip("there is no unshare here")
        if done.returncode == 99 or "unshare" in done.stderr:
            pytest.skip("nothing can be mounted here")
        return done

    return run


def test_a_read_only_folder_is_a_sentence(on_tmpfs: Callable[..., subprocess.CompletedProcess[str]],
                                          tmp_path: Path) -> None:  # fmt: skip
    folder = str(tmp_path / "disk")
    for command in (["assets", "fetch"], ["assets", "add", "x"], ["serve", "--port", "0"]):
        done = on_tmpfs("ro", sys.executable, "-m", "belljar", *command, "--assets-dir", folder)
        assert done.returncode == 1
        assert done.stderr == (
            f"belljar: {folder} can't be written to (read-only file system). Name another folder: "
            "`--assets-dir FOLDER`, or BELLJAR_ASSETS_DIR.\n"
        )


def test_a_disk_that_is_too_small_is_said_before_anything_is_fetched(
    on_tmpfs: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    started = time.monotonic()
    done = on_tmpfs(
        "size=6m", sys.executable, "-m", "belljar", "assets", "fetch", "--assets-dir", str(tmp_path / "disk")
    )
    assert done.returncode == 1
    assert "has 6.3 MB left, and the files that are missing take" in done.stderr
    assert time.monotonic() - started < 10


def test_a_disk_that_fills_up_is_said_once_and_ends_it(
    on_tmpfs: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    done = on_tmpfs("size=512k", sys.executable, "-c", _FULL, str(tmp_path / "disk"), str(mirror))
    assert "Traceback" not in done.stderr
    assert "PyPI" not in done.stderr  # nobody else is asked
    assert done.stdout.startswith(f"The disk of {tmp_path / 'disk'} is full.")


@pytest.mark.parametrize("command", [["assets", "fetch"], ["serve", "--port", "0"]])
def test_a_file_in_the_place_of_the_folder_is_a_sentence(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("mine")
    assert cli.main([*command, "--assets-dir", str(tmp_path / "taken")]) == 1
    assert "can't be the assets folder: a file is in its place." in capsys.readouterr().err
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_folder_that_can_t_be_made_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["assets", "fetch", "--assets-dir", "/proc/nope"]) == 1
    assert capsys.readouterr().err.startswith("belljar: The assets folder /proc/nope can't be made (")


def test_a_complete_folder_needs_no_lock(manifest, folder_mirror: Path, tmp_path: Path) -> None:
    fetch_assets(manifest, tmp_path / "assets", [str(folder_mirror)])
    with working_in(tmp_path / "assets"):  # somebody else works in it
        assert fetch_assets(manifest, tmp_path / "assets").new_files == 0


def test_what_is_wrong_with_the_code_is_no_error_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), working_in(tmp_path):
        _ = 1 / 0
    with pytest.raises(FolderError), working_in(tmp_path):
        raise PermissionError(13, "Permission denied")


def test_a_registry_that_can_t_be_reached_is_asked_once(
    manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    started = time.monotonic()
    with pytest.raises(UnreachableError, match="pip can't reach its registry"):
        pip_download(["no-such-thing==1.0"], tmp_path, "3.14")
    took = time.monotonic() - started
    assert took < 20
    several = list(manifest.packages.values())
    started = time.monotonic()
    with pytest.raises(UnreachableError):
        from_pypi(manifest, several, Store(tmp_path), Progress())
    assert time.monotonic() - started < 2 * took + 3


def test_a_registry_that_says_nothing_ends_before_npm_would_end_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("npm") is None:
        pytest.skip("there is no npm here")
    monkeypatch.setattr(commandline, "NPM_ANSWER_SECONDS", 3)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, answers none
        proxy = f"http://127.0.0.1:{silent.getsockname()[1]}"
        for name in ("npm_config_proxy", "npm_config_https_proxy"):
            monkeypatch.setenv(name, proxy)
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
        started = time.monotonic()
        with pytest.raises(UnreachableError, match="npm can't reach its registry: no answer within 3 s"):
            npm_pack("no-such-thing@1.0.0", tmp_path)
    assert time.monotonic() - started < 15
