"""An ordinary Python with the versions of the sandbox's packages, out of the registry, for native answers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from belljar.assets import load_manifest

#: What the cells import, and what draws a table as text beside them.
PACKAGES = (
    "beautifulsoup4",
    "html5lib",
    "jinja2",
    "lxml",
    "matplotlib",
    "mpmath",
    "networkx",
    "numpy",
    "openpyxl",
    "pandas",
    "pillow",
    "pint",
    "pydantic",
    "python-dateutil",
    "pyyaml",
    "scikit-learn",
    "scipy",
    "seaborn",
    "simpy",
    "sqlalchemy",
    "squarify",
    "sympy",
    "tabulate",
    "tzdata",
    "uncertainties",
    "xarray",
)
#: The newest first: the sandbox's own, if it is there.
PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11")


def make(folder: Path, assets: Path) -> tuple[Path, dict[str, tuple[str, str]]]:
    """Makes it, or takes what is there.

    Returns:
        Its Python, and packages whose version is another one: the sandbox's, and the nearest of this Python.
    """
    manifest = load_manifest(assets)
    wanted = {name: manifest.packages[name].version for name in PACKAGES}
    python, stamp = folder / "bin" / "python", folder / "wanted.json"
    if not stamp.exists() or json.loads(stamp.read_text()) != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        (folder.parent / "native.json").unlink(missing_ok=True)
        subprocess.run([newest(), "-m", "venv", folder], check=True)
        pip = [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--only-binary",
            ":all:",
        ]
        pins = [f"{name}=={version}" for name, version in wanted.items()]
        if subprocess.run([*pip, "ipython", *pins], check=False).returncode != 0:
            # One after the other: those that there are not for this Python come as near as they can.
            subprocess.run([*pip, "ipython"], check=True)
            for name, version in wanted.items():
                if (
                    subprocess.run(
                        [*pip, f"{name}=={version}"], check=False, stderr=subprocess.DEVNULL
                    ).returncode
                    != 0
                ):
                    subprocess.run([*pip, f"{name}<={version}"], check=True)
        stamp.write_text(json.dumps(wanted))
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format=json"], check=True, capture_output=True, text=True
    )
    there = {one["name"].lower().replace("_", "-"): one["version"] for one in json.loads(listed.stdout)}
    return python, {
        name: (version, there[name]) for name, version in wanted.items() if there[name] != version
    }


def newest() -> str:
    """The newest Python of this machine."""
    for name in (os.environ.get("CORPUS_PYTHON"), *PYTHONS):
        if (
            name
            and shutil.which(name)
            and subprocess.run(
                [name, "-c", "import venv, ensurepip"], check=False, capture_output=True
            ).returncode
            == 0
        ):
            return name
    return sys.executable
