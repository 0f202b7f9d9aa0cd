"""Renders what the last bench has measured into `README.md`.

    make docs-speed           after `make bench` (and `make bench-server`)

Reads `bench.json` and, where it is there, `server.json` from `build/bench/`, and replaces what stands between
`<!-- bench:speed -->` and `<!-- /bench:speed -->`.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
#: Fewer samples prove too little to be quoted.
ROUNDS = 5
#: Smaller files are not what the throughput is promised for, in bytes.
LARGE = 1 << 20

_BLOCK = re.compile(r"(<!-- bench:speed -->\n).*?\n?(<!-- /bench:speed -->)", re.DOTALL)


class ResultsError(Exception):
    """A bench is not fit to be quoted. The text says why."""


def render(bench: Mapping[str, Any], server: Mapping[str, Any] | None) -> str:
    """The table, and a sentence on where it was measured.

    Raises:
        ResultsError: It was a quick one, or had too few rounds.
    """
    if bench["quick"] or bench["rounds"] < ROUNDS:
        raise ResultsError(
            f"A bench of {bench['rounds']} rounds is too short to be quoted: run `make bench`."
        )
    lines = ["| | plain Pyodide page | belljar | ratio |", "|---|---|---|---|"]
    for row in bench["rows"]:
        plain, ours = (_figure(row[side], row["unit"]) for side in ("plain", "ours"))
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
        lines.append(f"| {row['title']} | {plain} | {ours} | {ratio} |")
    told = (
        f"Medians of {bench['rounds']} rounds taken in turn, in brackets the least and the most: "
        f"{bench['browser']}, {bench['processor']}, {bench['cores']} cores. The work is numpy, pandas and "
        "matplotlib and a first figure."
    )
    if server is not None:
        told += f" {_server(server)}"
    return "\n".join([*lines, "", told])


def put(text: str, block: str) -> str:
    """The document with this block in its place.

    Raises:
        ResultsError: It has no place for it.
    """
    if not _BLOCK.search(text):
        raise ResultsError("The README has no `<!-- bench:speed -->`.")
    return _BLOCK.sub(lambda found: f"{found[1]}{block}\n{found[2]}", text)


def main(argv: list[str] | None = None) -> int:
    """Renders the table and writes the README if it changed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--results", type=Path, default=ROOT / "build/bench", help="folder of the results")
    parser.add_argument("--readme", type=Path, default=ROOT / "README.md", help="the document")
    args = parser.parse_args(argv)
    bench, server = (_read(args.results / f"{name}.json") for name in ("bench", "server"))
    if bench is None:
        print(f"There is no bench in {args.results}: run `make bench` first.", file=sys.stderr)
        return 1
    before = args.readme.read_text(encoding="utf-8")
    try:
        after = put(before, render(bench, server))
    except ResultsError as error:
        print(f"Nothing was written. {error}", file=sys.stderr)
        return 1
    if after != before:
        args.readme.write_text(after, encoding="utf-8")
    print(f"{args.readme.name}: {'written' if after != before else 'as it was'}")
    return 0


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _figure(figure: Mapping[str, float] | None, unit: str) -> str:
    if figure is None:
        return ""
    return f"{_number(figure['median'])} {unit} ({_number(figure['least'])} to {_number(figure['most'])})"


def _number(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{round(value):,}"


def _server(server: Mapping[str, Any]) -> str:
    seen = server["visitors"]
    told = (
        f"{seen['visitors']} visitors who come at once, with six connections each, have all they need after "
        f"{statistics.median(seen['seconds']):.1f} s; of {seen['requests']:,} requests in all, "
        f"{seen['failed']} ended a connection early. The server took {seen['peak_mib']:.0f} MiB at most."
    )
    large = [row["ratio"] for row in server["throughput"] if row["bytes"] >= LARGE]
    if large:
        told += f" nginx is {min(large):.1f} to {max(large):.1f} times as fast with large files."
    return told


if __name__ == "__main__":
    raise SystemExit(main())
