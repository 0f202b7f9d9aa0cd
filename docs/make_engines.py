"""Renders what the last `make engines` has found into `docs/engines.md`.

    make docs-engines         after `make engines` or `make engines-speed`, which call it

Reads `build/engines/journeys.json` and, after `make engines-speed`, `speed-*.json` beside it, and replaces
what stands between `<!-- run:NAME -->` and `<!-- /run:NAME -->`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
TARGET = "docs/engines.md"
#: What stands in a cell of the table.
SHOWN = {"passed": "yes", "again": "yes¹", "missing": "not run", "failed": "**no**"}
AGAIN = "¹ at the second try"

_BLOCK = re.compile(r"<!-- run:(?P<name>\w+) -->\n?(?P<text>.*?)\n?<!-- /run:(?P=name) -->", re.DOTALL)


class ReportError(Exception):
    """A run is not fit to be quoted. The text says why."""


def render(report: Mapping[str, Any]) -> dict[str, str]:
    """The blocks of a report by name: engines, journeys."""
    engines: list[dict[str, Any]] = [one for one in report["engines"] if one["product"]]
    journeys: list[dict[str, Any]] = report["journeys"]
    if not engines or not journeys:
        raise ReportError("No engine has run a journey.")
    failed = [
        f"{journey['title']} ({name})"
        for journey in journeys
        for name, one in journey["outcomes"].items()
        if one["outcome"] == "failed"
    ]
    if failed:
        raise ReportError(f"These journeys failed: {'; '.join(failed)}.")
    notes: list[str] = []
    rows = [_row(journey, engines, notes) for journey in journeys]
    head = ["Journey", *(one["product"] for one in engines)]
    table = [_line(head), "|---" * len(head) + "|", *rows]
    if any("yes¹" in row for row in rows):
        table += ["", AGAIN]
    table += ["", *(f"{at}. {note}" for at, note in enumerate(notes, 1))] if notes else []
    absent = [one for one in report["engines"] if not one["product"]]
    said = f"Run in {', '.join(one['product'] for one in engines)}."
    if absent:
        said += f" Not here when this was run: {', '.join(one['name'] for one in absent)}."
    return {"engines": said, "journeys": "\n".join(table)}


def speed(reports: list[Mapping[str, Any]]) -> str:
    """The first figure beside a plain page's, by engine: medians in seconds."""
    lines = ["| Engine | What | Plain page | belljar | Ratio |", "|---|---|---|---|---|"]
    for report in reports:
        for row in report["rows"]:
            plain, ours = (f"{row[side]['median'] / 1000:.1f} s" for side in ("plain", "ours"))
            lines.append(_line([report["engine"], row["title"], plain, ours, f"{row['ratio']:.2f}"]))
    facts = "; ".join(
        f"{one['engine']}: {one['rounds']} round{'s' if one['rounds'] != 1 else ''} at load {one['load']:.1f}"
        for one in reports
    )
    return "\n".join(
        [*lines, "", f"Medians on {reports[0]['processor']}, {reports[0]['cores']} cores. {facts}."]
    )


def _row(journey: Mapping[str, Any], engines: list[dict[str, Any]], notes: list[str]) -> str:
    cells = [journey["title"]]
    for engine in engines:
        one = journey["outcomes"].get(engine["name"], {"outcome": "missing"})
        if one["outcome"] != "limited":
            cells.append(SHOWN[one["outcome"]])
            continue
        if one["said"] not in notes:
            notes.append(one["said"])
        cells.append(f"in part, {notes.index(one['said']) + 1}")
    return _line(cells)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(_cell(one) for one in cells)} |"


def _cell(text: str) -> str:
    """Text that stands for itself in a table: what a title holds is no markup."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")
    return re.sub(r"([|\\`_\[\]])", r"\\\1", escaped)


def put(text: str, blocks: Mapping[str, str]) -> str:
    """The document with these blocks in the places it has for them."""

    def block(found: re.Match[str]) -> str:
        name = found["name"]
        return f"<!-- run:{name} -->\n{blocks.get(name, found['text'])}\n<!-- /run:{name} -->"

    return _BLOCK.sub(block, text)


def main(argv: list[str] | None = None) -> int:
    """Renders the blocks and writes the document if it changed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--report", type=Path, default=ROOT / "build/engines/journeys.json")
    parser.add_argument("--document", type=Path, default=ROOT / TARGET)
    args = parser.parse_args(argv)
    if not args.report.exists():
        print(f"There is no {args.report.name}: run `make engines` first.", file=sys.stderr)
        return 1
    measured = [
        json.loads(path.read_text("utf-8")) for path in sorted(args.report.parent.glob("speed-*.json"))
    ]
    try:
        blocks = render(json.loads(args.report.read_text(encoding="utf-8")))
        if measured:
            blocks["speed"] = speed(measured)
    except ReportError as error:
        print(f"Nothing was written. {error}", file=sys.stderr)
        return 1
    before = args.document.read_text(encoding="utf-8")
    after = put(before, blocks)
    if after != before:
        args.document.write_text(after, encoding="utf-8")
        print(f"{TARGET}: written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
