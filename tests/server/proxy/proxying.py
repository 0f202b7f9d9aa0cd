"""What tests of the proxy share: a server of belljar's in front of a scripted one, and who asks it."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx

from belljar.settings import Models, Settings
from belljar.web.app import create_app

from ..wire import serving
from .upstreams import DONE, END, Line, Script, Upstream, chunk, upstream, usage

KEY = "sk-secret-of-the-operator-0123456789"
QUESTION = {"model": "m", "messages": [{"role": "user", "content": "Hi é🙂?"}], "stream": True}
ROUTE = "/model/v1/chat/completions"


#: Tokens that no test uses up.
MUCH = {"model_tokens": 10**9, "model_all_tokens": 10**9}


class Proxy:
    """A real server of belljar's that asks a scripted one, and a client of it."""

    def __init__(self, port: int, asked: Upstream) -> None:
        self.port = port
        self.origin = f"http://127.0.0.1:{port}"
        self.upstream = asked
        # Neither certificates nor proxies of this machine are needed to reach it.
        self.client = httpx.Client(timeout=10, verify=False, trust_env=False)

    def ask(self, question: object = QUESTION, **headers: str) -> httpx.Response:
        sent = {"origin": self.origin, "content-type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        body = question if isinstance(question, bytes) else json.dumps(question).encode()
        return self.client.post(f"{self.origin}{ROUTE}", content=body, headers=sent)

    @contextlib.contextmanager
    def open(self, question: object = QUESTION) -> Iterator[socket.socket]:
        """A connection on which the question has been asked."""
        body = json.dumps(question).encode()
        head = (
            f"POST {ROUTE} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nOrigin: {self.origin}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", self.port), 10) as line:
            line.sendall(head.encode() + body)
            yield line


@contextlib.contextmanager
def proxying(folder: Path, script: Script, **changes: Any) -> Iterator[Proxy]:
    with upstream(script) as asked:
        given = {"model_url": asked.url, "model_key": KEY, "model_names": ("m", "n")} | changes
        # What else it would serve is not asked for.
        settings = Settings(assets_dir=folder / "assets", compress=False, models=Models(**given))
        with serving(create_app(settings), settings) as port:
            through = Proxy(port, asked)
            with through.client:
                yield through


def answering(*parts: str | bytes) -> Script:
    def script(line: Line, _: Upstream) -> None:
        line.head()
        for part in parts:
            line.say(part)

    return script


def failing(status: int, body: str = "", **headers: str) -> Script:
    def script(line: Line, _: Upstream) -> None:
        line.head(status, content_type="application/json", **headers)
        line.say(body)

    return script


def sentence(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["message"])


ANSWER = chunk("Ünï é🙂 ") + chunk("four.") + END + usage(12, 5) + DONE
