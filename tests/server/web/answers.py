"""What tests of the server's answers share."""

from __future__ import annotations

import httpx2 as httpx
from starlette.testclient import TestClient

from belljar.http import headers

#: What pages of sites that may embed read.
READ = [
    "/embed.js",
    "/markdown-exec.js",
    "/try-examples.js",
    "/sdk.js",
    "/sdk.d.ts",
    "/ask.js",
    "/ask.d.ts",
    "/policy.json",
    "/healthz",
]
DOCUMENTS = [
    "/",
    "/plain",
    "/frame/isolated.html",
    "/frame/plain.html",
    "/output",
    "/output.html",
    "/headless",
    "/embed",
    "/embed.html",
]
ROUTES = [*DOCUMENTS, *READ]


def assert_sent(response: httpx.Response, expected: headers.Headers) -> None:
    assert {name: response.headers.get(name) for name in expected} == expected


def wasm_url(client: TestClient) -> str:
    core = client.get("/policy.json").json()["core"]
    return "/" + next(file["url"] for file in core if file["name"] == "pyodide.asm.wasm")
