"""The built wheel serves everything on a machine with no Node and no checkout."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from belljar.assets import default_assets_dir, load_asset_set
from belljar.errors import AssetError


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution of this checkout."""
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, repository)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `belljar` of an environment that has the wheel; dependencies are ours: no network is needed."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    folder = home / ("Scripts" if os.name == "nt" else "bin")
    python = folder / ("python.exe" if os.name == "nt" else "python")
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        wheel,
    )
    # Comes last on sys.path, and its own .pth files (our editable install) are not read.
    site = next(path.parent for path in home.rglob("belljar") if (path / "cli.py").is_file())
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "belljar"


@pytest.fixture(scope="module")
def served(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server run from the wheel, with no Node on PATH and the assets fetched before."""
    assets_dir = default_assets_dir()
    try:
        load_asset_set(assets_dir)
    except AssetError as error:
        pytest.skip(str(error))
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    environment = {"PATH": str(command.parent), "HOME": str(elsewhere), "BELLJAR_ASSETS_DIR": str(assets_dir)}
    with subprocess.Popen(
        [command, "serve", "--no-fetch", "--port", "0", "--compress", "off"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=elsewhere,
        env=environment,
    ) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            address = re.search(r"belljar serves on (\S+)", first)
            assert address is not None, f"Not everything can be served: {first}"
            yield address[1]
        finally:
            process.terminate()


def run(*command: object) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as response:
        assert response.status == 200
        return bytes(response.read())


def test_the_wheel_carries_every_file_of_the_server(wheel: Path, repository: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    folder = repository / "server"
    there = {
        path.relative_to(folder).as_posix() for path in (folder / "belljar").rglob("*") if path.is_file()
    }
    assert {name for name in there if not name.endswith(".pyc")} <= names


def test_the_wheel_carries_the_browser_code_and_the_manifest(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    expected = {"_static/frame.js", "_static/output.js", "_static/sdk.js", "_static/manifest.json"}
    expected |= {
        "_static/harness.json",
        "_static/embed.js",
        "_static/markdown-exec.js",
        "_static/try-examples.js",
    }
    expected |= {"_static/ask.js", "_static/ask.d.ts"}
    expected |= {"_static/sdk.d.ts", "_assets/manifest.json", "web/templates/page.html.j2", "py.typed"}
    assert {f"belljar/{name}" for name in expected} <= names
    sources = names - {"belljar/_static/sdk.d.ts", "belljar/_static/ask.d.ts"}
    assert not [name for name in sources if "node_modules" in name or name.endswith((".ts", ".map"))]


def test_the_server_runs_the_wheel_and_not_this_checkout(command: Path) -> None:
    python = command.with_name("python")
    ask = (
        "import belljar, pathlib, belljar.web.frontend as f; "
        "print(f.find_dist(), pathlib.Path(belljar.__file__).parent)"
    )
    done = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True, cwd=command.parent)
    dist, package = done.stdout.split()
    assert Path(dist) == Path(package) / "_static"
    assert command.parent.parent in Path(package).parents


def test_the_wheel_is_small_enough_to_install_anywhere(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")
    assert wheel.stat().st_size < 5_000_000


def test_every_page_of_the_wheel_answers(served: str) -> None:
    for path in ("", "frame/isolated.html", "frame/plain.html", "output", "sdk.js", "healthz"):
        assert get(served + path), path


def test_every_static_file_of_the_wheel_answers(served: str, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        prefix = "belljar/_static/"
        files = [
            name for name in archive.namelist() if name.startswith(prefix + "static/") and name[-1] != "/"
        ]
        assert files
        for name in files:
            assert get(served + name.removeprefix(prefix)) == archive.read(name), name


def test_every_file_of_the_policy_answers_with_all_its_bytes(served: str) -> None:
    policy = json.loads(get(f"{served}policy.json"))
    packages = policy["packages"].values()
    images = [file for package in packages for file in (package["image"] or {}).values() if file]
    files = [*policy["core"], *(package["file"] for package in packages), *images]
    for file in files:
        assert len(get(served + file["url"])) == file["size"], file["name"]
