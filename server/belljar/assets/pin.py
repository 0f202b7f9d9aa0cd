"""Pin: turn the allowlist into a manifest with version, size, SHA-256, modules and needs of every file.

For maintainers. What it reads: Pyodide's npm package (core and official lock), the carrier's wheel, wheels on
PyPI.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from belljar.assets import allowlist
from belljar.assets.commandline import npm_pack, pip_download, pip_hash
from belljar.assets.manifest import Build, Carrier, FileEntry, Manifest, PackageEntry, closure, normalise
from belljar.assets.mirrors import SourceDownError
from belljar.assets.plain import plain_wheel
from belljar.assets.toolchain import Tool, write_requirements
from belljar.assets.wheels import Wheel, package_of, read_wheel, refusal, satisfied
from belljar.errors import AssetError

LOCK = "pyodide-lock.json"
PYTHON = "3.14"

TOOLS_COMMENT = """Tools of `belljar assets build`, pinned by `belljar assets pin`. Never installed beside the
server: pyodide-build and what it needs run inside Pyodide, on Node from the last of these where no other is
found."""


def pin(note: Callable[[str], None], kept: Mapping[str, str] | None = None) -> Manifest:
    """Make the manifest of the allowlist, from registries alone.

    Args:
        kept: versions by name, for packages from PyPI that Pyodide's lock has no version of; others are the
            newest.

    Raises:
        AssetError: a source can't be had, or a package doesn't fit the others.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="belljar-pin-") as scratch:
            return _pin(Path(scratch), note, kept or {})
    except SourceDownError as error:
        raise AssetError(f"The manifest can't be pinned: {error}.") from error


def pin_tools(note: Callable[[str], None]) -> str:
    """Text of `build-requirements.txt`: the build's tools with the hashes that the index gives for them.

    Raises:
        AssetError: pip can't tell.
    """
    systems = len(allowlist.NODE_PLATFORMS)
    note(f"Reading hashes of {len(allowlist.BUILD_TOOLS)} tools and of Node for {systems} systems.")
    try:
        tools = [Tool(tool, frozenset({pip_hash(tool, PYTHON, "any")})) for tool in allowlist.BUILD_TOOLS]
        node = frozenset(pip_hash(allowlist.NODE, PYTHON, platform) for platform in allowlist.NODE_PLATFORMS)
    except SourceDownError as error:
        raise AssetError(f"The tools can't be pinned: {error}.") from error
    return write_requirements([*tools, Tool(allowlist.NODE, node)], TOOLS_COMMENT)


def _pin(scratch: Path, note: Callable[[str], None], kept: Mapping[str, str]) -> Manifest:
    note(f"Reading {allowlist.NPM} from npm.")
    with tarfile.open(npm_pack(allowlist.NPM, scratch)) as archive:
        npm = {name: _read_member(archive, name) for name in (*allowlist.CORE, LOCK)}
    lock = json.loads(npm[LOCK])
    wheels = _lock_of_wheels(lock, scratch, note)
    note(f"Reading {allowlist.CARRIER} from PyPI.")
    [wheel] = pip_download([allowlist.CARRIER], scratch, allowlist.CARRIER_PYTHON)
    with zipfile.ZipFile(wheel) as archive_:
        carried = _carried(archive_)
    core = tuple(_entry(name, npm[name]) for name in allowlist.CORE)
    official = _official(wheels, lock, carried)
    manifest = Manifest(
        pyodide=allowlist.PYODIDE,
        wheels=allowlist.WHEELS,
        python=lock["info"]["python"],
        platform=lock["info"]["platform"],
        abi=lock["info"]["abi_version"],
        npm=allowlist.NPM,
        carrier=Carrier(
            requirement=allowlist.CARRIER,
            python=allowlist.CARRIER_PYTHON,
            folder=allowlist.CARRIER_FOLDER,
            size=wheel.stat().st_size,
            members=tuple(
                entry.name
                for entry in (*core, *(official[name].file for name in sorted(official)))
                if carried.get(entry.name) == entry
            ),
        ),
        lock=_entry(LOCK, npm[LOCK]),
        core=core,
        packages=official,
        profiles=allowlist.PROFILES,
    )
    note(f"Reading {len(allowlist.FROM_PYPI) + len(allowlist.BUILT_ON_PYPI)} packages from PyPI.")
    plain = _plain(manifest, lock, kept, scratch)
    extras = _extras(replace(manifest, packages={**official, **plain}), lock, kept, scratch)
    packages = {**official, **plain, **extras}
    for name, needed in allowlist.ALSO_NEEDS.items():
        packages[name] = replace(packages[name], depends=tuple(sorted({*packages[name].depends, *needed})))
    closure({name: package.depends for name, package in packages.items()}, packages)
    return replace(manifest, packages=packages)


def _lock_of_wheels(lock: Mapping[str, Any], scratch: Path, note: Callable[[str], None]) -> Mapping[str, Any]:
    """The lock of the Pyodide whose wheels are taken; they must fit the one that runs here."""
    if allowlist.WHEELS == allowlist.PYODIDE:
        return lock
    note(f"Reading the lock of {allowlist.NPM_OF_WHEELS} from npm.")
    folder = scratch / "wheels"
    folder.mkdir()
    with tarfile.open(npm_pack(allowlist.NPM_OF_WHEELS, folder)) as archive:
        wheels: Mapping[str, Any] = json.loads(_read_member(archive, LOCK))
    ours, theirs = lock["info"]["abi_version"], wheels["info"]["abi_version"]
    if ours != theirs:
        raise AssetError(
            f"{allowlist.NPM_OF_WHEELS} has wheels for ABI {theirs}, {allowlist.NPM} needs {ours}."
        )
    return wheels


