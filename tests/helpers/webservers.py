"""Web servers of others, for tests: nginx, Apache and Caddy, where they are installed."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

_NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; user {user};
events {{ worker_connections 64; }}
http {{
  types {{ text/html html; text/javascript js mjs; application/json json; application/wasm wasm; }}
  access_log off;
  default_type application/octet-stream;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  {outer}
  server {{ listen 127.0.0.1:{port}; root {root};
{inner}
  }}
}}
"""
_APACHE = """
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog {folder}/error.log
DocumentRoot {root}
{modules}
{user}
TypesConfig /etc/mime.types
DirectoryIndex index.html
<Directory {root}>
  AllowOverride FileInfo
  Require all granted
</Directory>
{inner}
"""
_CADDY = """
{{
  admin off
  auto_https off
}}
http://127.0.0.1:{port} {{
  root * {root}
{inner}
}}
"""
_MODULES = ("mpm_event", "authz_core", "mime", "dir", "headers", "alias", "proxy", "proxy_http")
_APACHE_MODULES = Path("/usr/lib/apache2/modules")


def installed(name: str) -> str:
    """The program of a web server; the test is skipped where there is none."""
    program = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        pytest.skip(f"{name} is not installed")
    return program


@contextlib.contextmanager
def running(
    name: str, folder: Path, *, inner: str, outer: str = "", root: Path | None = None
) -> Iterator[str]:
    """A web server with these lines in its configuration; gives its address, without a slash at the end.

    Args:
        name: "nginx", "apache2" or "caddy".
        folder: For its files; others can read it.
        inner: Within its `server`, site or host.
        outer: Around it, where it has such a place (nginx's `http`).
        root: Folder of the files it serves.
    """
    program = installed(name)
    port = _free()
    held = {"folder": folder, "port": port, "root": root or folder, "inner": inner, "outer": outer}
    config = folder / f"{name}.conf"
    if name == "nginx":
        config.write_text(_NGINX.format(**held, user=getpass.getuser()))
        command = [program, "-c", str(config), "-p", str(folder)]
    elif name == "apache2":
        modules = "\n".join(
            f"LoadModule {module}_module {_APACHE_MODULES}/mod_{module}.so"
            for module in _MODULES
            if (_APACHE_MODULES / f"mod_{module}.so").exists()
        )
        # Apache does not work as root.
        user = "User nobody\nGroup nogroup" if os.getuid() == 0 else ""
        config.write_text(_APACHE.format(**held, modules=modules, user=user))
        command = [program, "-f", str(config), "-DFOREGROUND"]
    else:
        config.write_text(_CADDY.format(**held))
        command = [program, "run", "--config", str(config), "--adapter", "caddyfile"]
    log = (folder / f"{name}.log").open("wb")
    environment = {
        **os.environ,
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(process, port, folder / f"{name}.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1)
        # Apache waits ten seconds for those of its children that had a socket.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        log.close()


def headers_by_path(text: str) -> dict[str, dict[str, str]]:
    """`_headers`, as Netlify documents it: a path, and its headers below it, indented."""
    found: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if not line.startswith(" "):
            path = line
            found[path] = {}
        else:
            name, _, value = line.strip().partition(": ")
            found[path][name] = value
    return found


def _free() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"It did not start: {log.read_text(errors='replace')}")
