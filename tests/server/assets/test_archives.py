"""A wheel is looked through before anything is unpacked, and one that is bad stops nobody else's."""

from __future__ import annotations

import hashlib
import io
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from belljar.assets.add import add_packages
from belljar.assets.archives import copied, opened, read_member
from belljar.assets.images import build_images, find_images
from belljar.assets.manifest import FileEntry, Manifest
from belljar.assets.progress import Progress
from belljar.assets.store import Store, hash_file, read_chunks
from belljar.errors import AssetError

METADATA = "Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n"
#: Of address space, where a bomb is read by a process of its own.
ROOM = 700 << 20


def wheel(folder: Path, *members: tuple[str | zipfile.ZipInfo, str | bytes], name: str = "evil") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}/__init__.py", "")
        archive.writestr(f"{name}-1.0.dist-info/METADATA", METADATA.replace("evil", name))
        for member, content in members:
            archive.writestr(member, content)
    return path


def bomb(path: Path, member: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("evil/__init__.py", "")
        if not member.endswith("METADATA"):
            archive.writestr("evil-1.0.dist-info/METADATA", METADATA)
        with archive.open(member, "w", force_zip64=True) as out:
            out.write(METADATA.encode())
            for _ in range(260):
                out.write(b"\n" * (1 << 20))
    return path


def link(name: str, kind: int) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.create_system = 3
    member.external_attr = (kind | 0o777) << 16
    return member


BAD = {
    "up": ("../../up.py", "lie outside"),
    "up inside": ("evil/../../up.py", "lie outside"),
    "absolute": ("/etc/cron.d/x", "absolute path"),
    "drive": ("C:/x.py", "absolute path"),
    "empty part": ("evil//x.py", "lie outside"),
    "backslash": ("evil\\..\\..\\x.py", "backslashes"),
    "escape": ("evil/\x1b[31m.py", "control characters"),
    "C1": ("evil/\x9b31m.py", "control characters"),
    "bidi": ("evil/\u202eyp.x", "control characters"),
    "link": (link("evil/link", stat.S_IFLNK), "is a link"),
    "device": (link("evil/null", stat.S_IFCHR), "is a link or a device"),
    "twice": ("evil/__init__.py", "twice"),
    "file and folder": ("evil/__init__.py/x.py", "a file and a folder"),
    "long": ("evil/" + "x" * 2000, "too long"),
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_wheel_with_such_a_member_is_refused_in_a_sentence_and_others_are_taken(
    tmp_path: Path, manifest: Manifest, kind: str
) -> None:
    member, reason = BAD[kind]
    bad = wheel(tmp_path, (member, "x"))
    with pytest.raises(AssetError, match=reason) as refused:
        add_packages([str(bad)], manifest, tmp_path / "assets", progress=Progress(io.StringIO()))
    assert str(refused.value).isprintable()
    good = wheel(tmp_path / "good", ("evil/more.py", "x"), name="good")
    [added] = add_packages([str(good)], manifest, tmp_path / "assets", progress=Progress(io.StringIO()))
    assert added.name == "good"


def test_a_name_with_nul_is_refused(tmp_path: Path) -> None:
    path = wheel(tmp_path, ("evil/nulXbyte.py", "x"))
    path.write_bytes(path.read_bytes().replace(b"nulXbyte", b"nul\0byte"))
    with pytest.raises(AssetError, match="control characters"), opened(path):
        pass


def test_a_packing_that_wheels_do_not_have_is_refused(tmp_path: Path) -> None:
    path = wheel(tmp_path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("evil/x.py", "x")
    with pytest.raises(AssetError, match="packed in a way"), opened(path):
        pass


@pytest.mark.parametrize("name", ["evil-1.0.dist-info/METADATA", "evil/bomb.txt"])
def test_a_bomb_is_refused_within_little_memory(tmp_path: Path, name: str) -> None:
    path = bomb(tmp_path / "evil-1.0-py3-none-any.whl", name)
    assert path.stat().st_size < 400_000
    refused, told = in_little_room(
        "from belljar.assets.wheels import read_wheel\nfrom belljar.assets.paths import *\n"
        "from belljar.assets.manifest import read_manifest\n"
        "manifest = read_manifest(packaged(MANIFEST_NAME))\nread_wheel(path, manifest)",
        path,
    )
    assert refused == 3, told
    assert "is refused" in told


def test_a_reader_without_limits_does_run_out_of_that_memory(tmp_path: Path) -> None:
    """The control: the same bomb, read as wheels were read before."""
    path = bomb(tmp_path / "evil-1.0-py3-none-any.whl", "evil-1.0.dist-info/METADATA")
    died, told = in_little_room(
        "import zipfile\nfrom email.parser import HeaderParser\n"
        "data = zipfile.ZipFile(path).read('evil-1.0.dist-info/METADATA').decode()\n"
        "HeaderParser().parsestr(data)",
        path,
    )
    assert died == 1
    assert "MemoryError" in told


def in_little_room(code: str, path: Path) -> tuple[int, str]:
    """Exit code (3: refused in a sentence) and words of a process that may have 700 MB."""
    program = (
        f"import resource, sys, pathlib\nresource.setrlimit(resource.RLIMIT_AS, ({ROOM}, {ROOM}))\n"
        "from belljar.errors import AssetError\npath = pathlib.Path(sys.argv[1])\n"
        "try:\n    exec(sys.argv[2])\nexcept AssetError as error:\n    print(error); sys.exit(3)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path), code],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def test_metadata_is_counted_while_it_is_read(tmp_path: Path) -> None:
    path = wheel(tmp_path, ("evil/much.txt", b"x" * 3_000_000))
    with opened(path) as archive:
        assert len(read_member(archive, "evil/much.txt")) == 3_000_000
        with pytest.raises(AssetError, match="more than 1,000,000 bytes"):
            read_member(archive, "evil/much.txt", 1_000_000)


@pytest.mark.parametrize("harm", ["size", "content", "truncated"])
def test_an_archive_that_lies_about_itself_is_a_sentence(tmp_path: Path, harm: str) -> None:
    path = wheel(tmp_path, ("evil/data.txt", b"0123456789" * 5000))
    data = bytearray(path.read_bytes())
    if harm == "size":
        at = data.rindex(b"evil/data.txt") - 46 + 24
        data[at : at + 4] = (100).to_bytes(4, "little")
    elif harm == "content":
        at = data.index(b"evil/data.txt") + 20
        data[at : at + 30] = b"\xff" * 30
    else:
        del data[len(data) // 2 :]
    path.write_bytes(data)
    with pytest.raises(AssetError, match="not a wheel that can be read"), opened(path) as archive:
        read_member(archive, "evil/data.txt")


def test_one_package_that_cannot_be_laid_out_stops_no_other(tmp_path: Path, make_manifest, package) -> None:
    folder = tmp_path / "assets"
    store = Store(folder)
    files = {}
    # As it lies in the store of somebody who added it before wheels were looked through.
    for name, members in {"bad": (("../up.py", "x"),), "good": ()}.items():
        path = wheel(tmp_path / name, *members, name=name)
        files[name] = FileEntry(path.name, path.stat().st_size, hash_file(path))
        store.write(files[name], read_chunks(path))
    manifest = make_manifest(*(package(name, file=file) for name, file in files.items()))
    for core in manifest.core:
        store.write(core, [hashlib.sha256(core.name.encode()).digest() * 6000])
    said = io.StringIO()
    assert build_images(manifest, folder, Progress(said)) == 1
    assert set(find_images(Store(folder))) == {files["good"].sha256}
    assert "bad is not laid out: bad-1.0-py3-none-any.whl is refused" in said.getvalue()


def test_no_more_is_taken_out_of_an_archive_than_was_meant() -> None:
    class Endless(io.RawIOBase):
        taken = 0

        def read(self, size: int = -1) -> bytes:
            self.taken += size
            return b"x" * size

    source = Endless()
    assert sum(map(len, copied(source, 100_000))) == 100_001
    assert source.taken == 100_001
    with pytest.raises(AssetError, match="not read"):
        list(copied(source, 1 << 40))
