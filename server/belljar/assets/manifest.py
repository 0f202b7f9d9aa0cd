"""The manifest: which files make up the runtime and its allowlist, with version, size and SHA-256 of each.

`pyodide_assets/manifest.json` is written by `belljar assets pin` and shipped in the wheel. What `belljar
assets add` allows on one machine stands in `manifest.local.json` in that machine's assets folder, in the same
form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from belljar.errors import AssetError

FORMAT = 1
LOCAL_NAME = "manifest.local.json"

Origin = Literal["runtime", "pyodide", "pypi", "local"]
"""Where bytes are published: the distribution of the Pyodide that runs here, that of the Pyodide whose wheels
are taken (`Manifest.wheels`), PyPI, or this machine only."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file by content: its name, size in bytes and lower-case hex SHA-256."""

    name: str
    size: int
    sha256: str

    def __post_init__(self) -> None:
        # Names become paths and URLs: nothing in them may climb out of the folder they are put into.
        if (
            not self.name
            or Path(self.name).name != self.name
            or "\\" in self.name
            or self.name.startswith(".")
        ):
            raise AssetError(f"The manifest has a file with the unusable name {self.name!r}.")
        if not _SHA256.fullmatch(self.sha256):
            raise AssetError(f"The manifest has no valid SHA-256 for {self.name}.")


@dataclass(frozen=True, slots=True)
class Build:
    """Another build of a package that is accepted in its file's place. Pyodide's lock gives no size."""

    version: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PackageEntry:
    """One allowlisted package. `name` and `depends` are normalised (PEP 503), keys of `Manifest.packages`.

    `newer` is the build of the Pyodide that runs here, where `file` is of an earlier one. `plain_of` is the
    wheel on PyPI that `file` is made of by leaving out what is compiled (`plain.py`).
    """

    name: str
    version: str
    file: FileEntry
    depends: tuple[str, ...]
    imports: tuple[str, ...]
    origin: Origin
    newer: Build | None = None
    plain_of: FileEntry | None = None


