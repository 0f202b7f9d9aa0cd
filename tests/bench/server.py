"""Measures the server: throughput beside nginx with the same files, and 200 visitors at once.

    make bench-server         needs nginx and wrk; without them it says so and measures the visitors alone

Both servers are one process on this machine and take turns. Writes `build/bench/server.json`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).parents[2]
#: What belljar may cost: nginx's throughput divided by ours, for files of a megabyte and more.
SLOWER = 2.0
#: Growth of the resident memory from the first wave of visitors to the last, in MiB.
GROWTH_MIB = 16
#: Connections a browser opens to one server.
CONNECTIONS = 6
LARGE = 1 << 20

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; user {user};
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  default_type application/octet-stream;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port} backlog=2048; root {folder}/www; }}
}}
"""


def main(argv: list[str] | None = None) -> int:
    """Measures, prints and writes; 1 if a target was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--visitors", type=int, default=200, help="visitors at the same time (200)")
    parser.add_argument("--waves", type=int, default=3, help="times they all come (3)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each server (5)")
    parser.add_argument("--seconds", type=int, default=3, help="seconds of each turn (3)")
    parser.add_argument("--out", type=Path, default=ROOT / "build/bench/server.json")
    args = parser.parse_args(argv)
    found: dict[str, Any] = {"throughput": [], "skipped": None}
    with belljar() as (port, pid):
        paths = startup_set(port)
        lacking = [name for name in ("nginx", "wrk") if program(name) is None]
        if lacking:
            found["skipped"] = f"{' and '.join(lacking)} not installed: throughput was not compared."
            print(found["skipped"])
        else:
            found["throughput"] = throughput(port, args.rounds, args.seconds, args.out.parent)
        found["visitors"] = waves(port, pid, paths, args.visitors, args.waves)
    found["missed"] = report(found)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(f"Written to {args.out}.")
    return 1 if found["missed"] else 0


# ------------------------------------------------------------ throughput


def throughput(port: int, rounds: int, seconds: int, folder: Path) -> list[dict[str, Any]]:
    """Bytes per second of each kind of file from both servers, the medians of turns taken alternately."""
    policy = json.loads(urlopen(f"http://127.0.0.1:{port}/policy.json").read())
    core = {file["name"]: file for file in policy["core"]}
    wheels = [package["file"] for package in policy["packages"].values()]
    wheel = max(wheels, key=lambda file: file["size"])
    kinds = [
        ("runtime, as it is", core["pyodide.asm.wasm"]["url"], "identity"),
        ("runtime, brotli", core["pyodide.asm.wasm"]["url"], "br"),
        ("standard library", core["python_stdlib.zip"]["url"], "identity"),
        ("largest wheel", wheel["url"], "identity"),
        ("smallest wheel", min(wheels, key=lambda file: file["size"])["url"], "identity"),
    ]
    www = folder / "nginx" / "www"
    shutil.rmtree(www, ignore_errors=True)
    www.mkdir(parents=True)
    rows: list[dict[str, Any]] = []
    for number, (name, url, coding) in enumerate(kinds):
        body, got = fetched(f"http://127.0.0.1:{port}/{url}", coding)
        if got != coding:
            print(f"{name}: there is no {coding} copy yet (`belljar serve` makes it); left out.")
            continue
        (www / str(number)).write_bytes(body)
        row = {"name": name, "bytes": len(body), "path": f"/{url}", "coding": coding, "number": number}
        rows.append(row | {"belljar": [], "nginx": []})
    with nginx(folder / "nginx") as other:
        for row in rows:
            for _ in range(rounds):
                for server, at in (
                    ("belljar", f"{port}{row['path']}"),
                    ("nginx", f"{other}/{row['number']}"),
                ):
                    row[server].append(wrk(f"http://127.0.0.1:{at}", row["coding"], seconds) * row["bytes"])
    for row in rows:
        row["ratio"] = statistics.median(row["nginx"]) / statistics.median(row["belljar"])
    return rows


def wrk(url: str, coding: str, seconds: int) -> float:
    """Answers per second over eight connections kept alive.

    Raises:
        RuntimeError: There was an error among them.
    """
    command = ["wrk", "-t1", "-c8", f"-d{seconds}s", "-H", f"Accept-Encoding: {coding}", url]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Socket errors" in told or "Non-2xx" in told:
        raise RuntimeError(f"wrk saw errors at {url}:\n{told}")
    match = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert match is not None, told
    return float(match[1])


# ------------------------------------------------------------ visitors


def startup_set(port: int) -> list[str]:
    """Everything that a first visit fetches, as paths: documents, scripts, runtime, packages."""
    base = f"http://127.0.0.1:{port}/"
    policy = json.loads(urlopen(f"{base}policy.json").read())
    page = urlopen(base).read().decode()
    linked = re.findall(r'(?:src|href)="(static/[^"]+)"', page)
    wanted: list[str] = []

    def visit(name: str) -> None:
        if name not in wanted:
            for needed in policy["packages"][name]["depends"]:
                visit(needed)
            wanted.append(name)

    for name in policy["profile"]["load"]:
        visit(name)
    files = [file["url"] for file in policy["core"]]
    files += [policy["packages"][name]["file"]["url"] for name in wanted]
    return ["/", *(f"/{path}" for path in linked), "/frame/isolated.html", "/sdk.js", "/policy.json"] + [
        f"/{url}" for url in dict.fromkeys(files)
    ]


def waves(port: int, pid: int, paths: list[str], visitors: int, count: int) -> dict[str, Any]:
    """Waves of visitors, each with as many connections as a browser opens, all at the same moment."""
    raise_descriptors()
    asyncio.run(wave(port, paths, 1))
    memory = [resident(pid)]
    seconds: list[float] = []
    errors: list[str] = []
    sent = 0
    for _ in range(count):
        began = time.monotonic()
        got = asyncio.run(wave(port, paths, visitors))
        seconds.append(time.monotonic() - began)
        errors += [item for item in got if isinstance(item, str)]
        sent += sum(item for item in got if isinstance(item, int))
        memory.append(resident(pid))
    status = Path(f"/proc/{pid}/status").read_text()
    peak = int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024
    return {
        "visitors": visitors, "requests": visitors * len(paths) * count, "errors": errors[:20],
        "failed": len(errors), "bytes": sent, "seconds": seconds, "rss_mib": memory, "peak_mib": peak,
    }  # fmt: skip


async def wave(port: int, paths: list[str], visitors: int) -> list[int | str]:
    """Lets visitors fetch all paths; gives for each connection its bytes, or what went wrong."""
    tasks = []
    for _ in range(visitors):
        left = iter(paths)  # the connections of one visitor share its list
        tasks += [connection(port, left) for _ in range(CONNECTIONS)]
    return await asyncio.gather(*tasks)


async def connection(port: int, paths: Iterator[str]) -> int | str:
    """One connection, kept alive, fetching while paths are left; counts bytes and keeps none."""
    loop = asyncio.get_running_loop()
    buffer = bytearray(1 << 18)
    total = 0
    path = "(connecting)"
    with socket.socket() as client:
        client.setblocking(False)
        try:
            async with asyncio.timeout(300):
                await loop.sock_connect(client, ("127.0.0.1", port))
                for path in paths:
                    ask = f"GET {path} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip, deflate, br\r\n\r\n"
                    await loop.sock_sendall(client, ask.encode())
                    got = b""
                    while b"\r\n\r\n" not in got:
                        if not (data := await loop.sock_recv(client, 65_536)):
                            return f"{path}: closed before the head"
                        got += data
                    head, _, body = got.partition(b"\r\n\r\n")
                    if not head.startswith(b"HTTP/1.1 200 "):
                        return f"{path}: {head[:40]!r}"
                    length = int(re.findall(rb"(?i)\r\ncontent-length: (\d+)", head)[0])
                    here = len(body)
                    while here < length:
                        if not (size := await loop.sock_recv_into(client, buffer)):
                            return f"{path}: closed after {here} of {length} bytes"
                        here += size
                    if here != length:
                        return f"{path}: {here} bytes of {length}"
                    total += length
        except (OSError, TimeoutError) as error:
            return f"{path}: {error!r}"
    return total


def resident(pid: int) -> float:
    """Resident memory of a process in MiB."""
    match = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert match is not None
    return int(match[1]) / 1024


def raise_descriptors() -> None:
    """As many open sockets as the system lets us have."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


