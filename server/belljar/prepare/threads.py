"""Threads: have Node make the snapshot of a profile, on a machine without a browser.

    this process ──job.json──► Node: the frame's code, threads like a browser's workers ──► parts

What runs there is the runtime and the packages that belljar itself
pins, whose hashes were checked, and no cell of anybody: Node is no boundary, so a package that was added here
is left to a browser. Node's own permissions leave it nothing to start, and one folder to write to.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from belljar.assets.build import NoCompilerError, find_capturing_node
from belljar.assets.children import child
from belljar.assets.commandline import last_words
from belljar.assets.manifest import Manifest, read_manifest
from belljar.assets.paths import MANIFEST_NAME, load_manifest, packaged
from belljar.assets.sets import AssetFile, AssetSet
from belljar.assets.snapshots import PARTS, Snapshot
from belljar.assets.toolchain import SWITCHING
from belljar.prepare.proof import NoSnapshotError, check_proof
from belljar.settings import Settings
from belljar.web.frontend import Frontend
from belljar.web.policy import build_policy, chosen_profile

SECONDS = 600.0
"""Longest that one of both programs may take. An idle machine needs 15 s for the largest profile."""


class Threads:
    """Two programs of Node, one after the other: one makes a snapshot, the other one starts from it."""

    def __init__(
        self, settings: Settings, frontend: Frontend, assets: AssetSet, folder: Path, node: Path
    ) -> None:
        self._frontend, self._assets, self._folder, self._node = frontend, assets, folder, node
        policy = build_policy(settings, assets, [], frontend.snapshot_stamp())
        self._load = assets.closure(chosen_profile(settings, assets)[1])
        self._settings = {
            "limits": policy["limits"],
            "packages": policy["packages"],
            "load": list(self._load),
            "interrupt": False,
            "pool": 0,
        }

    @classmethod
    def instead(
        cls, settings: Settings, frontend: Frontend, assets: AssetSet, folder: Path, lacking: str
    ) -> Threads:
        """Those that do without what is `lacking`.

        Raises:
            NoSnapshotError: They can't.
        """
        ours = read_manifest(packaged(MANIFEST_NAME))
        load = assets.closure(chosen_profile(settings, assets)[1])
        here = load_manifest(settings.assets_dir)
        if added := [name for name in load if not _pinned(name, here, ours)]:
            raise NoSnapshotError(
                f"{lacking} Node makes none of what was added to this machine ({', '.join(added)})."
            )
        try:
            node = find_capturing_node(here, settings.assets_dir)
        except NoCompilerError as error:
            raise NoSnapshotError(f"{lacking} {error}") from error
        return cls(settings, frontend, assets, folder, node)

    def capture(self) -> dict[str, Path]:
        """The parts, as the program has written them."""
        core = {file.name: file for file in (*self._assets.core, AssetFile.of(self._frontend.harness()))}
        archives = [
            (file.name, str(file.path))
            for name in self._load
            for file in self._assets.packages[name].files[:1]
        ]
        out = self._run("capture", {name: file.path for name, file in core.items()}, archives)
        return {part: out / part for part in PARTS}

    def prove(self, snapshot: Snapshot, assets: AssetSet) -> None:
        """Starts from the snapshot with the visitors' code, and looks at what it says of itself.

        Raises:
            NoSnapshotError: It does not start from it, or is not the Python that it was made from.
        """
        files = {file.name: file.path for file in (*self._assets.core, *snapshot.files)}
        check_proof((self._run("proof", files, []) / "proof").read_bytes(), snapshot, assets)

    def _run(self, task: str, files: Mapping[str, Path], archives: list[tuple[str, str]]) -> Path:
        out = self._folder / task
        out.mkdir(mode=0o700)
        program = self._frontend.file(f"{task}-node.mjs").resolve()
        job = out / "job.json"
        paths = {name: str(path.resolve()) for name, path in files.items()}
        resolved = [(name, str(Path(path).resolve())) for name, path in archives]
        job.write_text(
            json.dumps({"settings": self._settings, "files": paths, "archives": resolved, "out": str(out)}),
            encoding="utf-8",
        )
        reads = {program, job, *paths.values(), *(path for _, path in resolved)}
        allowed = [f"--allow-fs-read={path}" for path in sorted(map(str, reads))]
        command = [
            *(str(self._node), SWITCHING, "--permission", "--allow-worker"),
            *(*allowed, f"--allow-fs-write={out}"),
            *(str(program), str(job)),
        ]
        # Nothing of the user's: NODE_OPTIONS and others would change what runs.
        environment = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        with (
            subprocess.Popen(  # noqa: S603 - no shell, and nothing of the user's in it
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                env=environment,
            ) as process,
            child(process),
        ):
            try:
                _, complaints = process.communicate(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise NoSnapshotError(f"The snapshot was not ready within {SECONDS:.0f} s.") from None
        if process.returncode:
            raise NoSnapshotError(f"No snapshot was made: {last_words(complaints)}")
        return out


def _pinned(name: str, here: Manifest, ours: Manifest) -> bool:
    """Whether its archive is one that belljar itself names: what was added may be called the same."""
    known = ours.packages.get(name)
    if known is None:
        return False
    return here.packages[name].file.sha256 in {one.sha256 for one in (known.file, known.newer) if one}
