"""Images: a package's files as sandboxes mount them, so that nothing has to be unpacked.

    code    length of the index (4 bytes, little-endian), index (JSON), the files that imports read
    rest    the others, for which nobody waits: sources that have byte-code, tests, type stubs

The index names folders and files as they lie once a wheel is installed; its form is `ImageIndex` in
`static/src/protocol/messages.ts`, its offsets run from the end of the index on, through `code` into `rest`.
Made from the archive that is served, byte-compiled or not; the list lies at `built/images-<key>.json`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import struct
import time
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from belljar.assets.archives import opened, read_member
from belljar.assets.bytecode import package_archives
from belljar.assets.folder import working_in
from belljar.assets.manifest import FileEntry, Manifest
from belljar.assets.progress import Progress
from belljar.assets.store import Store, require, write_atomically
from belljar.errors import AssetError

KEEP_SECONDS = 7 * 86_400
"""How long images of another version stay that nothing asks for."""

SITE_PACKAGES = "/lib/python{}.{}/site-packages"
PREFIX = "/"
"""Python's `sys.prefix` in Pyodide: where a wheel's data files go."""

INSTALLED = {"INSTALLER": b"pyodide.loadPackage", "PYODIDE_SOURCE": b"pyodide"}
"""What `loadPackage` of Pyodide writes into the metadata of a wheel that it has installed."""

_UNREAD = re.compile(r"(^|/)tests/|\.(pyi|pyx|pxd|pxi|h|hpp|c|cpp|js|mjs|map|css|less|ts|tsx)$")
"""What no import reads: tests, type stubs, sources of compiled modules, what runs in browsers."""

_UNUSED = re.compile(r"(^|/)(labextensions?|nbextensions?)/|/package_data/widgetbundle\.js$")
"""What no sandbox can use: extensions of Jupyter's page, twice five megabytes in plotly's wheel."""

_CACHED = re.compile(r"(.*/)?__pycache__/([^/]+)\.cpython-\d+\.pyc")


@dataclass(frozen=True, slots=True)
class Image:
    """The two files of an image; the second one is None where everything is in the first."""

    code: FileEntry
    rest: FileEntry | None

    @property
    def files(self) -> tuple[FileEntry, ...]:
        """Both, or the only one."""
        return (self.code, self.rest) if self.rest else (self.code,)


def find_images(store: Store) -> dict[str, Image]:
    """Archive (by SHA-256) → image, for those that are in the store and whole."""
    listed = _list(store.root)
    with contextlib.suppress(OSError):
        os.utime(listed)  # it is in use: see `_prune`
    return {
        archive: image
        for archive, image in _read(listed).items()
        if all(store.state(entry) == "ok" for entry in image.files)
    }


def build_images(
    manifest: Manifest,
    assets_dir: Path,
    progress: Progress | None = None,
    *,
    only: Collection[str] | None = None,
) -> int:
    """Make the images that are missing.

    Args:
        only: Names of packages; all by default.

    Returns:
        How many were made.

    Raises:
        AssetError: the assets are not fetched.
    """
    progress = progress or Progress()
    require(Store(assets_dir), manifest)
    if not _missing(manifest, Store(assets_dir), only):  # also where nobody may write
        return 0
    with working_in(assets_dir, progress.note):
        store = Store(assets_dir)
        missing, known, made = _missing(manifest, store, only), find_images(store), 0
        if missing:
            total = sum(entry.size for entry in missing.values())
            with progress.counting(f"Laying out {len(missing)} packages", total):
                for name, entry in missing.items():
                    if (image := _lay_out(name, entry, manifest, store, progress)) is not None:
                        known[entry.sha256] = image
                        made += 1
                    progress.add(entry.size)
            data = {archive: asdict(known[archive]) for archive in sorted(known)}
            write_atomically(_list(assets_dir), json.dumps(data, indent=1) + "\n")
            _prune(store)
        store.save()
    return made


def _lay_out(
    name: str, entry: FileEntry, manifest: Manifest, store: Store, progress: Progress
) -> Image | None:
    """The image of one archive; None for one that can't be laid out: those who load it unpack it."""
    try:
        code, rest = image_of(store.path(entry), manifest.python)
    except AssetError as error:
        progress.note(f"{name} is not laid out: {error}")
        return None
    versioned = f"{name}-{manifest.packages[name].version}"
    later = _keep(store, f"{versioned}-rest.bin", rest) if rest else None
    return Image(_keep(store, f"{versioned}.bin", code), later)