# ------------------------------------------------------------ the two servers


@contextlib.contextmanager
def belljar() -> Iterator[tuple[int, int]]:
    """belljar as users start it; gives its port and process id."""
    port = free_port()
    command = [sys.executable, "-m", "belljar", "serve", "--no-fetch", "--port", str(port)]
    with running(command, lambda: fetched(f"http://127.0.0.1:{port}/healthz", "identity")) as pid:
        # All copies were made by an earlier start, or are being made now: a fair turn needs a quiet machine.
        url = json.loads(fetched(f"http://127.0.0.1:{port}/policy.json", "identity")[0])["core"]
        wasm = next(file["url"] for file in url if file["name"] == "pyodide.asm.wasm")
        ends = time.monotonic() + 120
        while fetched(f"http://127.0.0.1:{port}/{wasm}", "br")[1] != "br" and time.monotonic() < ends:
            time.sleep(1)
        yield port, pid


@contextlib.contextmanager
def nginx(folder: Path) -> Iterator[int]:
    """nginx with one worker over `folder/www`; gives its port."""
    import getpass

    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder.resolve(), port=port, user=getpass.getuser()))
    command = [str(program("nginx")), "-c", str(config.resolve()), "-p", str(folder.resolve())]
    with running(command, lambda: fetched(f"http://127.0.0.1:{port}/0", "identity")):
        yield port


