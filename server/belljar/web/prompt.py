"""Prompt: what a language model has to know about its sandbox, written from the server's actual policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

#: One statement per line (a backslash joins two lines); the names in braces come from the policy.
_STATEMENTS = """\
You can run Python {python} with the tool execute_python. It runs in a sealed sandbox (Pyodide {pyodide}, in \
a browser).
- It works like a notebook: variables and imports stay for the next call, and the value of the last \
expression is shown. Print what else you want to see.
- {figures}
- Loaded already: {ready}.
- Loaded when imported: {later}.
- Nothing else can be installed: pip, conda and micropip reach no further packages.
- There is no network: requests, urllib, sockets and downloads fail. Never try. Data comes as files that are \
there, or in what you are told; if something is missing, ask for it.
- Files lie in the working directory; look with os.listdir(). Write results there, as "result.csv".
- A call may run {timeout}, on request up to {longest}. After a call that took too long variables may be \
gone, and so are files that it wrote; files from before are kept.
- Python has {memory} of memory, files may take {file_bytes} ({files:,} files), output is cut after \
{stream_chars:,} characters and {displays:,} figures or tables.
- There are no threads, processes or shell commands, and no access to anything outside of the sandbox."""

_FIGURES = (
    "Figures: draw with matplotlib; every figure that is open at the end is shown and closed. "
    "Do not save it to show it."
)
_NO_FIGURES = "There is no matplotlib: describe results in words and tables."


def write_prompt(policy: Mapping[str, Any]) -> str:
    """Text for a system prompt: packages with versions, limits, how to show things, where files lie.

    Args:
        policy: The wire form, as `build_policy` or a server's `policy.json` has it.
    """
    limits, packages = policy["limits"], policy["packages"]
    ready = [packages[name] for name in policy["profile"]["load"] if name in packages]
    loaded = {package["name"] for package in ready}
    facts = {
        "python": policy["python"],
        "pyodide": policy["pyodide"],
        "figures": _FIGURES if "matplotlib" in packages else _NO_FIGURES,
        "ready": _packages(ready),
        "later": _packages(package for package in packages.values() if package["name"] not in loaded),
        "timeout": _seconds(limits["timeout_ms"]),
        "longest": _seconds(limits["max_timeout_ms"]),
        "memory": _bytes(limits["memory_bytes"]),
        "file_bytes": _bytes(limits["file_bytes"]),
        "files": limits["files"],
        "stream_chars": limits["stream_chars"],
        "displays": limits["displays"],
    }
    return _STATEMENTS.format_map(facts)


def _packages(packages: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(sorted(map(_package, packages), key=str.lower)) or "none"


def _package(package: Mapping[str, Any]) -> str:
    name, imports = package["name"], package["imports"]
    same = name.replace("-", "_").lower() in {one.lower() for one in imports}
    imported = f" (import {', '.join(imports[:2])})" if imports and not same else ""
    return f"{name} {package['version']}{imported}"


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:g} seconds"


def _bytes(count: int) -> str:
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"