def _missing(manifest: Manifest, store: Store, only: Collection[str] | None) -> dict[str, FileEntry]:
    known, archives = find_images(store), package_archives(store, manifest)
    return {
        name: entry
        for name, entry in archives.items()
        if (only is None or name in only) and entry.sha256 not in known and entry.name.endswith(".whl")
    }


def image_of(wheel: Path, python: str) -> tuple[bytes, bytes]:
    """The two files of a wheel's image. The same wheel gives the same bytes."""
    with opened(wheel) as archive:
        files = dict(_installed(archive, python))
    unread = _unread(files)
    ordered = [*sorted(files.keys() - unread, key=_together), *sorted(unread, key=_together)]
    offsets, offset = {}, 0
    for path in ordered:
        offsets[path] = offset
        offset += len(files[path])
    index = json.dumps(list(_index(files, offsets)), separators=(",", ":"), ensure_ascii=False).encode()
    code = b"".join(files[path] for path in ordered if path not in unread)
    rest = b"".join(files[path] for path in ordered if path in unread)
    return struct.pack("<I", len(index)) + index + code, rest


def _installed(archive: zipfile.ZipFile, python: str) -> Iterator[tuple[str, bytes]]:
    """Every file of a wheel at the place where Pyodide's `loadPackage` puts it."""
    major, minor = python.split(".")[:2]
    site = SITE_PACKAGES.format(major, minor)
    for member in archive.infolist():
        if member.is_dir() or _UNUSED.search(member.filename):
            continue
        path = PurePosixPath(member.filename)
        content = read_member(archive, member.filename)
        top, *others = path.parts
        yield f"{site}/{path}", content
        if top.endswith(".data") and others[:1] == ["data"]:
            yield str(PurePosixPath(PREFIX, *others[1:])), content
        if top.endswith(".dist-info"):
            for name, text in INSTALLED.items():
                yield f"{site}/{top}/{name}", text


def _unread(files: Mapping[str, bytes]) -> set[str]:
    """What is not waited for."""
    compiled = {f"{match[1] or ''}{match[2]}.py" for path in files if (match := _CACHED.fullmatch(path))}
    return {path for path in files if path in compiled or _UNREAD.search(path)}


def _together(path: str) -> tuple[str, str]:
    """Files of one kind lie together: then they shrink more."""
    return PurePosixPath(path).suffix, path


def _index(files: Mapping[str, bytes], offsets: Mapping[str, int]) -> Iterator[tuple[str, str, list[int]]]:
    folders: dict[str, list[str]] = {}
    for path in sorted(files):
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, []).append(name)
    for folder, names in sorted(folders.items()):
        paths = [f"{folder}/{name}" for name in names]
        yield (
            folder,
            "/".join(names),
            [number for path in paths for number in (offsets[path], len(files[path]))],
        )


def _keep(store: Store, name: str, content: bytes) -> FileEntry:
    entry = FileEntry(name, len(content), hashlib.sha256(content).hexdigest())
    store.write(entry, [content])
    return entry


def _prune(store: Store) -> None:
    """Remove images of other versions that nothing has asked for in a long time."""
    current = _list(store.root)
    kept = {entry.sha256 for image in _read(current).values() for entry in image.files}
    for listed in (store.root / "built").glob("images-*.json"):
        if listed != current and time.time() - listed.stat().st_mtime > KEEP_SECONDS:
            for entry in {entry for image in _read(listed).values() for entry in image.files}:
                if entry.sha256 not in kept:
                    store.discard(entry)
            listed.unlink(missing_ok=True)


def _read(listed: Path) -> dict[str, Image]:
    try:
        data = json.loads(listed.read_text(encoding="utf-8"))
        return {archive: Image(*_entries(image)) for archive, image in data.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, AssetError):
        return {}


def _entries(image: Mapping[str, Any]) -> tuple[FileEntry, FileEntry | None]:
    return FileEntry(**image["code"]), FileEntry(**image["rest"]) if image["rest"] else None


def _list(assets_dir: Path) -> Path:
    """Named by this program: another one may lay files out in another way."""
    key = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:32]
    return assets_dir / "built" / f"images-{key}.json"
