"""A stand-in for Docker's Engine: the part of its API that docker-py and llm-sandbox use, over plain HTTP.

Run as a program it prints its address. Its "containers" are folders and its commands run on this machine, so
only our own tests may use it. With "hasty" it answers every other command in one packet, of which docker-py
loses what follows the head, as it does with the real one on a busy machine. Requests that `POST /silence`
names wait until it names others, and are done then.
Source of the wire: Docker Engine API v1.43.
"""

from __future__ import annotations

import base64
import contextlib
import io
import itertools
import json
import os
import re
import signal
import struct
import subprocess
import sys
import tarfile
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

# Run by its path: what lies beside it is found by its own name.
from endings import Keeper

IMAGE = "belljar-tests:1"
HASTY = "hasty" in sys.argv[1:]
commands = itertools.count()
#: Made when the program runs.
keeper: Keeper | None = None
containers: dict[str, dict[str, Any]] = {}
executions: dict[str, dict[str, Any]] = {}
#: Words of requests that nobody answers now.
silent: list[str] = []


class Engine(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one packet: the second of two would wait for the client to confirm the first.
    wbufsize = 2**16
    disable_nagle_algorithm = True

    def answer(self, status: int, body: object = None, **headers: str) -> None:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        kind = "application/x-tar" if isinstance(body, bytes) else "application/json"
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            content = b""
            while size := int(self.rfile.readline(), 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return content
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def handle_any(self) -> None:
        parts = urlsplit(self.path)
        path = unquote(re.sub(r"^/v[\d.]+", "", parts.path))
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        content = self.body()
        if path == "/silence":
            silent[:] = [word for word in content.decode().split(",") if word]
            self.answer(204)
            return
        self.hush(f"{self.command} {path}")
        match (self.command, *path.strip("/").split("/")):
            case ("GET", "version"):
                self.answer(200, {"ApiVersion": "1.43", "Version": "24.0.0", "MinAPIVersion": "1.12"})
            case ("GET", "images", *name, "json"):
                known = "/".join(name) in {IMAGE, "sha256:0"}
                self.answer(200, {"Id": "sha256:0", "RepoTags": [IMAGE]}) if known else self.missing()
            case ("POST", "images", "create"):
                self.answer(404, {"message": "pull access denied"})
            case ("POST", "containers", "create"):
                name = uuid.uuid4().hex
                containers[name] = {"asked": json.loads(content), "groups": []}
                self.answer(201, {"Id": name, "Warnings": []})
            case ("GET", "containers", "json"):
                self.answer(200, [{"Id": name} for name in containers])
            case (_, "containers", name, *_) if name not in containers:
                self.missing()
            case ("GET", "containers", name, "json"):
                self.answer(
                    200, {"Id": name, "State": {"Status": "running"}, "Name": "/c", "Image": "sha256:0"}
                )
            case ("POST", "containers", _, "start"):
                self.answer(204)
            case ("POST", "containers", name, "stop"):
                self.stop(name)
                self.answer(204)
            case ("POST", "containers", _, "wait"):
                self.answer(200, {"StatusCode": 0})
            case ("DELETE", "containers", name):
                self.stop(name)
                del containers[name]
                self.answer(204)
            case ("POST", "containers", name, "exec"):
                number = uuid.uuid4().hex
                executions[number] = {"container": name, "asked": json.loads(content), "code": None}
                self.answer(201, {"Id": number})
            case ("POST", "exec", number, "start"):
                self.execute(executions[number])
            case ("GET", "exec", number, "json"):
                self.answer(200, {"ID": number, "ExitCode": executions[number]["code"], "Running": False})
            case ("PUT", "containers", _, "archive"):
                with tarfile.open(fileobj=io.BytesIO(content)) as tar:
                    tar.extractall(query["path"], filter="data")
                self.answer(200)
            case ("GET", "containers", _, "archive"):
                self.archive(Path(query["path"]))
            case _:
                self.missing()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815

    def hush(self, asked: str) -> None:
        """Holds up what is silent now; it is done when that is over."""
        while any(re.search(word, asked) for word in silent):
            time.sleep(0.05)

    def missing(self) -> None:
        self.answer(404, {"message": "no such thing"})

    def stop(self, name: str) -> None:
        for group in containers[name]["groups"]:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        containers[name]["groups"] = []

    def archive(self, path: Path) -> None:
        if not path.exists():
            self.missing()
            return
        stat = {"name": path.name, "size": path.stat().st_size, "mode": 0o644, "mtime": "", "linkTarget": ""}
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            tar.add(path, arcname=path.name)
        described = base64.b64encode(json.dumps(stat).encode()).decode()
        self.answer(200, packed.getvalue(), X_Docker_Container_Path_Stat=described)

    def execute(self, execution: dict[str, Any]) -> None:
        """The raw stream of both outputs, each piece with a head of eight bytes."""
        self.send_response(101, "UPGRADED")
        self.send_header("Content-Type", "application/vnd.docker.multiplexed-stream")
        self.send_header("Connection", "Upgrade")
        self.send_header("Upgrade", "tcp")
        self.end_headers()
        if not (HASTY and next(commands) % 2):
            self.wfile.flush()
        folder = execution["asked"].get("WorkingDir") or "/"
        try:
            process = subprocess.Popen(
                execution["asked"]["Cmd"],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            )
        except OSError:
            execution["code"] = 127
            self.close_connection = True
            return
        if keeper is not None:
            keeper.keep(process.pid)
        for number, output in enumerate(process.communicate(), start=1):
            for at in range(0, len(output), 2**16):
                piece = output[at : at + 2**16]
                self.wfile.write(struct.pack(">BxxxL", number, len(piece)) + piece)
        execution["code"] = process.returncode
        # What it has left running in the background ends with the container.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 0)
            containers[execution["container"]]["groups"].append(process.pid)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        return


if __name__ == "__main__":
    keeper = Keeper()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Engine)
    server.daemon_threads = True
    print(f"tcp://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever(0.1)
