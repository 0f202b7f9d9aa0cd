"""Build: compile the standard library and every wheel to byte-code, so that sandboxes compile nothing.

    plain archive ──► Pyodide on Node: pyodide-build's py-compile, sources put back ──► compiled archive in
    the store

The result is cached by content: what was compiled once with the same tools is never compiled again.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from belljar.assets.archives import opened
from belljar.assets.bytecode import (
    DRIVER,
    PROGRAM,
    archives,
    compiled_files,
    program_path,
    read_index,
    write_index,
)
from belljar.assets.children import child
from belljar.assets.commandline import last_words
from belljar.assets.folder import working_in
from belljar.assets.manifest import FileEntry, Manifest
from belljar.assets.mirrors import FolderMirror, SourceDownError, mirror
from belljar.assets.paths import REQUIREMENTS_NAME, packaged
from belljar.assets.progress import Progress
from belljar.assets.store import Store, hash_file, read_chunks, require
from belljar.assets.toolchain import find_node, pure_tools, read_requirements, switches_stacks
from belljar.errors import AssetError

WORKERS = 4
SECONDS = 1800
"""Longest that one worker may take; a machine far slower than any we know needs a third of it."""


class NoCompilerError(AssetError):
    """This machine can't make byte-code; the plain files still work."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: archives compiled now, all of them, seconds, and the reasons for those left plain."""

    compiled: int
    archives: int
    seconds: float
    left_plain: tuple[str, ...]


def build_assets(
    manifest: Manifest,
    assets_dir: Path,
    mirrors: Sequence[str] = (),
    progress: Progress | None = None,
    *,
    only: Collection[str] | None = None,
) -> Built:
    """Compile what is not compiled yet.

    Args:
        mirrors: folders among them may have the wheels of the tools.
        only: Names of packages, which are compiled together with the standard library; all by default.

    Raises:
        NoCompilerError: there is no Node, or the tools can't be had.
        AssetError: the assets are not fetched, or the compiler failed.
    """
    progress, started = progress or Progress(), time.monotonic()
    failures: list[str] = []
    require(Store(assets_dir), manifest)
    if todo := _todo(manifest, Store(assets_dir), only):
        with working_in(assets_dir, progress.note):
            store = Store(assets_dir)
            if todo := _todo(manifest, store, only):  # somebody else may have done it meanwhile
                failures = _build(manifest, store, todo, mirrors, progress)
            store.save()
    return Built(len(todo), len(archives(manifest)), time.monotonic() - started, tuple(failures))


def _todo(manifest: Manifest, store: Store, only: Collection[str] | None) -> list[FileEntry]:
    done = compiled_files(store, manifest)
    left_out = {
        package.file.sha256
        for name, package in manifest.packages.items()
        if only is not None and name not in only
    }
    return [entry for entry in archives(manifest) if entry.sha256 not in done.keys() | left_out]


def _build(
    manifest: Manifest, store: Store, todo: list[FileEntry], mirrors: Sequence[str], progress: Progress
) -> list[str]:
    node, wheels = _compiler(manifest, store, mirrors, progress)
    index = read_index(store.root, manifest)
    lock = threading.Lock()
    failures: list[str] = []
    progress.start(f"Compiling {len(todo)} archives", sum(entry.size for entry in todo))

    def finished(entry: FileEntry, compiled: Path | None, reason: str) -> None:
        with lock:
            if compiled is None:
                # Recorded as its own result: it would fail again the next time.
                index[entry.sha256] = entry
                failures.append(f"{entry.name} stays plain: {reason}")
            else:
                result = FileEntry(compiled.name, compiled.stat().st_size, hash_file(compiled))
                store.write(result, read_chunks(compiled))
                index[entry.sha256] = result
            progress.add(entry.size)

    with store.scratch() as scratch:
        pyodide = scratch / "pyodide"
        pyodide.mkdir()
        for entry in manifest.core:
            shutil.copyfile(store.path(entry), pyodide / entry.name)
        info = {
            "abi_version": manifest.abi,
            "arch": "wasm32",
            "platform": manifest.platform,
            "python": manifest.python,
        }
        (pyodide / "pyodide-lock.json").write_text(
            json.dumps({"info": info, "packages": {}}), encoding="utf-8"
        )
        fit = []
        for entry in todo:
            if reason := _unreadable(store, entry):
                finished(entry, None, reason)
            else:
                fit.append(entry)
        shares = _shares(fit, min(WORKERS, os.cpu_count() or 1))
        compilers = [
            _Compiler(node, scratch / f"worker-{number}", pyodide, wheels, store, finished)
            for number in range(len(shares))
        ]
        try:
            with ThreadPoolExecutor(max(1, len(shares))) as pool:
                list(pool.map(lambda pair: pair[0].run(pair[1]), zip(compilers, shares, strict=True)))
        finally:
            progress.finish()
            write_index(store.root, manifest, index)
    return failures


