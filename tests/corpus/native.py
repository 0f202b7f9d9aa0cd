"""Runs cells as Jupyter would, in the Python that runs this, and writes what they gave as JSON.

    python tests/corpus/native.py answers.json [theme/name…]

Each cell has a process and a folder of its own, forked from one that has imported what most cells need.
What a cell gives is told as `sandbox.py` tells it: printed text, the text of its last expression, the shape
of a table, figures.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import multiprocessing
import os
import sys
import tempfile
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from cell import Cell, read_cells

#: Seconds.
LONGEST = 120


def run(cell: Cell) -> dict:
    """What a cell gives."""
    import matplotlib.pyplot as plt
    from IPython.core.formatters import DisplayFormatter

    figures: list[str] = []

    def show(*_: object, **__: object) -> None:
        for number in plt.get_fignums():
            figure = plt.figure(number)
            data = io.BytesIO()
            figure.savefig(data, format="png", dpi=figure.dpi * 2, bbox_inches="tight")
            figures.append(base64.b64encode(data.getvalue()).decode())
        plt.close("all")

    plt.show = show
    answer: dict = {"stdout": "", "text": None, "table": None, "error": None}
    out = io.StringIO()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(out), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.chdir(folder)
        try:
            tree = ast.parse(cell.code)
            names: dict = {"__name__": "__main__"}
            last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, "<cell>", "exec"), names)
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if last else None
            if value is not None:
                answer["text"] = DisplayFormatter().format(value)[0]["text/plain"]
            if type(value).__name__ in {"DataFrame", "Series"}:
                answer["table"] = [*value.shape, 1][:2]
        except Exception as error:  # noqa: BLE001 - whatever a cell raises is its answer
            answer["error"] = f"{type(error).__name__}: {error}"
        show()
        os.chdir("/")
    answer["stdout"] = out.getvalue()
    answer["figures"] = figures
    return answer


def main() -> None:
    target, *wanted = sys.argv[1:]
    os.environ["MPLBACKEND"] = "agg"
    import pandas  # noqa: F401 - the children have it

    context = multiprocessing.get_context("fork")
    path = Path(target)
    answers: dict = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for cell in read_cells():
        if wanted and cell.id not in wanted:
            continue
        with context.Pool(1) as pool:
            try:
                answers[cell.id] = pool.apply_async(run, (cell,)).get(LONGEST)
            except multiprocessing.TimeoutError:
                answers[cell.id] = {
                    "stdout": "",
                    "text": None,
                    "table": None,
                    "figures": [],
                    "error": "timeout",
                }
        answers[cell.id]["code"] = cell.code
        print(f"native {cell.id}", file=sys.stderr)
    path.write_text(json.dumps(answers), encoding="utf-8")


if __name__ == "__main__":
    main()