@dataclass(frozen=True, slots=True)
class Carrier:
    """A distribution on PyPI whose wheel carries Pyodide's files below `folder`; we take `members`."""

    requirement: str
    python: str
    folder: str
    size: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything belljar serves to a sandbox, and where it may be fetched from."""

    pyodide: str
    wheels: str
    """The Pyodide whose builds of packages are taken: the same, or an earlier one of the same ABI."""
    python: str
    platform: str
    abi: str
    npm: str
    carrier: Carrier
    lock: FileEntry
    """The official pyodide-lock.json; read only by `pin` and `add`, never served."""
    core: tuple[FileEntry, ...]
    packages: Mapping[str, PackageEntry]
    profiles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def files(self) -> tuple[FileEntry, ...]:
        """Every file to have: core first, then packages by name."""
        return (*self.core, *(self.packages[name].file for name in sorted(self.packages)))

    @property
    def wheel_platform(self) -> str:
        """Platform tag of native wheels (PEP 783), e.g. "pyemscripten_2026_0_wasm32"."""
        return f"pyemscripten_{self.abi}_wasm32"

    def closure(self, names: Iterable[str]) -> tuple[str, ...]:
        """`names` and all they depend on, dependencies first, each once.

        Raises:
            AssetError: a name is not on the allowlist.
        """
        return closure({name: package.depends for name, package in self.packages.items()}, names)

    def with_packages(self, extra: Mapping[str, PackageEntry]) -> Manifest:
        """This manifest with further packages; its own entries win over `extra`."""
        return replace(self, packages={**extra, **self.packages})


def closure(depends: Mapping[str, Iterable[str]], names: Iterable[str]) -> tuple[str, ...]:
    """Names with everything they need, dependencies first. Cycles are allowed (each name appears once)."""
    order: dict[str, None] = {}
    entered: set[str] = set()

    def visit(name: str, wanted_by: str) -> None:
        if name in entered:
            return
        if name not in depends:
            raise AssetError(f"The package {name!r}{wanted_by} is not on the allowlist.")
        entered.add(name)
        for needed in depends[name]:
            visit(needed, f", needed by {name},")
        order[name] = None

    for name in names:
        visit(normalise(name), "")
    return tuple(order)


def normalise(name: str) -> str:
    """A distribution's name as an index compares it (PEP 503): "Pydantic_core" → "pydantic-core"."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_manifest(path: Path) -> Manifest:
    """Read and check `manifest.json`.

    Raises:
        AssetError: it is missing, not JSON, of another format, or inconsistent.
    """
    data = _read_json(path)
    try:
        packages = _packages(data["packages"])
        manifest = Manifest(
            pyodide=data["pyodide"],
            wheels=data["wheels"],
            python=data["python"],
            platform=data["platform"],
            abi=data["abi"],
            npm=data["npm"],
            carrier=Carrier(**{**data["carrier"], "members": tuple(data["carrier"]["members"])}),
            lock=FileEntry(**data["lock"]),
            core=tuple(FileEntry(**entry) for entry in data["core"]),
            packages=packages,
            profiles={name: tuple(load) for name, load in data["profiles"].items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise AssetError(f"{path} is not a manifest this belljar understands ({error!r}).") from error
    for load in manifest.profiles.values():
        manifest.closure(load)
    manifest.closure(manifest.packages)
    return manifest


def write_manifest(manifest: Manifest) -> str:
    """The manifest as JSON text: sorted, one key a line, the same bytes for the same content."""
    data = asdict(manifest)
    data["packages"] = _packages_json(manifest.packages)
    return json.dumps({"format": FORMAT, **data}, indent=2, ensure_ascii=False) + "\n"


def read_local(assets_dir: Path, manifest: Manifest) -> dict[str, PackageEntry]:
    """Packages that `belljar assets add` allowed on this machine; empty when there are none.

    Raises:
        AssetError: the file is damaged, or was made for another Pyodide.
    """
    path = assets_dir / LOCAL_NAME
    if not path.exists():
        return {}
    data = _read_json(path)
    if data.get("pyodide") != manifest.pyodide:
        raise AssetError(
            f"{path} allows packages for Pyodide {data.get('pyodide')}, but this belljar runs "
            f"{manifest.pyodide}: move the file away and add them again with `belljar assets add`."
        )
    try:
        return _packages(data["packages"])
    except (KeyError, TypeError, AttributeError) as error:
        raise AssetError(
            f"{path} is damaged ({error!r}): move it away and add its packages again."
        ) from error


def write_local(manifest: Manifest, packages: Mapping[str, PackageEntry]) -> str:
    """Text of `manifest.local.json`."""
    data = {"format": FORMAT, "pyodide": manifest.pyodide, "packages": _packages_json(packages)}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise AssetError(f"The manifest {path} is missing.") from error
    except (OSError, ValueError) as error:
        raise AssetError(f"The manifest {path} can't be read: {error}") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise AssetError(f"{path} is not a manifest of format {FORMAT}.")
    return data


def _packages(data: Mapping[str, Any]) -> dict[str, PackageEntry]:
    packages = {}
    for name, entry in data.items():
        if name != normalise(name):
            raise AssetError(f"The manifest names a package {name!r}; it must be {normalise(name)!r}.")
        if entry["origin"] not in get_args(Origin):
            raise AssetError(f"The manifest gives {name} the unknown origin {entry['origin']!r}.")
        packages[name] = PackageEntry(
            name=name,
            version=entry["version"],
            file=FileEntry(**entry["file"]),
            depends=tuple(entry["depends"]),
            imports=tuple(entry["imports"]),
            origin=entry["origin"],
            newer=Build(**entry["newer"]) if entry.get("newer") else None,
            plain_of=FileEntry(**entry["plain_of"]) if entry.get("plain_of") else None,
        )
    return packages


def _packages_json(packages: Mapping[str, PackageEntry]) -> dict[str, Any]:
    return {
        name: {
            key: value
            for key, value in asdict(packages[name]).items()
            if key != "name" and not (key in {"newer", "plain_of"} and value is None)
        }
        for name in sorted(packages)
    }
