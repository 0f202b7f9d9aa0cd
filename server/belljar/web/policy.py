"""Policy: what this server lets a sandbox load and use, as `policy.json` says it.

The wire form is defined in `static/src/protocol/policy.ts`: snake_case, bytes, milliseconds, URLs relative to
`policy.json` itself, so that it works under any path prefix.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import belljar
from belljar.assets import AssetFile, AssetSet, Manifest, Package, load_asset_set
from belljar.assets.snapshots import Snapshot
from belljar.errors import SettingsError
from belljar.settings import Limits, Settings, load_settings
from belljar.web.prompt import write_prompt

#: Relative URLs of the two frames: with and without COEP.
FRAMES = {"isolated": "frame/isolated.html", "plain": "frame/plain.html"}
#: Relative URL of the notebook page.
PAGE = "./"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a server lets its sandboxes load and use.

    Attributes:
        wire: The `Policy` object of `policy.ts`, as `policy.json` has it.
    """

    wire: Mapping[str, Any]

    @classmethod
    def load(cls, settings: Settings | None = None) -> Self:
        """The policy of a server with these settings, or with those of the environment and `belljar.toml`.

        Raises:
            SettingsError: A setting can't be.
            AssetError: The runtime's files are not there; says how to get them.
        """
        settings = load_settings() if settings is None else settings
        return cls(build_policy(settings, load_asset_set(settings.assets_dir)))

    def prompt(self) -> str:
        """Text for a language model's system prompt: packages, limits, figures, files, no network."""
        return write_prompt(self.wire)


def check_packages(settings: Settings, known: AssetSet | Manifest) -> None:
    """Raise `SettingsError` if `packages` or `profile` names what is not to be had."""
    if settings.packages is None:
        allowed = set(known.packages)
    else:
        _require(settings.packages, known.packages, "The setting packages names")
        allowed = set(known.closure(settings.packages))
    profile, wanted = chosen_profile(settings, known)
    named = sorted({"core", *known.profiles})
    near = difflib.get_close_matches(profile if profile != "custom" else " ".join(wanted), named, n=1)
    hint = f"did you mean {near[0]}? " if near and profile == "custom" else ""
    _require(wanted, allowed, f"The profile ({profile}; named ones are {', '.join(named)}) loads", hint)


def build_policy(
    settings: Settings, assets: AssetSet, snapshots: Iterable[Snapshot] = (), stamp: str = ""
) -> dict[str, Any]:
    """The `Policy` object of `policy.ts`.

    Args:
        stamp: `Frontend.snapshot_stamp()`.
        snapshots: What sandboxes can start from. Those with a package that is not allowed are left out.

    Raises:
        SettingsError: `packages` or `profile` names a package that is not to be had.
    """
    check_packages(settings, assets)
    packages = allowed_packages(settings, assets)
    profile, wanted = chosen_profile(settings, assets)
    return {
        "version": 1,
        "belljar": belljar.__version__,
        "stamp": stamp,
        "pyodide": assets.pyodide,
        "python": assets.python,
        "bytecode": assets.bytecode,
        "frame": dict(FRAMES),
        "page": PAGE,
        "core": [_file(file) for file in assets.core],
        "packages": {name: _package(package) for name, package in sorted(packages.items())},
        "profile": {"name": profile, "load": list(assets.closure(wanted))},
        "profiles": _profiles({"core": (), **assets.profiles, profile: wanted}, assets, packages),
        "snapshots": [_snapshot(one) for one in snapshots if packages.keys() >= set(one.load)],
        "limits": _limits(settings.limits),
    }


def allowed_packages(settings: Settings, assets: AssetSet) -> dict[str, Package]:
    """The packages that may be imported: all, or those that `packages` names with what they depend on.

    Raises:
        SettingsError: `packages` names one that the assets do not have.
    """
    if settings.packages is None:
        return dict(assets.packages)
    _require(settings.packages, assets.packages, "The setting packages names")
    return {name: assets.packages[name] for name in assets.closure(settings.packages)}


def chosen_profile(settings: Settings, assets: AssetSet | Manifest) -> tuple[str, tuple[str, ...]]:
    """Name and packages of the profile: one of the manifest's, `core` (nothing), or a list (`custom`)."""
    match settings.profile:
        case () | ("core",):
            return "core", ()
        case (name,) if name in assets.profiles:
            return name, assets.profiles[name]
        case names:
            return "custom", names


def _profiles(
    named: Mapping[str, tuple[str, ...]], assets: AssetSet, allowed: Mapping[str, Package]
) -> dict[str, Any]:
    """What pages can ask for by name: the profiles all of whose packages are allowed."""
    known = {name: wanted for name, wanted in named.items() if allowed.keys() >= set(wanted)}
    return {name: {"load": list(assets.closure(wanted))} for name, wanted in known.items()}


def _require(names: tuple[str, ...], known: Iterable[str], what: str, hint: str = "") -> None:
    known = sorted(known)
    missing = sorted(set(names).difference(known))
    if missing:
        raise SettingsError(
            f"{what} {', '.join(missing)}, which this server does not allow{': ' + hint if hint else '. '}"
            f"Allowed are {', '.join(known) or 'no packages'}. "
            "Change `profile` or `packages`, or add the package with `belljar assets add`."
        )


def _file(file: AssetFile) -> dict[str, Any]:
    url = f"assets/{file.sha256}/{file.name}"
    return {"name": file.name, "url": url, "size": file.size, "sha256": file.sha256}


def _snapshot(snapshot: Snapshot) -> dict[str, Any]:
    pieces = {part: [_file(file) for file in files] for part, files in snapshot.parts.items()}
    single = {part: files[0] for part, files in pieces.items() if part != "heap"}
    return {"load": list(snapshot.load), **single, "heap": pieces["heap"]}


def _package(package: Package) -> dict[str, Any]:
    return {
        "name": package.name,
        "version": package.version,
        "file": _file(package.file),
        "image": _image(*package.image) if package.image else None,
        "depends": list(package.depends),
        "imports": list(package.imports),
    }


def _image(code: AssetFile, deferred: AssetFile | None = None) -> dict[str, Any]:
    return {"code": _file(code), "deferred": _file(deferred) if deferred else None}


def _limits(limits: Limits) -> dict[str, int]:
    return {
        "timeout_ms": _milliseconds(limits.timeout),
        "max_timeout_ms": _milliseconds(limits.max_timeout),
        "grace_ms": _milliseconds(limits.grace),
        "load_timeout_ms": _milliseconds(limits.load_timeout),
        "memory_bytes": limits.memory,
        "code_chars": limits.code_chars,
        "stream_chars": limits.stream_chars,
        "displays": limits.displays,
        "display_bytes": limits.display_bytes,
        "flood_messages": limits.flood_messages,
        "flood_bytes": limits.flood_bytes,
        "file_bytes": limits.file_bytes,
        "files": limits.files,
        "disk_bytes": limits.disk_bytes,
        "disk_files": limits.disk_files,
    }


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
