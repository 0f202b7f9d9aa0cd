"""Archives: a wheel is looked through before anything is unpacked, and read within limits.

What a zip says of itself is the claim of whoever made it: sizes are counted while bytes come out, and names
are refused that would lie outside, be another one's, or not be files at all.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from belljar.errors import AssetError
from belljar.untrusted.names import shown

#: Members of a wheel; scipy has 2,000.
MEMBERS = 50_000
#: Bytes of one member and of all, uncompressed; the largest wheel of Pyodide has 150 MB.
MEMBER_BYTES = 1 << 29
TOTAL_BYTES = 1 << 30
#: How many times the archive's own size the whole may be; text shrinks to a tenth.
RATIO = 200
#: What is below this may shrink as it likes.
SMALL_BYTES = 8 << 20
#: Bytes of the metadata, which is read whole.
METADATA_BYTES = 4 << 20
#: Bytes that a zip's list of members may have.
DIRECTORY_BYTES = 32 << 20

_END = b"PK\x05\x06"
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\\]")
_CHUNK = 1 << 16


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """A wheel whose members were looked through.

    Raises:
        AssetError: It is none, or one of its members could do harm; the sentence names it.
    """
    try:
        _require_short_list(path)
        with zipfile.ZipFile(path) as archive:
            _look_through(path, archive)
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        raise AssetError(
            f"{shown(path.name)} is not a wheel that can be read: {shown(str(error))}."
        ) from error
    except RuntimeError as error:  # it asks for a password
        raise AssetError(f"{shown(path.name)} is not a wheel that can be read: it is encrypted.") from error


def read_member(archive: zipfile.ZipFile, name: str, most: int = MEMBER_BYTES) -> bytes:
    """The bytes of a member, counted while they come.

    Raises:
        AssetError: There are more than `most`, or other ones than the archive says.
    """
    content = bytearray()
    with archive.open(name) as member:
        while chunk := member.read(_CHUNK):
            content += chunk
            if len(content) > most:
                raise AssetError(
                    f"{shown(name)} of {_name(archive)} has more than {most:,} bytes: it is not read."
                )
    return bytes(content)


def _look_through(path: Path, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MEMBERS:
        raise AssetError(f"{shown(path.name)} has {len(members):,} members; {MEMBERS:,} are allowed.")
    total, seen, folders = 0, set[str](), set[str]()
    for member in members:
        name = member.filename
        if reason := _problem(member):
            raise AssetError(f"{shown(path.name)} is refused: its member {shown(name)!r} {reason}.")
        bare = name.removesuffix("/")
        if bare in seen:
            raise AssetError(f"{shown(path.name)} is refused: it has {shown(name)!r} twice.")
        seen.add(bare)
        if not member.is_dir():
            folders.update(bare[: at.start()] for at in re.finditer("/", bare))
        total += member.file_size
    files = {member.filename for member in members if not member.is_dir()}
    if both := files & folders:
        raise AssetError(f"{shown(path.name)} is refused: {shown(min(both))!r} is a file and a folder in it.")
    size = path.stat().st_size
    if total > TOTAL_BYTES or (total > SMALL_BYTES and total > RATIO * size):
        raise AssetError(
            f"{shown(path.name)} is refused: its {size:,} bytes would become {total:,}; "
            f"{TOTAL_BYTES:,}, and {RATIO} times its size, are allowed."
        )


def _problem(member: zipfile.ZipInfo) -> str | None:
    name = member.orig_filename
    parts = name.removesuffix("/").split("/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "has an absolute path"
    if any(part in {"", ".", ".."} for part in parts):
        return "would lie outside of it"
    if _UNSEEN.search(name) or name != member.filename:
        return "has a name with control characters or backslashes"
    if len(name) > 1000 or len(parts) > 100:
        return "has too long a name"
    kind = stat.S_IFMT(member.external_attr >> 16) if member.create_system == 3 else 0
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "is a link or a device, no file"
    if member.flag_bits & 0x1:
        return "is encrypted"
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return "is packed in a way that wheels are not"
    if member.file_size > MEMBER_BYTES:
        return f"has more than {MEMBER_BYTES:,} bytes"
    return None


def _require_short_list(path: Path) -> None:
    """The list of members is read whole by `zipfile`, so its length is looked at before."""
    with path.open("rb") as file:
        end = file.seek(0, 2)
        file.seek(max(0, end - (1 << 16) - 22))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        return  # `zipfile` says what is wrong
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    count = int.from_bytes(tail[at + 10 : at + 12], "little")
    if length == 0xFFFFFFFF or count == 0xFFFF or length > DIRECTORY_BYTES:
        raise AssetError(f"{shown(path.name)} is refused: its list of members is too long.")


def _name(archive: zipfile.ZipFile) -> str:
    return shown(Path(archive.filename or "the archive").name)


def copied(source: IO[bytes], size: int, most: int = MEMBER_BYTES) -> Iterator[bytes]:
    """The bytes of something that should have `size` of them: one more at most is ever taken.

    Raises:
        AssetError: It should have more than `most`.
    """
    if size > most:
        raise AssetError(f"A file of {size:,} bytes is not read; {most:,} are allowed.")
    left = size + 1
    while left > 0 and (chunk := source.read(min(_CHUNK, left))):
        left -= len(chunk)
        yield chunk
