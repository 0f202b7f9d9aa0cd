"""Plain wheels: what is compiled is left out, nothing is run, and the bytes are the same everywhere."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from belljar.assets import registries
from belljar.assets.mirrors import SourceDownError
from belljar.assets.plain import plain_wheel, platforms_of
from belljar.assets.progress import Progress
from belljar.assets.registries import from_pypi
from belljar.assets.store import Store
from belljar.assets.wheels import package_of, read_wheel, refusal

NAME = "fast_thing-1.0-cp314-cp314-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
MEMBERS = {
    "fast_thing/__init__.py": b"from ._slow import f\n",
    "fast_thing/_slow.py": b"def f(): return 1\n",
    "fast_thing/_fast.cpython-314-x86_64-linux-gnu.so": b"\x7fELF",
    "fast_thing/_fast.c": b"int main;",
    "fast_thing-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: fast-thing\nVersion: 1.0\n",
    "fast_thing-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nTag: cp314-cp314-manylinux2014_x86_64\n",
    "fast_thing-1.0.dist-info/RECORD": b"",
}


def native(folder: Path, year: int = 2020, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / NAME, "w", compression) as archive:
        for path, data in MEMBERS.items():
            archive.writestr(zipfile.ZipInfo(path, (year, 1, 1, 0, 0, 0)), data)
    return folder / NAME


def test_the_compiled_half_is_left_out_and_the_record_says_so(tmp_path, manifest) -> None:
    plain = plain_wheel(native(tmp_path / "from"), tmp_path)
    wheel = read_wheel(plain, manifest)
    assert plain.name == "fast_thing-1.0-py3-none-any.whl"
    assert refusal(read_wheel(tmp_path / "from" / NAME, manifest), manifest) is not None
    assert refusal(wheel, manifest) is None
    with zipfile.ZipFile(plain) as archive:
        names = set(archive.namelist())
        assert names == {path for path in MEMBERS if "_fast." not in path}
        for path, digest, size in csv.reader(
            io.StringIO(archive.read("fast_thing-1.0.dist-info/RECORD").decode())
        ):
            names.remove(path)
            if digest:
                data = archive.read(path)
                expected = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
                assert (digest, size) == (f"sha256={expected}", str(len(data)))
    assert not names


def test_the_same_files_are_the_same_bytes_however_they_were_packed(tmp_path) -> None:
    first = plain_wheel(native(tmp_path / "a"), tmp_path)
    one = first.read_bytes()
    two = plain_wheel(native(tmp_path / "b", 2026, zipfile.ZIP_STORED), tmp_path).read_bytes()
    assert one == two


@pytest.mark.parametrize("tampered", [False, True])
def test_only_what_was_pinned_is_made_plain(tmp_path, manifest, entry, monkeypatch, tampered) -> None:
    wheel = native(tmp_path / "from")
    made_of = entry(NAME, wheel.read_bytes())
    package = package_of(read_wheel(plain_wheel(wheel, tmp_path), manifest), "pypi")
    package = replace(package, plain_of=made_of)
    asked: list[list[str]] = []

    def download(requirements, folder, python, *, platforms, find_links):
        assert (requirements, python) == (["fast-thing==1.0"], "3.14")
        asked.append(list(platforms))
        (folder / NAME).write_bytes(wheel.read_bytes() + (b"more" if tampered else b""))
        return [folder / NAME]

    monkeypatch.setattr(registries, "pip_download", download)
    store = Store(tmp_path / "assets")
    reasons = from_pypi(manifest, [package], store, Progress(io.StringIO()))
    assert asked == [["manylinux2014_x86_64", "manylinux_2_17_x86_64"]] == [platforms_of(NAME)]
    assert reasons == ([f"{NAME} has other bytes than expected"] if tampered else [])
    assert store.state(package.file) == ("absent" if tampered else "ok")


def test_pure_wheels_come_although_no_plain_one_can_be_made(
    tmp_path, manifest, package, content, entry, monkeypatch
) -> None:
    pure = package("seaborn", origin="pypi")
    plain = replace(package("fast-thing", origin="pypi"), plain_of=entry(NAME, b"x"))

    def download(requirements, folder, python, *, platforms, find_links):
        if platforms != ("any",):
            raise SourceDownError("pip says: no such wheel")
        (folder / pure.file.name).write_bytes(content(pure.file.name))
        return []

    monkeypatch.setattr(registries, "pip_download", download)
    store = Store(tmp_path / "assets")
    assert from_pypi(manifest, [plain, pure], store, Progress(io.StringIO())) == ["pip says: no such wheel"]
    assert store.state(pure.file) == "ok"
