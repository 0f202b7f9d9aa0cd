"""Builds the docs in the folders beside it with the real tools: `python build.py OUT [BASE] [NAME]`.

    OUT/sphinx  OUT/mkdocs  OUT/zensical  OUT/quarto

BASE is the address of a belljar for their cells. Without one they look for `belljar/` beside their pages, and
Sphinx exports there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
PYTHON = sys.executable
FILTER = HERE.parent.parent / "server/belljar/integrations/quarto/belljar.lua"


def sphinx(
    out: Path, base: str, *, builder: str = "html", theme: str = "furo", doctrees: Path | None = None
) -> None:
    """Warnings are errors, as in the docs of many projects.

    Args:
        out: The folder of the pages.
        base: Where the cells' belljar is; "" exports one.
        builder: Sphinx's name of what is written.
        theme: That of the pages.
        doctrees: What an earlier build has read, to write something else of it.
    """
    given = {"SITE_BASE": base, "SITE_THEME": theme}
    read = doctrees or out.with_name(f"{out.name}-doctrees")
    _run("sphinx", "-q", "-W", "-b", builder, "-d", read, HERE / "sphinx", out, environment=given)


def mkdocs(out: Path, base: str) -> None:
    """With Material, and markdown-exec for one page."""
    given = {
        f"SITE_{name.upper().replace('-', '_')}": f"{base or 'belljar/'}{name}.js"
        for name in ("embed", "markdown-exec")
    }
    _run("mkdocs", "build", "-q", "-s", "-f", HERE / "mkdocs/mkdocs.yml", "-d", out, environment=given)


def zensical(out: Path, base: str) -> None:
    """It writes beside its sources, and is told everything in its one file."""
    sources = out.with_name(f"{out.name}-sources")
    shutil.copytree(HERE / "zensical", sources, dirs_exist_ok=True)
    config = sources / "zensical.toml"
    config.write_text(config.read_text().replace("belljar/embed.js", f"{base or 'belljar/'}embed.js"))
    _run("zensical", "build", "-f", config, cwd=sources)
    shutil.copytree(sources / "site", out, dirs_exist_ok=True)


def quarto(out: Path, base: str, *, target: str = "html") -> None:
    """Pandoc with the filter, on the blocks as Quarto hands them over."""
    source = (HERE / "quarto/page.qmd").read_text().replace("```{pyodide}", "```{.pyodide}")
    if base:
        source = source.replace("title: shapes", f"title: shapes\nbelljar:\n  base: {base}")
    blocks = _pandoc(source, "-t", "json").replace('["pyodide"]', '["{pyodide}"]')
    out.mkdir(parents=True, exist_ok=True)
    page = _pandoc(blocks, "-f", "json", "-s", "-t", target, "--lua-filter", FILTER)
    (out / ("index.html" if target == "html" else "page.txt")).write_text(page)


def _pandoc(source: str, *flags: object) -> str:
    # Late: the others can do without it.
    import pypandoc

    command = [pypandoc.get_pandoc_path(), "--fail-if-warnings", *map(str, flags)]
    done = subprocess.run(command, input=source, text=True, capture_output=True, check=False)
    if done.returncode or done.stderr:
        raise RuntimeError(f"{done.stdout}{done.stderr}")
    return done.stdout


#: Everything that is built, by the folder it goes to.
SITES: dict[str, Callable[[Path, str], None]] = {
    "sphinx": sphinx,
    "mkdocs": mkdocs,
    "zensical": zensical,
    "quarto": quarto,
}


def build(out: Path, base: str, names: Sequence[str] = ()) -> None:
    """Builds some of them, or all, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(SITES[name], out / name, base) for name in names or SITES]
        for one in running:
            one.result()


def _run(
    module: str, *flags: object, environment: dict[str, str] | None = None, cwd: Path | None = None
) -> None:
    command = [PYTHON, "-m", module, *map(str, flags)]
    given = os.environ | (environment or {})
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=given)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    _, target, base, *chosen = [*sys.argv, *[""] * (3 - len(sys.argv))]
    build(Path(target).resolve(), base, chosen)
