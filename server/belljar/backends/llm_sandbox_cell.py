"""Runs inside the container, in llm-sandbox's IPython: a cell, and what a notebook would show of it, as JSON.

llm-sandbox itself gives back text only. It imports nothing that a container with IPython lacks.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import signal
import sys
import traceback
import types
from collections.abc import Callable
from typing import Any

_FIELDS = {
    "text/plain": "text",
    "text/html": "html",
    "text/markdown": "markdown",
    "image/svg+xml": "svg",
    "image/png": "png",
    "image/jpeg": "jpeg",
    "text/latex": "latex",
    "application/json": "json",
}
_modules: dict[str, types.ModuleType] = {}


def run(shell: Any, code: str, context: str, folder: str) -> None:
    """Runs a cell in a context and prints one line of JSON with everything it showed."""
    os.chdir(folder)
    os.environ.setdefault("MPLBACKEND", "Agg")
    out, err = io.StringIO(), io.StringIO()
    results: list[dict[str, Any]] = []
    failed: BaseException | None = None

    def show(data: dict[str, Any], main: bool) -> None:
        found = {_FIELDS[mime]: value for mime, value in data.items() if mime in _FIELDS}
        for name in ("png", "jpeg"):
            if isinstance(found.get(name), bytes):
                found[name] = base64.b64encode(found[name]).decode()
        results.append({**found, "is_main": main})

    def show_value(value: object) -> None:
        if value is not None and not shell.displayhook.semicolon_at_end_of_expression(code):
            shell.user_ns["_"] = value
            show(shell.display_formatter.format(value)[0], True)

    def say_nothing(*_: object, **__: object) -> None:
        # What was raised goes back as data.
        return None

    before = shell.user_module, shell.user_ns, sys.displayhook, shell.display_pub.publish
    module = _modules.get(context)
    try:
        if module is None:
            module = _modules[context] = types.ModuleType("__main__")
            shell.user_module, shell.user_ns = module, module.__dict__
            shell.init_user_ns()
        shell.user_module, shell.user_ns = module, module.__dict__
        sys.displayhook = show_value
        shell.display_pub.publish = lambda data, metadata=None, **_: show(data, False)
        shell.showtraceback = shell.showsyntaxerror = say_nothing
        # A shell starts what runs in the background deaf to interrupts (POSIX, 2.11).
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            done = shell.run_cell(code, store_history=True)
            failed = done.error_before_exec or done.error_in_exec
            try:
                _figures(show)
            except Exception as undrawn:  # noqa: BLE001 - the code's own, whatever it is
                failed = failed or undrawn
    except KeyboardInterrupt as stopped:
        failed = stopped
    finally:
        # One that comes too late would end IPython itself.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        shell.user_module, shell.user_ns, sys.displayhook, shell.display_pub.publish = before
        for name in ("showtraceback", "showsyntaxerror"):
            shell.__dict__.pop(name, None)
    said = {"stdout": out.getvalue(), "stderr": err.getvalue(), "results": results}
    print(json.dumps({**said, "error": None if failed is None else _error(failed)}))


def _figures(show: Callable[[dict[str, Any], bool], None]) -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    for number in pyplot.get_fignums():
        image = io.BytesIO()
        pyplot.figure(number).savefig(image, format="png")
        show({"text/plain": f"Figure {number}", "image/png": image.getvalue()}, False)
    pyplot.close("all")


def _error(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    # Cells have names that are no files, or files of IPython's own; what is before the first one is ours.
    own = [frame for frame in frames if _is_cell(frame.filename)]
    line = own[-1].lineno if own else getattr(error, "lineno", None)
    first = frames.index(own[0]) if own else len(frames)
    text = "".join(traceback.format_list(frames[first:]))
    text += "".join(traceback.format_exception_only(type(error), error))
    head = "Traceback (most recent call last):\n" if own else ""
    return {"name": type(error).__name__, "value": str(error), "traceback": head + text, "line": line}


def _is_cell(filename: str) -> bool:
    return filename.startswith("<ipython-input-") or "ipykernel_" in filename
