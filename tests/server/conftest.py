"""Fixtures of the server's tests: a small set of assets, a small build of the browser code, a client."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from belljar.assets import AssetFile, AssetSet, Package
from belljar.settings import Settings
from belljar.web.app import create_app

MakeClient = Callable[..., TestClient]


def make_file(folder: Path, name: str, content: bytes) -> AssetFile:
    path = folder / name
    path.write_bytes(content)
    return AssetFile(name, path, len(content), hashlib.sha256(content).hexdigest())


@pytest.fixture
def assets(tmp_path: Path) -> AssetSet:
    """A set like the real one: two packages loaded at start, one of them for the other, and one on demand."""
    folder = tmp_path / "files"
    folder.mkdir()

    def package(name: str, *depends: str, imports: tuple[str, ...] = ()) -> Package:
        file = make_file(folder, f"{name}-1.0-py3-none-any.whl", f"wheel of {name}".encode())
        return Package(name, "1.0", file, depends, imports or (name,))

    packages = [
        package("numpy"),
        package("pandas", "numpy"),
        package("scikit-learn", "numpy", imports=("sklearn",)),
    ]
    return AssetSet(
        pyodide="314.0.7",
        python="3.14.2",
        core=(
            make_file(folder, "pyodide.mjs", b"export const version = '314.0.7';\n" * 100),
            make_file(folder, "pyodide.asm.wasm", b"\0asm\1\0\0\0" * 4000),
            make_file(folder, "python_stdlib.zip", b"PK\3\4" * 1000),
            make_file(folder, "pyodide-lock.json", b'{"packages": {}}'),
        ),
        packages={package.name: package for package in packages},
        bytecode=True,
        profiles={"data": ("pandas",), "science": ("pandas", "scikit-learn")},
    )


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A build of the browser code."""
    root = tmp_path / "dist"
    (root / "static").mkdir(parents=True)
    (root / "frame.js").write_text("'the frame, with ünicode'")
    (root / "output.js").write_text("'the output frame'")
    for name in ("charts", "chart-plotly", "chart-vega", "chart-bokeh"):
        (root / f"{name}.js").write_text(f"'{name}'")
    (root / "harness.json").write_text(json.dumps({"belljar_harness/session.py": "pass\n"}))
    (root / "sdk.js").write_text("export class Sandbox {}\n" * 100)
    for name in ("markdown-exec.js", "try-examples.js"):
        (root / name).write_text("export {};\n" * 50)
    (root / "embed.js").write_text("export const attach = () => {};\n" * 50)
    (root / "offline.js").write_text("addEventListener('fetch', () => {});\n")
    (root / "sdk.d.ts").write_text("export declare class Sandbox {}\n")
    (root / "ask.js").write_text("export const ask = () => {};\n" * 50)
    (root / "ask.d.ts").write_text("export declare function ask(): void;\n")
    (root / "static" / "page-AB12.js").write_text("console.log('page');\n" * 100)
    (root / "static" / "page-CD34.css").write_text("body { color: black }\n")
    (root / "static" / "headless-EF56.js").write_text("console.log('headless');\n")
    manifest = {"page.js": "static/page-AB12.js", "page.css": "static/page-CD34.css"}
    manifest["headless.js"] = "static/headless-EF56.js"
    manifest |= {"tab.js": "static/tab-AB78.js", "tab.css": "static/tab-CD90.css"}
    for url in (manifest["tab.js"], manifest["tab.css"]):
        (root / url).write_text("/* tab */\n")
    manifest |= {"embed-page.js": "static/embed-page-12.js", "embed-page.css": "static/embed-page-34.css"}
    for name in ("embed-page.js", "embed-page.css"):
        (root / manifest[name]).write_text("/* cells */\n")
    manifest |= {"desk.js": "static/desk/desk-AB34.js", "desk.css": "static/desk/desk-style-CD56.css"}
    (root / "static" / "desk").mkdir()
    for name in ("desk.js", "desk.css"):
        (root / manifest[name]).write_text("/* ask */\n")
    for icon in ("favicon", "mark"):
        manifest[f"icons/{icon}.svg"] = f"static/icons/{icon}-12.svg"
    (root / "manifest.json").write_text(json.dumps(manifest))
    return root


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The real frames and a small page: what the real page says is tested in the browser."""
    from belljar.web import frames

    folder = tmp_path / "templates"
    folder.mkdir()
    for name in (
        "ask.html.j2",
        "embed.html.j2",
        "frame.html.j2",
        "headless.html.j2",
        "output.html.j2",
        "tab.html.j2",
        "chart.html.j2",
    ):
        (folder / name).write_text((frames.TEMPLATES / name).read_text())
    head = '<!doctype html>\n<meta charset="utf-8">\n'
    head += '<link rel="icon" href="{{ static("icons/favicon.svg") }}">\n'
    page = head + '<link rel="stylesheet" href="{{ static("page.css") }}"><p>{{ version }}</p>\n'
    (folder / "page.html.j2").write_text(page + "<!-- filler -->\n" * 40)
    monkeypatch.setattr(frames, "TEMPLATES", folder)
    return folder


@pytest.fixture
def make_client(
    assets: AssetSet, dist: Path, templates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> MakeClient:
    """Gives a client of a server with these settings, over the small assets."""
    del templates
    monkeypatch.setattr("belljar.web.site.load_asset_set", lambda _: assets)

    def make(settings: Settings | None = None, **changes: object) -> TestClient:
        settings = settings or Settings(assets_dir=tmp_path / "assets", compress=False)
        app = create_app(replace(settings, **changes), dist=dist)  # type: ignore[arg-type]
        # No encodings of the client's own: each test says what it accepts.
        return TestClient(app, headers={"accept-encoding": ""}, follow_redirects=False)

    return make


@pytest.fixture
def client(make_client: MakeClient) -> TestClient:
    """A client of a server with the default settings."""
    return make_client()