def _unreadable(store: Store, entry: FileEntry) -> str:
    """Why a wheel is not given to the compiler: it was added before wheels were looked through."""
    try:
        with opened(store.path(entry)) if entry.name.endswith(".whl") else contextlib.nullcontext():
            return ""
    except AssetError as error:
        return str(error)


def _compiler(
    manifest: Manifest, store: Store, mirrors: Sequence[str], progress: Progress
) -> tuple[Path, list[Path]]:
    tools = read_requirements(packaged(REQUIREMENTS_NAME))
    places = [source.folder for source in map(mirror, mirrors) if isinstance(source, FolderMirror)]
    find_links = [folder for place in places for folder in (place, place / "tools") if folder.is_dir()]
    python = ".".join(manifest.python.split(".")[:2])
    try:
        wheels = pure_tools(tools, store, python, find_links)
        return find_node(tools, store, python, find_links), wheels
    except SourceDownError as error:
        raise NoCompilerError(f"Byte-code can't be made on this machine: {error}.") from error


def find_capturing_node(manifest: Manifest, assets_dir: Path) -> Path:
    """A Node in which snapshots can be made.

    Raises:
        NoCompilerError: there is none, and none can be had.
    """
    tools = read_requirements(packaged(REQUIREMENTS_NAME))
    python = ".".join(manifest.python.split(".")[:2])
    try:
        return find_node(tools, Store(assets_dir), python, fits=switches_stacks)
    except SourceDownError as error:
        raise NoCompilerError(f"There is no Node of version 24 or newer either: {error}.") from error


Finished = Callable[[FileEntry, Path | None, str], None]
"""Called with the plain archive and the compiled one, or with None and the reason."""


class _Compiler:
    """One Node with one Pyodide, compiling its share of the archives one after another."""

    def __init__(
        self,
        node: Path,
        folder: Path,
        pyodide: Path,
        tools: Sequence[Path],
        store: Store,
        finished: Finished,
    ) -> None:
        self._node, self._folder, self._pyodide, self._tools = node, folder, pyodide, tools
        self._store, self._finished = store, finished

    def run(self, share: Sequence[FileEntry]) -> None:
        """Compile the share; each archive is handed over as soon as it is done."""
        self._folder.mkdir()
        job = self._folder / "job.json"
        job.write_text(json.dumps(self._job(share)), encoding="utf-8")
        errors = self._folder / "errors.txt"
        by_id = {entry.sha256: entry for entry in share}
        # An empty environment but for the PATH: nothing of the user's (NODE_OPTIONS, ...) may change the
        # result.
        environment = {
            key: os.environ[key] for key in ("PATH", "SYSTEMROOT", "TEMP", "TMP") if key in os.environ
        }
        with (
            errors.open("w") as complaints,
            subprocess.Popen(  # noqa: S603 - no shell, and nothing of the user's in it
                [self._node, program_path(DRIVER), job],
                stdout=subprocess.PIPE,
                stderr=complaints,
                stdin=subprocess.DEVNULL,
                text=True,
                env=environment,
            ) as process,
            child(process),
        ):
            watchdog = threading.Timer(SECONDS, process.kill)
            watchdog.start()
            try:
                for line in process.stdout or ():
                    self._receive(json.loads(line), by_id)
            except BaseException:
                process.kill()
                raise
            finally:
                watchdog.cancel()
        if process.returncode or by_id:
            said = last_words(errors.read_text(errors="replace"))
            raise AssetError(f"The byte-compiler stopped (exit code {process.returncode}): {said}")

    def _job(self, share: Sequence[FileEntry]) -> dict[str, object]:
        return {
            "pyodide": f"{self._pyodide}{os.sep}",
            "tools": [str(wheel) for wheel in self._tools],
            "program": str(program_path(PROGRAM)),
            "archives": [
                {
                    "id": entry.sha256,
                    "path": str(self._store.path(entry)),
                    "target": str(self._folder / entry.sha256),
                }
                for entry in share
            ],
        }

    def _receive(self, message: dict[str, str], waiting: dict[str, FileEntry]) -> None:
        entry = waiting.pop(message["id"])
        compiled = self._folder / entry.sha256 / message["name"] if "name" in message else None
        self._finished(entry, compiled, message.get("error", ""))


def _shares(entries: Sequence[FileEntry], workers: int) -> list[list[FileEntry]]:
    """Split so that each worker has about as many bytes: the biggest first, each to who has least."""
    shares: list[list[FileEntry]] = [[] for _ in range(min(workers, len(entries)))]
    for entry in sorted(entries, key=lambda entry: (-entry.size, entry.name)):
        min(shares, key=lambda share: sum(other.size for other in share)).append(entry)
    return shares
