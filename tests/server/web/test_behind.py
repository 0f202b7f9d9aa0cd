"""Behind real proxies, with the very lines of docs/deploy.md, answers are what belljar gave."""

from __future__ import annotations

import json
import re
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from belljar.settings import Settings

from ...helpers.webservers import running
from ..conftest import MakeClient
from ..wire import serving

KEY = "key-of-the-operator-1234"
PREFIX = "/tools/belljar"
LANGUAGES = {"nginx": "nginx", "apache2": "apache", "caddy": "caddyfile"}
#: What belongs to one connection, or to the moment.
OF_THE_WAY = {"connection", "date", "keep-alive", "server", "transfer-encoding", "vary", "via"}


@pytest.fixture
def port(make_client: MakeClient, tmp_path: Path) -> Iterator[int]:
    settings = Settings(assets_dir=tmp_path / "assets", tab_key=KEY, root_path=PREFIX)
    with serving(make_client(settings).app, settings) as port:  # type: ignore[arg-type]
        yield port


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="belljar-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def lines(repository: Path, name: str, port: int) -> tuple[str, str]:
    """What docs/deploy.md says for a proxy: within its site, and around it."""
    text = (repository / "docs" / "deploy.md").read_text()
    text = text.partition("## Behind a proxy")[2].partition("\n## ")[0]
    found = re.findall(rf"```{LANGUAGES[name]}\n(.*?)```", text, re.DOTALL)
    outer = found[0] if len(found) > 1 else ""
    return found[-1].replace("127.0.0.1:8000", f"127.0.0.1:{port}"), outer


@pytest.mark.parametrize("name", sorted(LANGUAGES))
def test_a_proxy_hands_on_every_header_and_byte(repository: Path, folder: Path, port: int, name: str) -> None:
    inner, outer = lines(repository, name, port)
    with running(name, folder, inner=inner, outer=outer) as proxy, httpx.Client() as client:
        direct = f"http://127.0.0.1:{port}"
        policy = client.get(f"{direct}{PREFIX}/policy.json").json()
        paths = [
            "/",
            "/frame/plain.html",
            "/frame/isolated.html",
            "/sdk.js",
            "/policy.json",
            "/output",
            "/none",
        ]
        paths += [f"/{file['url']}" for file in policy["core"]]
        _settle(client, [f"{direct}{PREFIX}{path}" for path in paths])
        for path in paths:
            # Of a whole document a proxy may cut a part itself.
            part = {"range": "bytes=0-9"} if path.startswith("/assets/") else {}
            for asks in ({"accept-encoding": "identity"}, {"accept-encoding": "gzip", **part}):
                own, other = (client.get(f"{host}{PREFIX}{path}", headers=asks) for host in (direct, proxy))
                assert other.status_code == own.status_code, path
                assert other.content == own.content, path
                assert _kept(other) == _kept(own), path
                if etag := own.headers.get("etag"):
                    asked = client.get(f"{proxy}{PREFIX}{path}", headers={**asks, "if-none-match": etag})
                    assert asked.status_code == 304, path
        start = client.get(f"{proxy}{PREFIX}")
        assert (start.status_code, start.headers["location"].endswith(f"{PREFIX}/")) == (308, True)


def _settle(client: httpx.Client, addresses: list[str]) -> None:
    """Waits until every compressed copy is made, so that two answers can be compared."""
    for address in addresses:
        client.get(address)
    for thread in threading.enumerate():
        if thread.name == "belljar-compress":
            thread.join()


def _kept(answer: httpx.Response) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in answer.headers.multi_items() if name not in OF_THE_WAY)


@pytest.mark.parametrize("name", sorted(LANGUAGES))
async def test_a_proxy_lets_the_sockets_of_tabs_through(
    repository: Path, folder: Path, port: int, name: str
) -> None:
    inner, outer = lines(repository, name, port)
    with running(name, folder, inner=inner, outer=outer) as proxy:
        address = f"{proxy.replace('http', 'ws')}{PREFIX}/tab"
        headers = {"Authorization": f"Bearer {KEY}"}
        async with connect(f"{address}/program", additional_headers=headers) as program:
            await program.send(json.dumps({"type": "offer", "name": "a", "seconds": 60}))
            token = json.loads(await program.recv())["token"]
            async with connect(f"{address}/page", origin=proxy) as page:  # type: ignore[arg-type]
                await page.send(json.dumps({"type": "join", "token": token}))
                assert json.loads(await page.recv())["type"] == "offered"
                assert json.loads(await program.recv()) == {"type": "joined"}
