"""Fixtures of the assets' tests: small manifests and wheels, a mirror that misbehaves; never the network."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from belljar.assets import builds, fetch, official
from belljar.assets.manifest import Carrier, FileEntry, Manifest, PackageEntry
from belljar.assets.mirrors import HttpMirror, SourceDownError

CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")


def content(name: str) -> bytes:
    """The bytes of a test's file: some 200 kB, other ones for each name."""
    return hashlib.sha256(name.encode()).digest() * 6000


def entry(name: str, data: bytes | None = None) -> FileEntry:
    data = content(name) if data is None else data
    return FileEntry(name, len(data), hashlib.sha256(data).hexdigest())


def package(
    name: str, *depends: str, version: str = "1.0", origin: str = "pyodide", file: FileEntry | None = None
) -> PackageEntry:
    file = file or entry(f"{name}-{version}-py3-none-any.whl")
    return PackageEntry(name, version, file, depends, (name,), origin)  # type: ignore[arg-type]


def make_manifest(*packages: PackageEntry) -> Manifest:
    packages = packages or (
        package("numpy"),
        package("pandas", "numpy"),
        package("seaborn", "pandas", origin="pypi"),
    )
    return Manifest(
        pyodide="314.0.7",
        wheels="314.0.3",
        python="3.14.2",
        platform="emscripten_5_0_3",
        abi="2026_0",
        npm="pyodide@314.0.7",
        carrier=Carrier(
            "carrier==1.0",
            "3.11",
            "carrier/pyodide/",
            1000,
            (*CORE, *(p.file.name for p in packages if p.origin == "pyodide")),
        ),
        lock=entry("pyodide-lock.json", b'{"packages": {}}'),
        core=tuple(entry(name) for name in CORE),
        packages={p.name: p for p in packages},
        profiles={"data": tuple(p.name for p in packages[:2])},
    )


@pytest.fixture
def manifest() -> Manifest:
    """numpy, pandas (needs numpy) and seaborn (from PyPI, needs pandas)."""
    return make_manifest()


@pytest.fixture(name="content")
def content_fixture() -> Callable[[str], bytes]:
    return content


@pytest.fixture(name="entry")
def entry_fixture() -> Callable[..., FileEntry]:
    return entry


@pytest.fixture(name="package")
def package_fixture() -> Callable[..., PackageEntry]:
    return package


@pytest.fixture(name="make_manifest")
def make_manifest_fixture() -> Callable[..., Manifest]:
    return make_manifest


@pytest.fixture
def folder_mirror(tmp_path: Path, manifest: Manifest) -> Path:
    """A folder with every file of the manifest, by name."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    for file in manifest.files:
        (folder / file.name).write_bytes(content(file.name))
    return folder


class Web:
    """A web server over a folder. `cut` bytes are sent of each answer before the connection breaks."""

    def __init__(self, folder: Path) -> None:
        self.requests: list[tuple[str, str, str | None]] = []
        self.cut: int | None = None
        self.ranges = True
        web = self

        class Handler(SimpleHTTPRequestHandler):
            def do_GET(self) -> None:
                web.requests.append(("GET", self.path, self.headers["Range"]))
                path = Path(self.translate_path(self.path))
                if not path.is_file():
                    self.send_error(404)
                    return
                data, start = path.read_bytes(), 0
                if self.headers["Range"] and web.ranges:
                    start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
                    self.send_response(206)
                    self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
                else:
                    self.send_response(200)
                self.send_header("Content-Length", str(len(data) - start))
                self.end_headers()
                cut, web.cut = web.cut, None
                self.wfile.write(data[start:][:cut])
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def web(folder_mirror: Path) -> Iterator[Web]:
    """The folder mirror over HTTP."""
    with closing(Web(folder_mirror)) as server:
        yield server


@pytest.fixture
def dead_url() -> str:
    """An address where nobody listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch, dead_url: str, request: pytest.FixtureRequest) -> None:
    """Neither the CDN nor a registry is ever reached from these tests."""
    monkeypatch.delenv("BELLJAR_MIRROR", raising=False)

    def cdn(_: Manifest) -> HttpMirror:
        return HttpMirror(dead_url, "the Pyodide CDN", only_names=True)

    def refuse(*_: object, **__: object) -> None:
        raise SourceDownError("no registry in tests")

    for module in (fetch, official, builds):
        monkeypatch.setattr(module, "official_cdn", cdn)
    monkeypatch.setattr(fetch, "wheels_cdn", cdn)
    for name in ("from_carrier", "from_npm", "from_pypi"):
        monkeypatch.setattr(fetch, name, refuse)
    monkeypatch.setattr(official, "from_npm", refuse)


def write_wheel(
    folder: Path,
    name: str,
    version: str = "1.0",
    *,
    tag: str = "py3-none-any",
    requires: tuple[str, ...] = (),
    python: str = ">=3.8",
    members: dict[str, str] | None = None,
) -> Path:
    """Writes a small wheel and gives its path."""
    module = name.replace("-", "_")
    path = folder / f"{module}-{version}-{tag}.whl"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: {python}"]
    metadata += [f"Requires-Dist: {requirement}" for requirement in requires]
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in (members or {f"{module}/__init__.py": f"VERSION = {version!r}\n"}).items():
            archive.writestr(member, text)
        archive.writestr(f"{module}-{version}.dist-info/METADATA", "\n".join(metadata) + "\n")
    return path


@pytest.fixture
def make_wheel(tmp_path: Path) -> Callable[..., Path]:
    """Writes small wheels into a folder of the test's own."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    return partial(write_wheel, folder)
