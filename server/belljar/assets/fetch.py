"""Fetch: bring every file of the manifest into the store, from whichever source has it. The hash decides.

cache ──► mirrors ──► Pyodide's CDN ──► registries (npm, PyPI)
  each source is asked only for what the ones before it did not have
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from belljar.assets.commandline import UnreachableError
from belljar.assets.folder import require_room, working_in
from belljar.assets.manifest import FileEntry, Manifest, Origin
from belljar.assets.mirrors import (
    FolderMirror,
    NotThereError,
    Source,
    SourceDownError,
    mirror,
    official_cdn,
    wheels_cdn,
)
from belljar.assets.progress import Progress, human
from belljar.assets.registries import from_carrier, from_npm, from_pypi
from belljar.assets.store import Store
from belljar.errors import AssetError

PARALLEL = 8


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch did: how many files and bytes are there, and how many of them it had to get."""

    files: int
    size: int
    new_files: int
    new_size: int


def fetch_assets(
    manifest: Manifest, assets_dir: Path, mirrors: Sequence[str] = (), progress: Progress | None = None
) -> Fetched:
    """Make the store complete. A full one takes no network and next to no time.

    Args:
        mirrors: web addresses or folders, asked before anything else.

    Raises:
        AssetError: some files could not be had from anywhere; what was fetched is kept.
    """
    progress = progress or Progress()
    wanted = manifest.files
    if complete(assets_dir, wanted):  # also where nobody may write
        return Fetched(len(wanted), sum(entry.size for entry in wanted), 0, 0)
    with working_in(assets_dir, progress.note):
        store = Store(assets_dir)
        store.sweep()
        missing = _missing(store, wanted, progress)
        if missing:
            require_room(assets_dir, sum(entry.size for entry in missing), "the files that are missing")
            progress.start(f"Fetching {len(missing)} files", sum(entry.size for entry in missing))
            try:
                remaining = _fetch(manifest, missing, store, [mirror(place) for place in mirrors], progress)
            finally:
                progress.finish()
                store.save()
            if remaining:
                raise AssetError(_lost(manifest, remaining, missing))
        store.save()
    return Fetched(
        len(wanted), sum(entry.size for entry in wanted), len(missing), sum(entry.size for entry in missing)
    )


def complete(assets_dir: Path, wanted: Sequence[FileEntry]) -> bool:
    """Whether all these files are here and whole."""
    store = Store(assets_dir)
    whole = all(store.state(entry) == "ok" for entry in wanted)
    store.save()
    return whole


def _missing(store: Store, wanted: Sequence[FileEntry], progress: Progress) -> list[FileEntry]:
    missing = []
    for entry in wanted:
        state = store.state(entry)
        if state == "damaged":
            progress.note(
                f"{entry.name} in the cache is damaged (other bytes than were fetched); it is fetched again."
            )
            store.discard(entry)
        if state != "ok":
            missing.append(entry)
    return missing


def _fetch(
    manifest: Manifest, missing: list[FileEntry], store: Store, mirrors: Sequence[Source], progress: Progress
) -> list[FileEntry]:
    """Ask source after source; gives what none had."""
    origins = _origins(manifest)
    for source in (*mirrors, official_cdn(manifest), wheels_cdn(manifest)):
        if missing := _still(store, missing):
            progress.place(source.label)
            _ask(
                source,
                [entry for entry in missing if origins[entry.sha256] in source.origins],
                store,
                progress,
            )
    folders = [
        folder for source in mirrors if isinstance(source, FolderMirror) for folder in _folders(source.folder)
    ]
    for step in _registries(manifest, folders):
        if missing := _still(store, missing):
            step(missing, store, progress)
    return _still(store, missing)


def _ask(source: Source, entries: Sequence[FileEntry], store: Store, progress: Progress) -> None:
    """Get what a source has, several files at a time. A source that is down is tried once, and said once."""
    down = threading.Event()
    reasons: Counter[str] = Counter()
    lock = threading.Lock()

    def get(entry: FileEntry) -> None:
        if down.is_set():
            return
        try:
            source.get(entry, store, progress)
        except NotThereError as error:
            with lock:
                reasons[str(error)] += 1
        except SourceDownError as error:
            with lock:
                if not down.is_set():
                    down.set()
                    progress.note(f"Nothing (more) from {source.label}: {error}.")

    if not entries:
        return
    get(entries[0])
    with ThreadPoolExecutor(PARALLEL) as pool:
        try:
            list(pool.map(get, entries[1:]))
        except BaseException:
            # Ctrl-C: the pool waits for its threads, so let them find nothing more to do.
            down.set()
            raise
    if reasons:
        why = "; ".join(reason for reason, _ in reasons.most_common(2))
        progress.note(f"{source.label} lacks {reasons.total()} of {len(entries)} files: {why}.")


