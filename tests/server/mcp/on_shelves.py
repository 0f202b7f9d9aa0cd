"""A real MCP server over HTTP, in a process of its own, whose sandboxes keep files and run nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from belljar import AsyncSandbox
from belljar.mcp.clients import Clients
from belljar.mcp.http import serve_http
from belljar.mcp.server import build_server, session_key
from belljar.settings import Connections

TOKEN = "a token that nobody guesses"
LIMITS = Connections(request_timeout=1.0, send_timeout=1.0, keep_alive=1.0)


@contextlib.contextmanager
def on_shelves(log: Path, sandboxes: int = 2, descriptors: int = 0) -> Iterator[str]:
    """Serves; gives the address.

    Args:
        log: What the server writes to stderr.
        sandboxes: Of all clients.
        descriptors: Of the process; 0 is what it has.
    """
    shell = f"ulimit -n {descriptors}; " if descriptors else ""
    command = f'{shell}exec "$0" -m tests.server.mcp.on_shelves {sandboxes}'
    environment = {**os.environ, "BELLJAR_MCP_TOKEN": TOKEN}
    with (
        log.open("w", encoding="utf-8") as stderr,
        subprocess.Popen(
            ["/bin/sh", "-c", command, sys.executable], env=environment, stderr=stderr
        ) as process,
    ):
        log.with_suffix(".pid").write_text(str(process.pid))
        try:
            for _ in range(300):
                if "serving MCP at" in (said := log.read_text(encoding="utf-8")):
                    break
                assert process.poll() is None, said
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.1)
            yield said.partition("serving MCP at ")[2].split()[0]
        finally:
            process.terminate()
            process.wait(20)


async def main(sandboxes: int) -> int:
    from ...helpers.shelf import ShelfBackend

    clients = Clients(lambda: AsyncSandbox(ShelfBackend()), sandboxes)  # type: ignore[arg-type]
    return await serve_http(
        build_server(clients),
        clients.close,
        lambda session: clients.leave(session_key(session)),
        host="127.0.0.1",
        port=0,
        limits=LIMITS,
    )


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(int(sys.argv[1]))))
