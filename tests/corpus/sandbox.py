"""Runs cells in belljar: one warm page, a clean Python for each. Tells what they gave as `native.py` does."""

from __future__ import annotations

import base64
import sys
import time

from belljar import Sandbox

from .cell import Cell


def run(cells: list[Cell]) -> dict[str, dict]:
    """What the cells give, by id, and the milliseconds that each took."""
    answers: dict[str, dict] = {}
    with Sandbox(spare=True) as sandbox:
        for cell in cells:
            sandbox.reset()
            for file in sandbox.files.list():
                sandbox.files.remove(file.path)
            began = time.monotonic()
            done = sandbox.execute(cell.code, timeout=120)
            last = next((result for result in done.results if result.is_main), None)
            answers[cell.id] = {
                "stdout": done.stdout,
                "text": last.text if last else None,
                "table": list(last.data.shape) if last and last.data else None,
                "error": f"{done.error.name}: {done.error.value}" if done.error else None,
                "figures": [base64.b64encode(one.png).decode() for one in done.results if one.png],
                "ms": round((time.monotonic() - began) * 1000),
            }
            print(f"sandbox {cell.id} {answers[cell.id]['ms']} ms", file=sys.stderr)
    return answers
