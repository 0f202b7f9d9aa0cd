"""Fetches matplotlib's gallery, as its source distribution has it, for the version that the sandbox has.

    make gallery                     which runs it then: main.ts

The scripts are put below build/gallery, with their folders. None of them is a part of belljar.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

from belljar.assets import load_manifest
from belljar.settings import load_settings

BUILD = Path(__file__).parent.parent.parent / "build" / "gallery"

#: pip builds a source distribution that it downloads, for want of its metadata; this only fetches it.
FIND = """
import sys
from pip._internal.models.index import PyPI
from unearth import PackageFinder
name, target, *index = sys.argv[1:]
finder = PackageFinder(no_binary=[":all:"], index_urls=index or [PyPI.simple_url])
[link] = {found.link for found in finder.find_matches(name)}
answer = finder.session.get(link.normalized)
answer.raise_for_status()
open(target, "wb").write(answer.content)
"""


def main() -> None:
    """Leaves the scripts in build/gallery/scripts."""
    version = load_manifest(load_settings({}).assets_dir).packages["matplotlib"].version
    target = BUILD / f"matplotlib-{version}.tar.gz"
    scripts = BUILD / "scripts"
    if not target.exists():
        BUILD.mkdir(parents=True, exist_ok=True)
        python = BUILD / "venv" / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", BUILD / "venv"], check=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "unearth"], check=True
        )
        # Where pip itself would look.
        asked = subprocess.run(
            [python, "-m", "pip", "config", "get", "global.index-url"],
            check=False,
            capture_output=True,
            text=True,
        )
        index = asked.stdout.split()
        part = target.with_suffix(".part")
        subprocess.run([python, "-c", FIND, f"matplotlib=={version}", part, *index], check=True)
        part.rename(target)
    with tarfile.open(target) as archive:
        inside = f"matplotlib-{version}/galleries/"
        wanted = [
            member
            for member in archive.getmembers()
            if member.name.startswith((f"{inside}examples/", f"{inside}plot_types/", f"{inside}tutorials/"))
            and member.name.endswith(".py")
        ]
        for member in wanted:
            member.name = member.name.removeprefix(inside)
        archive.extractall(scripts, wanted, filter="data")
    print(f"{len(wanted)} scripts of matplotlib {version}")


if __name__ == "__main__":
    main()
