"""Startup: what Pyodide does at each start, and need not do in an interpreter that was captured ready."""

from __future__ import annotations

import importlib
import sys
from typing import Any


def shorten() -> None:
    """Let the next start do less. Call it right before the capture."""
    _skip_once("pyodide._package_loader", "init_loaded_packages")
    _answer_once()


def _skip_once(module: str, name: str) -> None:
    """Let the next call of a function do nothing but put the function back.

    Pyodide reads the metadata of every package at the end of each start, to learn what is loaded. A restored
    interpreter is told by its snapshot.
    """
    target = sys.modules.get(module)
    function = getattr(target, name, None)
    if target is not None and function is not None:
        setattr(target, name, lambda: setattr(target, name, function))


def _answer_once() -> None:
    """Let what Pyodide evaluates first have its answer ready: four lines, each the same at every start."""
    import builtins

    base: Any = sys.modules.get("_pyodide._base")
    if base is None:
        return
    evaluate = base.eval_code
    answers: dict[str, Any] = {
        "{}": {},
        "import importlib; importlib": importlib,
        "import __main__; __main__.__dict__": vars(sys.modules["__main__"]),
        "import builtins; builtins.__dict__": vars(builtins),
    }

    def answer(source: str, *args: Any, **kwargs: Any) -> Any:
        ready = source in answers
        found = answers.pop(source) if ready else None
        if not ready or not answers:
            base.eval_code = evaluate
        return found if ready else evaluate(source, *args, **kwargs)

    base.eval_code = answer