Step = Callable[[Sequence[FileEntry], Store, Progress], None]


def _registries(manifest: Manifest, find_links: Sequence[Path]) -> tuple[Step, ...]:
    """The registries as steps, in order; each asks only for what it may have and says why it failed."""
    core = {entry.sha256 for entry in manifest.core}
    origins = _origins(manifest)
    ask = _Tools().ask

    def npm(missing: Sequence[FileEntry], store: Store, progress: Progress) -> None:
        if wanted := [entry for entry in missing if entry.sha256 in core]:
            ask("npm", f"npm ({manifest.npm})", lambda: from_npm(manifest, wanted, store, progress), progress)

    def npm_if_enough(missing: Sequence[FileEntry], store: Store, progress: Progress) -> None:
        # The carrier is 106 MB; when it is only the core that lacks, npm's 6 MB do.
        if not any(entry.name in manifest.carrier.members and entry.sha256 not in core for entry in missing):
            npm(missing, store, progress)

    def carrier(missing: Sequence[FileEntry], store: Store, progress: Progress) -> None:
        # By content, too: another build of a package may have the same name.
        carried = [entry for entry in missing if entry.name in manifest.carrier.members]
        if wanted := [e for e in carried if e.sha256 in core or origins[e.sha256] == "pyodide"]:
            label = f"PyPI ({manifest.carrier.requirement}, {human(manifest.carrier.size)})"
            ask("pip", label, lambda: from_carrier(manifest, wanted, store, progress, find_links), progress)

    def pypi(missing: Sequence[FileEntry], store: Store, progress: Progress) -> None:
        lacking = {entry.sha256 for entry in missing}
        packages = [p for p in manifest.packages.values() if p.origin == "pypi" and p.file.sha256 in lacking]

        def get() -> None:
            if reasons := from_pypi(manifest, packages, store, progress, find_links):
                raise SourceDownError("; ".join(reasons))

        if packages:
            ask("pip", "PyPI", get, progress)

    return npm_if_enough, carrier, npm, pypi


class _Tools:
    """pip and npm. One whose registry gave no answer is not asked for something else."""

    def __init__(self) -> None:
        self._unreachable: set[str] = set()

    def ask(self, tool: str, label: str, step: Callable[[], None], progress: Progress) -> None:
        """Has the tool get something; says why where it can't."""
        if tool in self._unreachable:
            return
        progress.place(label)
        try:
            step()
        except SourceDownError as error:
            if isinstance(error, UnreachableError):
                self._unreachable.add(tool)
            progress.note(f"Nothing (more) from {label}: {error}.")


def _origins(manifest: Manifest) -> dict[str, Origin]:
    origins: dict[str, Origin] = {entry.sha256: "runtime" for entry in manifest.core}
    return origins | {package.file.sha256: package.origin for package in manifest.packages.values()}


def _still(store: Store, entries: Sequence[FileEntry]) -> list[FileEntry]:
    return [entry for entry in entries if store.state(entry) != "ok"]


def _folders(folder: Path) -> list[Path]:
    return [place for place in (folder, folder / "tools") if place.is_dir()]


def _lost(manifest: Manifest, remaining: Sequence[FileEntry], asked: Sequence[FileEntry]) -> str:
    names = ", ".join(entry.name for entry in remaining[:3]) + (", ..." if len(remaining) > 3 else "")
    local = [p.name for p in manifest.packages.values() if p.origin == "local" and p.file in remaining]
    if local:
        return (
            f"{', '.join(local)} came from a file of this machine that is no longer in the cache: add it "
            f"again with `belljar assets add WHEEL|FOLDER`, or `belljar assets remove {' '.join(local)}`."
        )
    kept = len(asked) - len(remaining)
    newer = {p.file for p in manifest.packages.values() if p.origin == "runtime"}
    back = " Or take the builds that registries have: `belljar assets fetch --builds proven`."
    return (
        f"{len(remaining)} files could not be had from any source ({names}). "
        + (f"The {kept} that arrived are kept. " if kept else "")
        + "Check the network, or name a place that has them: `belljar assets fetch --mirror URL|FOLDER`."
        + (back if newer.intersection(remaining) else "")
    )
