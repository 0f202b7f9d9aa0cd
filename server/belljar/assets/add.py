"""Add: put further packages on this machine's allowlist, with all they need, everything pinned by hash.

name   ──► Pyodide's lock (its build, else the same release from PyPI) ──► PyPI's newest wheel, pure or built
           for the sandbox's ABI
wheel  ──► as it is                    folder ──► built with pip
  each dependency: on the allowlist and of a fitting version, or added the same way, or the whole is refused
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from belljar.assets.commandline import pip_download, pip_wheel
from belljar.assets.folder import working_in
from belljar.assets.manifest import (
    LOCAL_NAME,
    Manifest,
    Origin,
    PackageEntry,
    normalise,
    read_local,
    write_local,
)
from belljar.assets.mirrors import FolderMirror, SourceDownError, mirror
from belljar.assets.official import Official
from belljar.assets.progress import Progress
from belljar.assets.store import Store, read_chunks, write_atomically
from belljar.assets.wheels import Wheel, package_of, read_wheel, refusal, satisfied
from belljar.errors import AssetError


def add_packages(
    targets: Sequence[str],
    manifest: Manifest,
    assets_dir: Path,
    mirrors: Sequence[str] = (),
    progress: Progress | None = None,
) -> list[PackageEntry]:
    """Allow packages on this machine; all of them or, when one can't work, none.

    Args:
        targets: names ("networkx", "pint>=0.25"), wheels or folders of projects.
        manifest: belljar's own, without what was added before.

    Returns:
        The packages that are new, dependencies included.

    Raises:
        AssetError: one can't be had or can't work in the sandbox; the sentence says why.
    """
    progress = progress or Progress()
    with working_in(assets_dir, progress.note):
        store = Store(assets_dir)
        local = read_local(assets_dir, manifest)
        resolver = _Resolver(manifest, local, store, mirrors, progress)
        for target in targets:
            resolver.add(target)
        resolver.check()
        write_atomically(assets_dir / LOCAL_NAME, write_local(manifest, {**local, **resolver.added}))
        store.save()
    return [resolver.added[name] for name in sorted(resolver.added)]


def remove_packages(names: Sequence[str], manifest: Manifest, assets_dir: Path) -> None:
    """Take packages off this machine's allowlist.

    Raises:
        AssetError: one was not added here, or another added one needs it.
    """
    with working_in(assets_dir):
        local = read_local(assets_dir, manifest)
        gone = {normalise(name) for name in names}
        for name in sorted(gone):
            if name not in local:
                own = " It is part of belljar's own." if name in manifest.packages else ""
                raise AssetError(f"{name} was not added to this machine's allowlist.{own}")
            needed_by = [
                other for other, entry in local.items() if name in entry.depends and other not in gone
            ]
            if needed_by:
                raise AssetError(f"{name} is needed by {', '.join(needed_by)}: remove that, too.")
        left = {name: entry for name, entry in local.items() if name not in gone}
        write_atomically(assets_dir / LOCAL_NAME, write_local(manifest, left))
        store, kept = Store(assets_dir), {entry.sha256 for entry in manifest.with_packages(left).files}
        for name in gone:
            if local[name].file.sha256 not in kept:
                store.discard(local[name].file)
        store.save()


class _NoReleaseError(AssetError):
    """PyPI has nothing of that name that runs in the sandbox."""


class _Resolver:
    """Finds a package and what it needs, so that all versions go together."""

    def __init__(
        self,
        manifest: Manifest,
        local: Mapping[str, PackageEntry],
        store: Store,
        mirrors: Sequence[str],
        progress: Progress,
    ) -> None:
        sources = [mirror(place) for place in mirrors]
        self._manifest, self._store, self._progress = manifest, store, progress
        self._local = local
        self._find_links = [source.folder for source in sources if isinstance(source, FolderMirror)]
        self._official = Official(manifest, store, sources, progress)
        self._requires: dict[str, tuple[Requirement, ...]] = {}
        self.added: dict[str, PackageEntry] = {}

    def add(self, target: str) -> None:
        """Add what the user named."""
        path = Path(target).expanduser()
        if path.suffix == ".whl" or path.is_dir():
            if not path.exists():
                raise AssetError(f"There is no file {path}.")
            with self._store.scratch() as scratch:
                try:
                    wheel = path if path.is_file() else pip_wheel(path, scratch)
                except SourceDownError as error:
                    raise AssetError(f"{path} can't be built: {error}.") from error
                self._take(wheel, "local", frozenset())
            return
        try:
            requirement = Requirement(target)
        except InvalidRequirement as error:
            raise AssetError(
                f"{target!r} is neither a package's name nor a wheel nor a folder with a project."
            ) from error
        name = normalise(requirement.name)
        if name in self._manifest.packages:
            raise AssetError(
                f"{name} {self._manifest.packages[name].version} is on belljar's own allowlist already."
            )
        self._by_name(requirement)

    def check(self) -> None:
        """All together: what was added earlier may need another version than what is added now."""
        present = self._present()
        for name, requires in self._requires.items():
            for requirement in requires:
                if not satisfied(requirement, present):
                    raise AssetError(_conflict(f"{name} {present[name]}", requirement, present))

    def _by_name(self, requirement: Requirement) -> None:
        name = normalise(requirement.name)
        official = self._official.find(name)
        if official is not None and not requirement.specifier.contains(official.version, prereleases=True):
            if not official.is_pure:
                self._built_elsewhere(
                    requirement,
                    f"{requirement} can't be had: Pyodide {self._manifest.pyodide} has {name} "
                    f"{official.version}, and PyPI has no build of another for the sandbox.",
                )
                return
            official = None
        if official is not None:
            entry = self._official.get(official)
            if entry is not None:
                self.added[name] = entry
                for needed in entry.depends:
                    self._need(Requirement(needed))
                return
            if not official.is_pure:
                self._built_elsewhere(
                    requirement,
                    f"{name} has native code, Pyodide's build of it ({official.file_name}) can't be had "
                    f"from here, and PyPI has none: name a place that has it with --mirror.",
                )
                return
            requirement = Requirement(f"{name}=={official.version}")
        self._from_pypi(requirement)

    def _built_elsewhere(self, requirement: Requirement, otherwise: str) -> None:
        """Native code that its authors build for the sandbox's ABI themselves (PEP 783), whatever release."""
        try:
            self._from_pypi(requirement)
        except _NoReleaseError as error:
            raise AssetError(otherwise) from error

    def _from_pypi(self, requirement: Requirement) -> None:
        python = ".".join(self._manifest.python.split(".")[:2])
        wanted = f"{requirement.name}{requirement.specifier}"
        platforms = ["any", self._manifest.wheel_platform]
        with self._store.scratch() as scratch:
            try:
                [wheel] = pip_download(
                    [wanted], scratch, python, platforms=platforms, find_links=self._find_links
                )
            except SourceDownError as error:
                # pip calls it a conflict where it has looked at releases and may use none of them.
                if any(words in str(error) for words in ("No matching distribution", "ResolutionImpossible")):
                    raise _NoReleaseError(
                        f"PyPI has no {wanted} for the sandbox: there is no such release, or only with "
                        f"native code for other platforms. It must be pure Python for {python} or built for "
                        f"{self._manifest.wheel_platform} (`pyodide build` makes such wheels: add the file)."
                    ) from error
                raise AssetError(f"{wanted} can't be had: {error}.") from error
            self._take(wheel, "pypi", frozenset(requirement.extras))

    def _take(self, path: Path, origin: Origin, extras: frozenset[str]) -> None:
        """Accept a wheel, or refuse it with the reason, then see to what it needs."""
        wheel = read_wheel(path, self._manifest, extras)
        if wheel.name in self._manifest.packages:
            own = self._manifest.packages[wheel.name]
            raise AssetError(
                f"{wheel.name} {own.version} is belljar's own and can't be replaced by {path.name}."
            )
        if reason := refusal(wheel, self._manifest):
            raise AssetError(reason)
        self._store.write(wheel.file, read_chunks(path))
        self.added[wheel.name] = package_of(wheel, origin)
        self._requires[wheel.name] = wheel.requires
        for requirement in wheel.requires:
            self._need(requirement, wheel)

    def _need(self, requirement: Requirement, wheel: Wheel | None = None) -> None:
        present = self._present()
        if normalise(requirement.name) not in present:
            try:
                self._by_name(requirement)
            except AssetError as error:
                if wheel is None:
                    raise
                raise AssetError(f"{wheel.name} needs {requirement.name}. {error}") from error
        elif not satisfied(requirement, present):
            raise AssetError(
                _conflict(f"{wheel.name} {wheel.version}" if wheel else "It", requirement, present)
            )

    def _present(self) -> dict[str, str]:
        packages = {**self._local, **self.added, **self._manifest.packages}
        return {name: package.version for name, package in packages.items()}


def _conflict(who: str, requirement: Requirement, present: Mapping[str, str]) -> str:
    name = normalise(requirement.name)
    needs = f"{requirement.name}{requirement.specifier}"
    return f"{who} needs {needs}, but the sandbox has {name} {present[name]}: it can't be added."
