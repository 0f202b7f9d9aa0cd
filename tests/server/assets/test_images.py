"""Images: where a wheel's files come to lie, which of them are waited for, the same bytes each time."""

from __future__ import annotations

import errno
import io
import json
import os
import struct
import time
import zipfile
from pathlib import Path

import pytest

from belljar.assets import images
from belljar.assets.bytecode import write_index
from belljar.assets.images import build_images, find_images, image_of
from belljar.assets.manifest import FileEntry, Manifest
from belljar.assets.progress import Progress
from belljar.assets.sets import load_asset_set
from belljar.assets.store import Store, hash_file, read_chunks
from belljar.errors import AssetError
from belljar.settings import load_settings
from belljar.web.policy import build_policy

SITE = "/lib/python3.14/site-packages"
FILES = {
    "tiny/__init__.py": "import tiny.inner\n",
    "tiny/__pycache__/__init__.cpython-314.pyc": "code of tiny",
    "tiny/inner.py": "x = 1  # ünicode\n",
    "tiny/__pycache__/inner.cpython-314.pyc": "code of inner",
    "tiny/plain.py": "never compiled\n",
    "tiny/fast.cpython-314-wasm32-emscripten.so": "\0asm",
    "tiny/fast.pyx": "cdef int fast()",
    "tiny/typed.pyi": "x: int",
    "tiny/empty.txt": "",
    "tiny/tests/test_tiny.py": "assert True\n",
    "tiny/tests/__pycache__/test_tiny.cpython-314.pyc": "code of a test",
    "tiny-1.0.data/data/share/man/man1/tiny.1": ".TH tiny",
    "tiny-1.0.data/scripts/tiny": "#!python",
    "tiny-1.0.dist-info/METADATA": "Name: tiny",
    "tiny-1.0.dist-info/INSTALLER": "pip",
}


def wheel_at(folder: Path, files: dict[str, str] = FILES, name: str = "tiny") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny/", "")
        for member, text in files.items():
            archive.writestr(member, text)
    return path


def unpacked(code: bytes, rest: bytes) -> dict[str, tuple[str, bool]]:
    """Path → content, and whether it is in the first file."""
    (length,) = struct.unpack("<I", code[:4])
    index, content = json.loads(code[4 : 4 + length]), code[4 + length :]
    found = {}
    for folder, names, numbers in index:
        for name, offset, size in zip(names.split("/"), numbers[::2], numbers[1::2], strict=True):
            text = (content + rest)[offset : offset + size].decode()
            found[f"{folder}/{name}"] = (text, offset + size <= len(content))
    return found


def test_every_file_lies_where_pyodide_installs_it(tmp_path: Path) -> None:
    found = {path: text for path, (text, _) in unpacked(*image_of(wheel_at(tmp_path), "3.14.2")).items()}
    wanted = {f"{SITE}/{name}": text for name, text in FILES.items()}
    wanted["/share/man/man1/tiny.1"] = ".TH tiny"
    wanted[f"{SITE}/tiny-1.0.dist-info/INSTALLER"] = "pyodide.loadPackage"
    wanted[f"{SITE}/tiny-1.0.dist-info/PYODIDE_SOURCE"] = "pyodide"
    assert found == wanted


def test_what_no_import_reads_comes_afterwards(tmp_path: Path) -> None:
    found = unpacked(*image_of(wheel_at(tmp_path), "3.14.2"))
    later = {path.removeprefix(f"{SITE}/tiny/") for path, (_, first) in found.items() if not first}
    tests = {"tests/test_tiny.py", "tests/__pycache__/test_tiny.cpython-314.pyc"}
    assert later == {"__init__.py", "inner.py", "fast.pyx", "typed.pyi", *tests}


def test_without_byte_code_sources_are_what_imports_read(tmp_path: Path) -> None:
    plain = {name: text for name, text in FILES.items() if not name.endswith(".pyc")}
    found = unpacked(*image_of(wheel_at(tmp_path, plain), "3.14.2"))
    assert found[f"{SITE}/tiny/inner.py"] == (FILES["tiny/inner.py"], True)


def test_the_same_wheel_gives_the_same_bytes_in_whatever_order_it_is_packed(tmp_path: Path) -> None:
    one = image_of(wheel_at(tmp_path / "one"), "3.14.2")
    assert image_of(wheel_at(tmp_path / "two", dict(reversed(FILES.items()))), "3.14.2") == one


@pytest.mark.parametrize("name", ["../outside.py", "/etc/passwd", "tiny/../../outside.py"])
def test_a_wheel_that_reaches_out_of_its_place_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(AssetError, match="is refused: its member"):
        image_of(wheel_at(tmp_path, {name: "x"}), "3.14.2")


@pytest.fixture
def built(tmp_path: Path, make_manifest, package, content) -> tuple[Path, Manifest]:
    """An assets folder with two packages; the second one's image has nothing to come afterwards."""
    store = Store(tmp_path / "assets")
    wheels = {"tiny": wheel_at(tmp_path), "bare": wheel_at(tmp_path, {"bare.txt": "bare"}, "bare")}
    packages = []
    for name, wheel in wheels.items():
        entry = FileEntry(wheel.name, wheel.stat().st_size, hash_file(wheel))
        store.write(entry, read_chunks(wheel))
        packages.append(package(name, file=entry))
    manifest = make_manifest(*packages)
    for core in manifest.core:
        store.write(core, [content(core.name)])
    store.save()
    return store.root, manifest


