"""The Python inside the sandbox: one cell in, a stream of plain events out.

    worker (JS) ── start(bridge) ──► Session ── run(run, code, options) ──► events as JSON text

Only `interpreter` knows Pyodide; everything else runs, and is tested, in an ordinary CPython too. Nothing in
here is a wall: user code shares this interpreter and can change all of it. The wall is the frame around it.
"""

from .session import Session, start

__all__ = ["Session", "start"]
