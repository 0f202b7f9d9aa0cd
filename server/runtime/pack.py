"""Pack: the wheel `belljar-runtime`, of built assets and snapshots, into the folder of the command line."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import belljar
from belljar.assets import load_asset_set
from belljar.assets.carried import PACKAGE, pack
from belljar.assets.manifest import read_manifest
from belljar.assets.paths import MANIFEST_NAME, default_assets_dir, packaged
from belljar.assets.progress import human
from belljar.assets.snapshots import snapshot_key
from belljar.errors import BelljarError
from belljar.web.frontend import Frontend, find_dist

_PROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "belljar-runtime"
version = "{version}"
description = "The files that belljar serves, fetched and compiled, and its snapshots."
requires-python = ">=3.11"
dependencies = ["belljar=={version}"]

[tool.hatch.build]
ignore-vcs = true

[tool.hatch.build.targets.wheel]
packages = ["{package}"]
"""


def main() -> None:
    """Writes the wheel into the folder of the command line."""
    out = Path(sys.argv[1]).resolve()
    folder = default_assets_dir()
    manifest = read_manifest(packaged(MANIFEST_NAME))
    assets = load_asset_set(folder, manifest)
    stamp = Frontend(find_dist()).snapshot_stamp()
    profiles = [(), *assets.profiles.values()]
    keys = {snapshot_key(assets, assets.closure(names), stamp) for names in profiles}
    # Beside the wheel: half a gigabyte is too much for some machines' folder of temporary files.
    with tempfile.TemporaryDirectory(prefix="work-", dir=out) as name:
        project = Path(name)
        (project / "pyproject.toml").write_text(
            _PROJECT.format(version=belljar.__version__, package=PACKAGE), encoding="utf-8"
        )
        package = project / PACKAGE
        package.mkdir()
        (package / "__init__.py").write_text('"""Files of belljar\'s runtime; `belljar` finds them."""\n')
        print(f"Packing {human(pack(manifest, folder, package / 'assets', keys))} into a wheel")
        command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - no shell
        shutil.rmtree(package)


if __name__ == "__main__":
    try:
        main()
    except BelljarError as problem:
        raise SystemExit(f"There is nothing to pack. {problem}") from None
