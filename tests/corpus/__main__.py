"""Runs the corpus natively and in belljar, compares both, writes docs/fidelity.md and stored answers.

    make corpus                      all of it, some minutes
    python -m tests.corpus csv       themes or cells whose id begins so; nothing is written

Ends with 1 if a cell differs and `reasons.json` has no reason for it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from belljar.settings import load_settings

from . import environment, report, sandbox
from .cell import HERE, read_cells

BUILD = HERE.parent.parent / "build" / "corpus"


def main() -> int:
    """The exit status."""
    begins = tuple(sys.argv[1:])
    cells = [cell for cell in read_cells() if not begins or cell.id.startswith(begins)]
    BUILD.mkdir(parents=True, exist_ok=True)
    python, apart = environment.make(BUILD / "venv", load_settings({}).assets_dir)
    native, ours, found = (BUILD / f"{name}.json" for name in ("native", "sandbox", "differences"))
    # What is known of a cell natively stays so until its text or the environment changes.
    known = json.loads(native.read_text(encoding="utf-8")) if native.exists() else {}
    new = [cell.id for cell in cells if known.get(cell.id, {}).get("code") != cell.code]
    if new:
        subprocess.run([python, HERE / "native.py", native, *new], check=True)
    ours.write_text(json.dumps(sandbox.run(cells)), encoding="utf-8")
    subprocess.run([python, HERE / "compare.py", native, ours, found], check=True)
    answers, given, differences = (
        json.loads(path.read_text(encoding="utf-8")) for path in (native, ours, found)
    )
    reasons = json.loads((HERE / "reasons.json").read_text(encoding="utf-8"))
    told = report.Report(cells, answers, given, differences, reasons, apart, version(python))
    print(told.summary())
    for name in told.unexplained:
        print(
            f"\n{name}: {told.what(name)}\n--- natively\n{told.shown(answers[name])}\n"
            f"--- here\n{told.shown(given[name])}"
        )
    if not begins:
        (HERE.parent.parent / "docs" / "fidelity.md").write_text(told.page(), encoding="utf-8")
        (HERE / "answers.json").write_text(told.short(), encoding="utf-8")
    return 1 if told.unexplained else 0


def version(python: Path) -> str:
    """Of that Python."""
    asked = [python, "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
