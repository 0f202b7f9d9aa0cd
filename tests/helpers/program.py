"""A program of its own that asks `belljar mcp --http` to run something; the standard library is all it needs.

    python program.py URL NONCE CODE < a line says when

In CODE, `NONCE` stands for its own. Prints one line of JSON: the answer's text, status and whether it failed,
when it was asked and when it was answered (seconds on the machine's clock).
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
from typing import Any
from urllib.parse import urlsplit


class Client:
    """Speaks streamable HTTP with a session, as the protocol had it before 2026."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._session = ""

    def post(self, **message: Any) -> dict[str, Any]:
        """Sends a message and gives what answers it; nothing for one that has no answer."""
        connection = http.client.HTTPConnection(self._parts.netloc, timeout=350)
        headers = {
            "Authorization": f"Bearer {os.environ['BELLJAR_MCP_TOKEN']}",
            "Accept": "application/json, text/event-stream",
            "Content-Type": "application/json",
            **({"Mcp-Session-Id": self._session} if self._session else {}),
        }
        connection.request("POST", self._parts.path, json.dumps({"jsonrpc": "2.0", **message}), headers)
        answer = connection.getresponse()
        self._session = answer.getheader("Mcp-Session-Id") or self._session
        said: dict[str, Any] = {}
        for line in answer:
            if line.startswith((b"data: {", b"{")):
                heard = json.loads(line.removeprefix(b"data: "))
                if heard.get("id") == message.get("id"):
                    said = heard
        connection.close()
        return said


def main(url: str, nonce: str, code: str) -> None:
    """Runs the code once the word is given."""
    client = Client(url)
    who = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": nonce, "version": "1"}}
    client.post(id=1, method="initialize", params=who)
    client.post(method="notifications/initialized")
    print("ready", flush=True)
    sys.stdin.readline()
    asked = time.monotonic()
    call = {"name": "execute_python", "arguments": {"code": code.replace("NONCE", nonce)}}
    answer = client.post(id=2, method="tools/call", params=call)
    result = answer.get("result", {})
    told = {
        "text": "\n".join(block.get("text", "") for block in result.get("content", [])),
        "status": result.get("structuredContent", {}).get("status"),
        "failed": result.get("isError"),
        "asked": asked,
        "answered": time.monotonic(),
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
