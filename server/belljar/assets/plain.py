"""Plain wheels: packages without what they can do without: compiled modules, the larger half of their fonts.

    wheel on PyPI ──► the rest of it, tagged none-any; the same bytes on every machine

PyPI has no pure wheel of such a package, and no build of it for the sandbox. Its Python is the same in every
wheel and works alone. Nothing is built and none of its code is run: files are left out, and the record of
what is in the wheel is written anew.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from belljar.assets.archives import opened, read_member
from belljar.errors import AssetError
from belljar.untrusted.names import shown

TAG = "py3-none-any"

_LEFT_OUT = re.compile(r"\.(so|pyd|dylib|c|h|pyx|pxd)$|/NotoSerif\w+-Regular\.otf$")
"""Compiled modules, and what they were compiled from; fonts with serifs, which no figure asks for."""

_DATE = (1980, 1, 1, 0, 0, 0)
"""The first that a zip archive can name. A date of today would be another hash each day."""


def plain_wheel(wheel: Path, folder: Path) -> Path:
    """Write the plain form of a wheel into a folder.

    Raises:
        AssetError: it is not a wheel that can be read.
    """
    try:
        name, version, _, _ = parse_wheel_filename(wheel.name)
    except InvalidWheelFilename as error:
        raise AssetError(
            f"{shown(wheel.name)} is not a wheel that can be read: {shown(str(error))}."
        ) from error
    target = folder / f"{str(name).replace('-', '_')}-{version}-{TAG}.whl"
    with opened(wheel) as archive:
        files = {
            member.filename: read_member(archive, member.filename)
            for member in archive.infolist()
            if not member.is_dir() and not _LEFT_OUT.search(member.filename)
        }
    try:
        [record] = [path for path in files if path.count("/") == 1 and path.endswith(".dist-info/RECORD")]
    except ValueError:
        raise AssetError(f"{shown(wheel.name)} has no record of what is in it.") from None
    info = record.removesuffix("RECORD")
    files[f"{info}WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: belljar\nRoot-Is-Purelib: true\nTag: {TAG}\n".encode()
    )
    files[record] = _record(files, record)
    # Stored, not compressed: another zlib makes other bytes of the same content, which would be another hash.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            member = zipfile.ZipInfo(path, _DATE)
            member.create_system = 3
            member.external_attr = 0o644 << 16
            archive.writestr(member, files[path])
    return target


def platforms_of(wheel_name: str) -> list[str]:
    """Platforms that a wheel is for by its name, as pip is asked for them."""
    *_, tags = parse_wheel_filename(wheel_name)
    return sorted({tag.platform for tag in tags})


def _record(files: Mapping[str, bytes], record: str) -> bytes:
    """What is in the wheel: path, hash and bytes of each file, in the form of the wheel's specification."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    for path in sorted(files):
        if path == record:
            continue
        digest = base64.urlsafe_b64encode(hashlib.sha256(files[path]).digest()).rstrip(b"=").decode()
        rows.writerow([path, f"sha256={digest}", len(files[path])])
    rows.writerow([record, "", ""])
    return text.getvalue().encode()
