"""Serves what the bench measures: belljar, and beside it a plain Pyodide page with the original files.

    python tests/bench/serve.py --port 8790

Both come from this one process, with the same compression, caching and isolation. The plain page's files are
those that Pyodide ships, not the byte-compiled ones.
"""

from __future__ import annotations

import argparse
import socket
import threading
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from belljar.assets import load_asset_set, load_manifest
from belljar.assets.pyodide_lock import write_lock
from belljar.assets.store import Store
from belljar.http import headers
from belljar.http.resources import Resource, respond
from belljar.settings import load_settings
from belljar.web.app import create_app
from belljar.web.policy import chosen_profile
from belljar.web.serve import configure

PAGE = Path(__file__).parent / "page"
ISOLATED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": headers.REVALIDATE,
}


def main() -> None:
    """Serves until interrupted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--far", action="store_true", help="send what is smallest, as to visitors far away")
    parser.add_argument(
        "--unisolated", action="store_true", help="send the pages without isolation, as WebKit needs it"
    )
    asked = parser.parse_args()
    around = {"Cache-Control": headers.REVALIDATE} if asked.unisolated else ISOLATED
    settings = load_settings({"port": asked.port, "smallest": asked.far})
    inner = create_app(settings)
    encodings = inner.state.site.encodings
    manifest = load_manifest(settings.assets_dir)
    store = Store(settings.assets_dir)
    plain = {entry.name: Resource.of_file(store.path(entry), entry.sha256) for entry in manifest.files}
    for name, item in plain.items():
        # The store keeps files by hash, without the suffix that the type is known by.
        named = Resource.of_file(PAGE / name) if (PAGE / name).exists() else None
        plain[name] = named or Resource(item.content, _media_type(name), item.sha256, item.size)
    lock = write_lock(manifest, {name: package.file for name, package in manifest.packages.items()})
    plain["pyodide-lock.json"] = Resource.of_bytes(lock.encode(), "application/json")
    ending = (PAGE / "figured.mjs").read_bytes()
    pages = {
        name: Resource.of_bytes((PAGE / name).read_bytes() + ending, _media_type(name))
        for name in ("ours.mjs", "plain.mjs")
    }
    if problems := inner.state.site.problems():
        raise SystemExit(f"The bench has nothing to measure. {problems[0]}")
    # Compressing while something is measured would be measured, too: all that these pages load is compressed
    # before, which takes minutes the first time. Not in this thread: the one that compresses has the lowest
    # priority from then on, and this one answers the browser.
    assets = load_asset_set(settings.assets_dir)
    load = assets.closure(chosen_profile(settings, assets)[1])
    others = [package for name, package in assets.packages.items() if name not in load]
    unloaded = {file.sha256 for package in others for file in package.files}
    unloaded |= {entry.file.sha256 for name, entry in manifest.packages.items() if name not in load}
    everything = (*plain.values(), *inner.state.site.runtime.get().files.values())
    loaded = [item for item in everything if item.compressible and item.sha256 not in unloaded]
    contents = [(item.sha256, item.content) for item in loaded]
    compressing = threading.Thread(target=encodings.prepare, args=(contents,))
    compressing.start()
    compressing.join()

    def page(request: Request) -> Response:
        path = PAGE / request.path_params["name"]
        if path.parent != PAGE or not path.is_file():
            raise HTTPException(404)
        return respond(request, pages.get(path.name) or Resource.of_file(path), around, encodings)

    def file(request: Request) -> Response:
        found = plain.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return respond(request, found, headers.asset(), encodings)

    app = Starlette(
        routes=[
            Route("/bench/files/{name}", file),
            Route("/bench/{name}", page),
            Mount("/", inner),
        ]
    )
    with socket.create_server(("127.0.0.1", settings.port), backlog=2048) as listener:
        uvicorn.Server(configure(app, settings)).run(sockets=[listener])


def _media_type(name: str) -> str:
    from belljar.http.resources import MEDIA_TYPES

    return MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream")


if __name__ == "__main__":
    main()