@contextlib.contextmanager
def running(command: list[str], ready: Callable[[], object]) -> Iterator[int]:
    """A process that is ended at the end, given when it answers.

    Raises:
        RuntimeError: It did not answer within a minute.
    """
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        ends = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                ready()
                break
            if process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"{command[0]} did not start.")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def fetched(url: str, coding: str) -> tuple[bytes, str]:
    """A body as it is sent, and its coding."""
    with urlopen(Request(url, headers={"Accept-Encoding": coding})) as answer:
        return answer.read(), answer.headers.get("Content-Encoding", "identity")


def free_port() -> int:
    """A port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def program(name: str) -> str | None:
    """Where a program is; Debian keeps nginx where only root looks."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


# ------------------------------------------------------------ report


def report(found: dict[str, Any]) -> list[str]:
    """Prints the tables; gives the targets that were missed."""
    missed: list[str] = []
    for row in found["throughput"]:
        ours, other = (statistics.median(row[name]) / 1e6 for name in ("belljar", "nginx"))
        target = row["bytes"] >= LARGE
        met = not target or row["ratio"] <= SLOWER
        verdict = ("met" if met else "MISSED") if target else "(no target)"
        print(
            f"{row['name']:20} {row['bytes'] / 1e6:7.2f} MB   belljar {ours:8.0f} MB/s   "
            f"nginx {other:8.0f} MB/s   {row['ratio']:5.2f} x   {verdict}"
        )
        if not met:
            missed.append(f"{row['name']}: {row['ratio']:.2f} times slower than nginx")
    seen = found["visitors"]
    growth = seen["rss_mib"][-1] - seen["rss_mib"][1]
    rss = " ".join(f"{value:.0f}" for value in seen["rss_mib"])
    took = ", ".join(f"{value:.1f}" for value in seen["seconds"])
    print(
        f"{seen['visitors']} visitors at once, {len(seen['seconds'])} waves of {took} s: "
        f"{seen['requests']} requests, {seen['bytes'] / 1e9:.1f} GB, {seen['failed']} connections failed. "
        f"Memory {rss} MiB (before, after each wave), at most {seen['peak_mib']:.0f} MiB."
    )
    if seen["failed"]:
        missed.append(f"{seen['failed']} connections failed: {'; '.join(seen['errors'][:3])}")
    if growth > GROWTH_MIB:
        missed.append(f"memory grew by {growth:.0f} MiB over the waves")
    for sentence in missed:
        print(f"Missed: {sentence}.")
    return missed


if __name__ == "__main__":
    raise SystemExit(main())