def _official(
    wheels: Mapping[str, Any], lock: Mapping[str, Any], carried: Mapping[str, FileEntry]
) -> dict[str, PackageEntry]:
    """Packages of the wheels' lock with all they need; each must be carried, byte for byte.

    Where the lock of the Pyodide that runs here has another build, that is accepted, too.
    """
    rows = {normalise(name): row for name, row in wheels["packages"].items()}
    newer = {normalise(name): row for name, row in lock["packages"].items()}
    depends = {name: [normalise(needed) for needed in row["depends"]] for name, row in rows.items()}
    packages = {}
    for name in closure(depends, allowlist.FROM_PYODIDE):
        row = rows[name]
        entry = carried.get(row["file_name"])
        if entry is None or entry.sha256 != row["sha256"]:
            raise AssetError(
                f"{allowlist.CARRIER} doesn't carry {row['file_name']} as Pyodide's lock has it."
            )
        packages[name] = PackageEntry(
            name=name,
            version=row["version"],
            file=entry,
            depends=tuple(sorted(depends[name])),
            imports=tuple(sorted(row["imports"])),
            origin="pyodide",
            newer=_newer(row, newer.get(name)),
        )
    return packages


def _newer(row: Mapping[str, Any], other: Mapping[str, Any] | None) -> Build | None:
    """Another build of the same package, if it needs and offers the same."""
    if other is None or other["sha256"] == row["sha256"]:
        return None
    if any(sorted(row[key]) != sorted(other[key]) for key in ("depends", "imports")):
        return None
    return Build(other["version"], other["file_name"], other["sha256"])


def _extras(
    manifest: Manifest, lock: Mapping[str, Any], kept: Mapping[str, str], scratch: Path
) -> dict[str, PackageEntry]:
    """Wheels from PyPI, pure or for the sandbox, their requirements checked against all others' versions."""
    paths = pip_download(_wanted(allowlist.FROM_PYPI, lock, kept), scratch, PYTHON, platforms=["any"])
    built = _wanted(allowlist.BUILT_ON_PYPI, lock, kept)
    paths += pip_download(built, scratch, PYTHON, platforms=[manifest.wheel_platform])
    wheels = [read_wheel(path, manifest) for path in paths]
    present = {name: package.version for name, package in manifest.packages.items()}
    present |= {wheel.name: wheel.version for wheel in wheels}
    packages = {}
    for wheel in wheels:
        if reason := refusal(wheel, manifest) or _unmet(wheel, present):
            raise AssetError(reason)
        packages[wheel.name] = package_of(wheel, "pypi")
    if lacking := {*allowlist.FROM_PYPI, *allowlist.BUILT_ON_PYPI} - packages.keys():
        raise AssetError(f"PyPI gave no wheel for {', '.join(sorted(lacking))}.")
    return packages


def _plain(
    manifest: Manifest, lock: Mapping[str, Any], kept: Mapping[str, str], scratch: Path
) -> dict[str, PackageEntry]:
    """Wheels of PyPI without their compiled modules."""
    packages = {}
    folder = scratch / "plain"
    folder.mkdir()
    for platform, names in allowlist.PLAIN.items():
        for path in pip_download(_wanted(names, lock, kept), scratch, PYTHON, platforms=[platform]):
            wheel = read_wheel(plain_wheel(path, folder), manifest)
            made_of = _entry(path.name, path.read_bytes())
            packages[wheel.name] = replace(package_of(wheel, "pypi"), plain_of=made_of)
    return packages


def _wanted(names: Sequence[str], lock: Mapping[str, Any], kept: Mapping[str, str]) -> list[str]:
    """What pip is asked for: the lock's version, where it has one."""
    versions = {normalise(name): row["version"] for name, row in lock["packages"].items()}
    versions = {**kept, **versions, **allowlist.AT_VERSION}
    return [f"{name}=={versions[name]}" if name in versions else name for name in names]


def _unmet(wheel: Wheel, present: Mapping[str, str]) -> str | None:
    for requirement in wheel.requires:
        if not satisfied(requirement, present):
            there = present.get(normalise(requirement.name), "not on the allowlist")
            return f"{wheel.name} {wheel.version} needs {requirement}, which is {there}."
    return None


def _carried(archive: zipfile.ZipFile) -> dict[str, FileEntry]:
    folder = allowlist.CARRIER_FOLDER
    members = [
        name for name in archive.namelist() if name.startswith(folder) and "/" not in name[len(folder) :]
    ]
    return {
        name[len(folder) :]: _entry(name[len(folder) :], archive.read(name))
        for name in members
        if name != folder
    }


def _read_member(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(f"package/{name}")
    if member is None:
        raise AssetError(f"{allowlist.NPM} has no {name}.")
    return member.read()


def _entry(name: str, data: bytes) -> FileEntry:
    return FileEntry(name, len(data), hashlib.sha256(data).hexdigest())
