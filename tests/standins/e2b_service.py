"""A stand-in for E2B's cloud: speaks what its client library speaks, with a real IPython kernel per context.

Run as a program it prints its address. It is no sandbox: the code runs on this machine, so only our own
tests may use it. Source of the wire: the client itself (e2b-code-interpreter 2, e2b 2), whose own description
of the file service is what answers here.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import uvicorn
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from e2b.envd.filesystem import filesystem_connect, filesystem_pb
from protobuf.wkt.google.protobuf import timestamp_pb
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

sys.path.insert(0, str(Path(__file__).parent))
from kernels import Kernel

KEY = "e2b_" + "0" * 40

FIELDS = {
    "text/plain": "text",
    "text/html": "html",
    "text/markdown": "markdown",
    "image/svg+xml": "svg",
    "image/png": "png",
    "image/jpeg": "jpeg",
    "application/pdf": "pdf",
    "text/latex": "latex",
    "application/json": "json",
    "application/javascript": "javascript",
}


class Box:
    """One sandbox: a folder and its kernels."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="e2b-"))
        self.kernels: dict[str, Kernel] = {}

    async def kill(self) -> None:
        for kernel in self.kernels.values():
            await kernel.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


boxes: dict[str, Box] = {}


def box_of(request: Request) -> Box | None:
    return boxes.get(request.headers.get("e2b-sandbox-id", ""))


#: Code that begins so is what the service says, line by line.
WIRE = "#!wire\n"

#: Requests that nobody answers, as "POST /contexts" or a part of that; or the line that never comes.
silent: set[str] = set()

GONE = PlainTextResponse("The sandbox was not found", 502)


async def create(request: Request) -> Response:
    if request.headers.get("x-api-key") != KEY:
        return JSONResponse({"code": 401, "message": "Invalid API key"}, 401)
    asked = await request.json()
    if asked.get("allow_internet_access") is not False:
        return JSONResponse({"code": 400, "message": "these tests allow no internet"}, 400)
    name = uuid.uuid4().hex[:20]
    boxes[name] = Box()
    made = {"templateID": asked["templateID"], "sandboxID": name, "clientID": "c", "envdVersion": "0.6.0"}
    return JSONResponse(made, 201)


async def kill(request: Request) -> Response:
    box = boxes.pop(request.path_params["name"], None)
    if box is None:
        return JSONResponse({"code": 404, "message": "not found"}, 404)
    await box.kill()
    return Response(status_code=204)


async def health(request: Request) -> Response:
    return Response(status_code=204) if box_of(request) else GONE


async def read(request: Request) -> Response:
    if box_of(request) is None:
        return GONE
    path = Path(request.query_params["path"])
    if not path.is_file():
        return JSONResponse({"code": 404, "message": "path not found"}, 404)
    return Response(path.read_bytes(), media_type="application/octet-stream")


async def write(request: Request) -> Response:
    if box_of(request) is None:
        return GONE
    path = Path(request.query_params["path"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(await request.body())
    return JSONResponse([{"name": path.name, "type": "file", "path": str(path)}])


async def context(request: Request) -> Response:
    box = box_of(request)
    if box is None:
        return GONE
    name = uuid.uuid4().hex
    kernel = box.kernels[name] = Kernel(box.folder)
    await kernel.start()
    return JSONResponse({"id": name, "language": "python", "cwd": str(box.folder)})


async def restart(request: Request) -> Response:
    box = box_of(request)
    if box is None:
        return GONE
    await box.kernels[request.path_params["name"]].restart()
    return Response(status_code=204)


async def execute(request: Request) -> Response:
    box = box_of(request)
    if box is None:
        return GONE
    asked = await request.json()
    return StreamingResponse(lines(box.kernels[asked["context_id"]], asked["code"]))


async def lines(kernel: Kernel, code: str) -> AsyncIterator[str]:
    if code.startswith(WIRE):
        for said in code.removeprefix(WIRE).splitlines():
            yield said + "\n"
        return
    if "first line" in silent:
        await asyncio.Event().wait()
    messages = kernel.run(code)
    try:
        async for message in messages:
            if (said := line(message)) is not None:
                yield json.dumps(said) + "\n"
        if "last line" in silent:
            await asyncio.Event().wait()
    finally:
        await messages.aclose()  # type: ignore[attr-defined]


async def hush(request: Request) -> Response:
    silent.clear()
    silent.update(word for word in (await request.body()).decode().split(",") if word)
    return Response(status_code=204)


class Hushed:
    """Answers as the app behind it, where it has not been told to be silent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = f"{scope.get('method')} {scope.get('path')}"
        if any(word in asked for word in silent) and not asked.endswith("/silence"):
            await asyncio.Event().wait()
        await self._app(scope, receive, send)


def line(message: dict[str, Any]) -> dict[str, Any] | None:
    match message["kind"]:
        case "stream":
            return {"type": message["name"], "text": message["text"], "timestamp": time.time_ns()}
        case "execute_result" | "display_data" as kind:
            found = {FIELDS[mime]: value for mime, value in message["data"].items() if mime in FIELDS}
            return {"type": "result", **found, "is_main_result": kind == "execute_result"}
        case "error":
            trace = "\n".join(message["traceback"])
            return {"type": "error", "name": message["ename"], "value": message["evalue"], "traceback": trace}
        case "execute_input":
            return {"type": "number_of_executions", "execution_count": message["execution_count"]}
    return None


class Files(filesystem_connect.Filesystem):
    """The file service, as the client's own package describes it."""

    async def list_dir(self, request: Any, ctx: Any, /) -> Any:
        del ctx
        root = Path(request.path)
        found = [path for path in root.rglob("*") if len(path.relative_to(root).parts) <= request.depth]
        return filesystem_pb.ListDirResponse(entries=[entry(path) for path in found])

    async def remove(self, request: Any, ctx: Any, /) -> Any:
        del ctx
        path = Path(request.path)
        if not path.exists():
            raise ConnectError(Code.NOT_FOUND, "path not found")
        path.unlink()
        return filesystem_pb.RemoveResponse()


def entry(path: Path) -> Any:
    stat = path.stat()
    seconds, nanos = divmod(stat.st_mtime_ns, 10**9)
    kind = filesystem_pb.FileType.DIRECTORY if path.is_dir() else filesystem_pb.FileType.FILE
    return filesystem_pb.EntryInfo(
        name=path.name,
        path=str(path),
        type=kind,
        size=stat.st_size,
        modified_time=timestamp_pb.Timestamp(seconds=seconds, nanos=nanos),
    )


app = Starlette(
    routes=[
        Route("/v2/sandboxes", create, methods=["POST"]),
        Route("/sandboxes/{name}", kill, methods=["DELETE"]),
        Route("/health", health),
        Route("/silence", hush, methods=["POST"]),
        Route("/files", read),
        Route("/files", write, methods=["POST"]),
        Route("/contexts", context, methods=["POST"]),
        Route("/contexts/{name}/restart", restart, methods=["POST"]),
        Route("/execute", execute, methods=["POST"]),
        Mount("/", filesystem_connect.FilesystemASGIApplication(Files())),
    ]
)

if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    # Pieces of an answer leave at once: else each waits for the client to confirm the one before.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(Hushed(app), log_level="error", timeout_graceful_shutdown=1)).run(
        sockets=[listener]
    )