def build(folder: Path, manifest: Manifest) -> int:
    return build_images(manifest, folder, Progress(io.StringIO()))


def test_images_are_made_once_and_served_beside_the_archives(built: tuple[Path, Manifest]) -> None:
    folder, manifest = built
    assert load_asset_set(folder, manifest).packages["tiny"].image == ()
    assert [build(folder, manifest), build(folder, manifest)] == [2, 0]
    assets = load_asset_set(folder, manifest)
    names = {name: [file.name for file in package.image] for name, package in assets.packages.items()}
    assert names == {"tiny": ["tiny-1.0.bin", "tiny-1.0-rest.bin"], "bare": ["bare-1.0.bin"]}
    assert {file.name for file in assets.files} >= {"tiny-1.0-rest.bin", "tiny-1.0-py3-none-any.whl"}
    policy = build_policy(load_settings({"assets_dir": folder, "profile": "core"}), assets)
    tiny, bare = policy["packages"]["tiny"]["image"], policy["packages"]["bare"]["image"]
    assert tiny["code"]["url"] == f"assets/{tiny['code']['sha256']}/tiny-1.0.bin"
    assert (tiny["deferred"]["name"], bare["deferred"]) == ("tiny-1.0-rest.bin", None)


def test_a_disk_that_fills_up_meanwhile_ends_what_is_said_of_it(
    built: tuple[Path, Manifest], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, manifest = built

    def full(store: Store, *_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Store, "write", full)
    monkeypatch.setattr(Progress, "LINE_SECONDS", 0.02)
    said = io.StringIO()
    with pytest.raises(AssetError, match="is full"):
        build_images(manifest, folder, Progress(said))
    time.sleep(0.1)
    told = said.getvalue()
    time.sleep(0.2)
    assert said.getvalue() == told


def test_a_damaged_image_is_not_served_and_made_again(built: tuple[Path, Manifest]) -> None:
    folder, manifest = built
    build(folder, manifest)
    spoiled = load_asset_set(folder, manifest).packages["tiny"].image[1].path
    spoiled.write_bytes(b"x" * spoiled.stat().st_size)
    assert load_asset_set(folder, manifest).packages["tiny"].image == ()
    assert load_asset_set(folder, manifest).packages["bare"].image
    assert build(folder, manifest) == 1
    assert load_asset_set(folder, manifest).packages["tiny"].image


def test_a_list_that_cannot_be_read_is_none(built: tuple[Path, Manifest]) -> None:
    folder, manifest = built
    build(folder, manifest)
    (listed,) = (folder / "built").glob("images-*.json")
    for text in ("", "[1]", '{"a": 1}', '{"a": {"code": {"name": "../x", "size": 1, "sha256": "0"}}}'):
        listed.write_text(text)
        assert find_images(Store(folder)) == {}


def test_an_image_is_of_the_archive_that_is_served(built: tuple[Path, Manifest], tmp_path: Path) -> None:
    folder, manifest = built
    build(folder, manifest)
    plain = load_asset_set(folder, manifest).packages["tiny"].image
    wheel = wheel_at(tmp_path / "compiled", {**FILES, "tiny/more.txt": "more"})
    compiled = FileEntry(wheel.name, wheel.stat().st_size, hash_file(wheel))
    Store(folder).write(compiled, read_chunks(wheel))
    write_index(folder, manifest, {manifest.packages["tiny"].file.sha256: compiled})
    assert load_asset_set(folder, manifest).packages["tiny"].image == ()
    assert build(folder, manifest) == 1
    assert load_asset_set(folder, manifest).packages["tiny"].image != plain


def test_images_of_another_version_go_when_nothing_has_asked_for_them_in_a_week(
    built: tuple[Path, Manifest],
) -> None:
    folder, manifest = built
    build(folder, manifest)
    store = Store(folder)
    (listed,) = (folder / "built").glob("images-*.json")
    old = FileEntry("old-1.0.bin", 3, "dc1d1b6e8fd5b3b4b5e7f5f5b4c8d1b7d8f5ee4d6b2a7e1d5e0c2b9a1f3e4d5c")
    store.path(old).parent.mkdir(parents=True)
    store.path(old).write_bytes(b"old")
    shared = find_images(store)[manifest.packages["bare"].file.sha256].code
    other = folder / "built" / "images-0123.json"
    entries = {
        "a" * 64: {"code": _fields(old), "rest": None},
        "b" * 64: {"code": _fields(shared), "rest": None},
    }
    other.write_text(json.dumps(entries))
    listed.unlink()
    build(folder, manifest)
    assert other.exists()
    past = time.time() - images.KEEP_SECONDS - 60
    os.utime(other, (past, past))
    listed.unlink()
    build(folder, manifest)
    assert not other.exists()
    assert not store.path(old).exists()
    assert store.path(shared).exists()


def _fields(entry: FileEntry) -> dict[str, str | int]:
    return {"name": entry.name, "size": entry.size, "sha256": entry.sha256}
