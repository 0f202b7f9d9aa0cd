"""Builds pages of the same content with other people's tools and with belljar's, for `make bench-beside`.

Each has a page whose cell is plain Python, and one whose cell takes pandas. What they fetch from elsewhere
lies beside them, the same files as belljar's own: Pyodide as its package has it, its wheels as they are.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from belljar.assets import load_manifest
from belljar.assets.pyodide_lock import write_lock
from belljar.assets.store import Store
from belljar.settings import load_settings

HERE = Path(__file__).parent
CELLS = {
    "core": "print(6 * 7)",
    "pandas": "import pandas as pd\nprint(pd.DataFrame({'a': [20, 22]}).a.sum())",
}
#: What npm has of what markdown-exec's page fetches.
PACKAGES = ("ace-builds@1.16.0", "@highlightjs/cdn-assets@11.7.0")


def main() -> None:
    """Builds all of them; what is there already stays."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    python = _environment(out / "venv")
    _jupyterlite(python, out)
    _markdown_exec(python, out)
    _belljar(out)


def _environment(folder: Path) -> Path:
    python = folder / "bin/python"
    if not (folder / "done").exists():
        venv.create(folder, with_pip=True, clear=True)
        _run(python, "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt")
        (folder / "done").touch()
    return python


def _run(*command: str | Path, cwd: Path | None = None) -> None:
    subprocess.run(command, check=True, cwd=cwd, stdout=sys.stderr)


def _pyodide(folder: Path) -> None:
    """Pyodide's files and wheels as they are distributed, and the lock that names them."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = load_settings({})
    manifest = load_manifest(settings.assets_dir)
    store = Store(settings.assets_dir)
    for entry in manifest.files:
        shutil.copyfile(store.path(entry), folder / entry.name)
    lock = write_lock(manifest, {name: package.file for name, package in manifest.packages.items()})
    (folder / "pyodide-lock.json").write_text(lock)
    _npm(folder, f"pyodide@{manifest.pyodide}", {"pyodide.js": "pyodide.js"})


def _npm(folder: Path, package: str, wanted: dict[str, str]) -> None:
    packed = folder / "packed"
    packed.mkdir(exist_ok=True)
    _run("npm", "pack", "--silent", "--pack-destination", packed, package)
    (archive,) = packed.glob("*.tgz")
    shutil.unpack_archive(archive, packed, filter="data")
    for name, target in wanted.items():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(packed / "package" / name, folder / target)
    shutil.rmtree(packed)


def _sphinx(folder: Path, conf: str, directive: str) -> Path:
    source = folder / "source"
    source.mkdir(parents=True, exist_ok=True)
    (source / "conf.py").write_text(f'project = "cells"\nhtml_theme = "furo"\n{conf}')
    for name, code in CELLS.items():
        indented = "\n".join("   " + line for line in code.splitlines())
        (source / f"{name}.rst").write_text(
            f":orphan:\n\n{name}\n{'=' * len(name)}\n\n{directive}\n\n{indented}\n"
        )
    (source / "index.rst").write_text("cells\n=====\n")
    return source


def _jupyterlite(python: Path, out: Path) -> None:
    site = out / "jupyterlite"
    if (site / "done").exists():
        return
    wheels = site / "wheels"
    download = ("-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", wheels)
    _run(python, *download, "-r", HERE / "wheels.txt")
    conf = (
        'extensions = ["jupyterlite_sphinx"]\njupyterlite_dir = "."\n'
        'jupyterlite_config = "jupyter_lite_config.json"\n'
    )
    source = _sphinx(site, conf, ".. replite::\n   :kernel: python\n   :height: 600px")
    addon = {"piplite_urls": [str(path) for path in sorted(wheels.glob("*.whl"))]}
    (source / "jupyter_lite_config.json").write_text(json.dumps({"PipliteAddon": addon}))
    kernel = {"@jupyterlite/pyodide-kernel-extension:kernel": {"pyodideUrl": "/pyodide/pyodide.mjs"}}
    lite = {"jupyter-lite-schema-version": 0, "jupyter-config-data": {"litePluginSettings": kernel}}
    (source / "jupyter-lite.json").write_text(json.dumps(lite))
    _run(python, "-m", "sphinx", "-q", "-b", "html", ".", "../html", cwd=source)
    _pyodide(site / "html/pyodide")
    (site / "done").touch()


def _markdown_exec(python: Path, out: Path) -> None:
    site = out / "markdown-exec"
    if (site / "done").exists():
        return
    docs = site / "docs"
    docs.mkdir(parents=True, exist_ok=True)
    (docs / "index.md").write_text("# cells\n")
    for name, code in CELLS.items():
        install = ' install="pandas"' if name == "pandas" else ""
        (docs / f"{name}.md").write_text(f"# {name}\n\n```pyodide{install}\n{code}\n```\n")
    (site / "mkdocs.yml").write_text(
        "site_name: cells\ntheme: {name: material, font: false}\nuse_directory_urls: false\n"
        "plugins: [{markdown-exec: {languages: [pyodide]}}]\n"
        "markdown_extensions: [pymdownx.superfences]\n"
    )
    _run(python, "-m", "mkdocs", "build", "--quiet", "--site-dir", "html", cwd=site)
    elsewhere = site / "html/elsewhere"
    _pyodide(elsewhere / "pyodide")
    ace = {f"src-min-noconflict/{name}.js": f"{name}.js" for name in ("ace", "mode-python", "theme-tomorrow")}
    _npm(elsewhere, PACKAGES[0], ace)
    _npm(elsewhere, PACKAGES[1], {"highlight.min.js": "highlight.min.js"})
    (site / "done").touch()


def _belljar(out: Path) -> None:
    """Built anew each time: it is what is measured."""
    site = out / "belljar"
    shutil.rmtree(site, ignore_errors=True)
    conf = (
        'extensions = ["belljar.integrations.sphinx"]\n'
        'belljar_export = {"profile": "data", "packages": "numpy,pandas,matplotlib,micropip"}\n'
    )
    source = _sphinx(site, conf, ".. belljar::")
    _run(sys.executable, "-m", "sphinx", "-q", "-b", "html", ".", "../html", cwd=source)
    # Hosts read `_headers` at their root.
    rules = (site / "html/belljar/_headers").read_text().splitlines()
    moved = [f"/belljar{line}" if line.startswith("/") else line for line in rules]
    (site / "html/_headers").write_text("\n".join(moved) + "\n")


if __name__ == "__main__":
    main()
