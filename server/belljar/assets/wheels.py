"""Wheels as read from outside: name, version, tags, modules and requirements. Nothing in them is ever run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from belljar.assets.archives import METADATA_BYTES, opened, read_member
from belljar.assets.manifest import FileEntry, Manifest, Origin, PackageEntry, normalise
from belljar.assets.store import hash_file
from belljar.errors import AssetError
from belljar.untrusted.names import shown

_MODULE = re.compile(r"^([A-Za-z_]\w*)(/.*\.py|\.py|/.*\.so|(\.[\w-]+)?\.so)$")
_NOT_IMPORTED = frozenset({"tests", "test", "docs", "doc", "examples", "benchmarks"})


@dataclass(frozen=True, slots=True)
class Wheel:
    """What a wheel says of itself. `requires` are those that hold inside Pyodide."""

    name: str
    version: str
    file: FileEntry
    tags: frozenset[Tag]
    imports: tuple[str, ...]
    requires: tuple[Requirement, ...]
    python: SpecifierSet


def read_wheel(path: Path, manifest: Manifest, extras: frozenset[str] = frozenset()) -> Wheel:
    """Read a wheel's name and metadata, with the requirements of the wanted extras.

    Raises:
        AssetError: it is not a wheel, or its metadata can't be understood.
    """
    try:
        name, version, _, tags = parse_wheel_filename(path.name)
        with opened(path) as archive:
            members = archive.namelist()
            [metadata] = [m for m in members if m.count("/") == 1 and m.endswith(".dist-info/METADATA")]
            headers = HeaderParser().parsestr(read_member(archive, metadata, METADATA_BYTES).decode())
        environments = [{**marker_environment(manifest), "extra": extra} for extra in ("", *extras)]
        requirements = [Requirement(line) for line in headers.get_all("Requires-Dist", [])]
        python = SpecifierSet(headers.get("Requires-Python", ""))
    except (
        InvalidWheelFilename,
        InvalidRequirement,
        InvalidSpecifier,
        ValueError,
    ) as error:
        raise AssetError(
            f"{shown(path.name)} is not a wheel that can be read: {shown(str(error))}."
        ) from error
    return Wheel(
        name=normalise(str(name)),
        version=str(version),
        file=FileEntry(path.name, path.stat().st_size, hash_file(path)),
        tags=tags,
        imports=top_level(members),
        requires=tuple(
            r for r in requirements if r.marker is None or any(map(r.marker.evaluate, environments))
        ),
        python=python,
    )


def marker_environment(manifest: Manifest) -> dict[str, str]:
    """What environment markers (PEP 508) see inside Pyodide."""
    _, *release = manifest.platform.split("_")
    return {
        "implementation_name": "cpython",
        "implementation_version": manifest.python,
        "os_name": "posix",
        "platform_machine": "wasm32",
        "platform_release": ".".join(release),
        "platform_system": "Emscripten",
        "platform_version": "#1",
        "platform_python_implementation": "CPython",
        "python_full_version": manifest.python,
        "python_version": ".".join(manifest.python.split(".")[:2]),
        "sys_platform": "emscripten",
        "extra": "",
    }


def refusal(wheel: Wheel, manifest: Manifest) -> str | None:
    """Why the wheel can't run inside Pyodide, as a sentence, or None if it can."""
    if not wheel.python.contains(manifest.python, prereleases=True):
        return f"{wheel.name} {wheel.version} needs Python {wheel.python}; the sandbox has {manifest.python}."
    if any(_fits(tag, manifest) for tag in wheel.tags):
        return None
    platforms = sorted({tag.platform for tag in wheel.tags})
    if platforms == ["any"]:
        return f"{wheel.file.name} is for another Python than the sandbox's {manifest.python}."
    return (
        f"{wheel.file.name} has native code for {', '.join(platforms)}; the sandbox needs pure Python "
        f"(none-any) or a wheel built for {manifest.wheel_platform}."
    )


def package_of(wheel: Wheel, origin: Origin) -> PackageEntry:
    """A wheel as an entry of the manifest."""
    depends = tuple(sorted({normalise(requirement.name) for requirement in wheel.requires}))
    return PackageEntry(wheel.name, wheel.version, wheel.file, depends, wheel.imports, origin)


def satisfied(requirement: Requirement, present: Mapping[str, str]) -> bool:
    """Whether the versions at hand meet a requirement."""
    version = present.get(normalise(requirement.name))
    return version is not None and requirement.specifier.contains(version, prereleases=True)


def _fits(tag: Tag, manifest: Manifest) -> bool:
    major, minor = (int(part) for part in manifest.python.split(".")[:2])
    exact = f"cp{major}{minor}"
    generation = re.fullmatch(rf"(py|cp){major}(\d*)", tag.interpreter)
    if tag.interpreter == exact and tag.abi in (exact, "none"):
        return tag.platform in ("any", manifest.wheel_platform)
    if generation is None or int(generation[2] or 0) > minor:
        return False
    if tag.abi == "abi3" and generation[1] == "cp":
        return tag.platform == manifest.wheel_platform
    return tag.abi == "none" and generation[1] == "py" and tag.platform in ("any", manifest.wheel_platform)


def top_level(members: list[str]) -> tuple[str, ...]:
    """Names that `import` finds in a wheel with these members, without its tests and documentation."""
    names = {match[1] for member in members if (match := _MODULE.match(member))}
    return tuple(sorted(names - _NOT_IMPORTED or names))
