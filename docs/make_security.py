"""Renders what the last test run has measured into `docs/security.md`, `SECURITY.md` and `README.md`.

    make docs-security        after `make test` and `make soak`

Reads `attacks.json`, `faults.json` and `channels.json` from `build/reports/`, `soak.json` from `build/soak/`
and, after `make engines-attacks`, what lies in `build/engines/`, and replaces what stands between
`<!-- run:NAME -->` and `<!-- /run:NAME -->`. What has no file there stays as it is.
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
TARGETS = ("docs/security.md", "SECURITY.md", "README.md")
#: A soak shorter than this proves too little to be quoted.
SOAK_RUNS = 1000

#: Hosts of an export, as the report's files and the table's columns call them.
_TIERS = {"headers": "host that sends headers", "bare": "host that sends none"}
#: Where a sandbox comes from, as the reports of other engines call it and the tables' columns.
_ORIGINS = {"served": "the server", **_TIERS}
_ENGINE_BLOCKS = {"attacks": "engines", "layers": "layers"}
_BLOCK = re.compile(r"<!-- run:(?P<name>\w+) -->\n?(?P<text>.*?)\n?<!-- /run:(?P=name) -->", re.DOTALL)


class ResultsError(Exception):
    """A run is not fit to be quoted. The text says why."""


def render(results: Path, soaked: Path, engines: Path | None = None) -> dict[str, str]:
    """The blocks that the results give, by name."""
    blocks: dict[str, str] = {}
    if attacks := _read(results / "attacks.json"):
        blocks |= _attacks(attacks)
    if faults := _read(results / "faults.json"):
        tiers = {name: _read(results / f"faults-{tier}.json") for tier, name in _TIERS.items()}
        blocks["faults"] = _faults(faults, {name: tier for name, tier in tiers.items() if tier})
    if channels := _read(results / "channels.json"):
        blocks["channels"] = _channels(channels)
    if engines and (webkit := _read(engines / "channels-webkit.json")):
        blocks["webkit"] = _channels({"tables": [webkit]})
    if (soak := _read(soaked)) and soak["runs"] >= SOAK_RUNS:
        blocks["soak"] = _soak(soak)
    for name, rendered in (("attacks", _engines), ("layers", _layers)):
        places = _places(engines, name) if engines else {}
        if places:
            blocks[_ENGINE_BLOCKS[name]] = rendered(places)
    return blocks


def blocks_of(text: str) -> dict[str, str]:
    """The blocks in a document, by name."""
    return {found["name"]: found["text"] for found in _BLOCK.finditer(text)}


def put(text: str, blocks: Mapping[str, str]) -> str:
    """The document with these blocks in the places it has for them."""

    def block(found: re.Match[str]) -> str:
        name = found["name"]
        return f"<!-- run:{name} -->\n{blocks.get(name, found['text'])}\n<!-- /run:{name} -->"

    return _BLOCK.sub(block, text)


def main(argv: list[str] | None = None) -> int:
    """Renders the blocks and writes the documents that changed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--results", type=Path, default=ROOT / "build/reports", help="folder of the results")
    parser.add_argument("--soak", type=Path, default=ROOT / "build/soak/soak.json", help="result of the soak")
    parser.add_argument("--root", type=Path, default=ROOT, help="folder of the documents")
    args = parser.parse_args(argv)
    try:
        blocks = render(args.results, args.soak, args.results.parent / "engines")
    except ResultsError as error:
        print(f"Nothing was written. {error}", file=sys.stderr)
        return 1
    if not blocks:
        print(
            f"There are no results in {args.results}: run `make test` or `make soak` first.", file=sys.stderr
        )
        return 1
    for name in TARGETS:
        path = args.root / name
        before = path.read_text(encoding="utf-8")
        after = put(before, blocks)
        if after != before:
            path.write_text(after, encoding="utf-8")
            print(f"{name}: written")
    print(f"Rendered: {', '.join(sorted(blocks))}.")
    return 0


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _attacks(attacks: Mapping[str, Any]) -> dict[str, str]:
    probes: list[dict[str, Any]] = attacks["results"]
    for probe in probes:
        if probe["sealed"] != "held":
            raise ResultsError(f"The probe {probe['title']!r} got out: there is a leak to close first.")
        if probe["control"] != "sighted":
            raise ResultsError(f"The control of {probe['title']!r} was not sighted: it proves nothing.")
    where = _browser(attacks["browser"])
    if attacks.get("firefox"):
        others = sum(probe["group"] == "firefox" for probe in probes)
        where = f"{where} ({len(probes) - others}) and {attacks['firefox']} ({others})"
    groups: dict[str, list[str]] = {}
    for probe in probes:
        groups.setdefault(probe["group"], []).append(probe["title"])
    rows = [f"| {group} | {len(titles)} | {len(titles)} |" for group, titles in sorted(groups.items())]
    table = ["| Group | Probes held | Controls sighted |", "|---|---|---|", *rows]
    table.append(f"| **all** | **{len(probes)}** | **{len(probes)}** |")
    lists = [
        f"<details><summary>{group}: {len(titles)} probes</summary>\n\n"
        + "\n".join(f"* {_cell(title)}" for title in titles)
        + "\n\n</details>"
        for group, titles in sorted(groups.items())
    ]
    return {
        "promise": f"No leak observed in **{len(probes)} probes** on {where}.",
        "probes": "\n".join(table) + "\n\n" + "\n".join(lists),
    }


def _faults(faults: Mapping[str, Any], tiers: Mapping[str, Mapping[str, Any]]) -> str:
    layers: list[dict[str, Any]] = faults["layers"]
    groups = list(layers[0]["groups"])
    head = ["Without", "Kind", *groups, *tiers]
    hosted = {name: {row["layer"]: row for row in tier["layers"]} for name, tier in tiers.items()}
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    refused: dict[str, str] = {}
    for layer in layers:
        cells = [layer["groups"][group] for group in groups]
        if layer["outcome"] != "held":
            refused[layer["layer"]] = layer["outcome"]
        cells += [_together(rows.get(layer["layer"])) for rows in hosted.values()]
        if any(held != total for held, slash, total in (cell.partition("/") for cell in cells) if slash):
            raise ResultsError(f"Without {layer['layer']} an attempt got through: no other layer holds it.")
        lines.append(f"| {_cell(layer['layer'])} | {layer['kind']} | {' | '.join(map(_cell, cells))} |")
    said = [f"* Without {_cell(name)}: “{_cell(sentence)}”" for name, sentence in refused.items()]
    intro = (
        f"{faults['probes']} attempts by somebody who already owns the worker or the frame, on "
        f"{_browser(faults['browser'])}; held/attempted."
    )
    tail = ["", "Where the sandbox does not start, it says why:", "", *said] if said else []
    return "\n".join([intro, "", *lines, *tail])


def _places(folder: Path, kind: str) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The reports of a kind by engine and place: `attacks-webkit-bare.json` and so on."""
    found = {tuple(path.stem.split("-")[1:]): path for path in sorted(folder.glob(f"{kind}-*-*.json"))}
    return {
        (engine, origin): _read(found[engine, origin])
        for engine in sorted({engine for engine, _ in found})
        for origin in _ORIGINS
        if (engine, origin) in found
    }


def _engines(places: Mapping[tuple[str, str], Mapping[str, Any]]) -> str:
    """Probes by engine and place: how many held, and how many controls were sighted."""
    lines = [
        "| Engine | Place | Group | Probes held | Controls sighted | Nothing there to attack |",
        "|---" * 6 + "|",
    ]
    notes: list[str] = []
    for (_, origin), report in places.items():
        opened = {probe for one in report["open"] for probe in one["probes"]}
        for outcome in report["outcomes"]:
            if outcome["sealed"] != "held" and outcome["id"] not in opened:
                raise ResultsError(f"In {report['engine']} the probe {outcome['id']} got out.")
        for one in report["groups"]:
            controls = "as above"
            if origin == "served":
                controls = str(one["controlled"])
                if one["controlled"] + one["lacking"] < one["probes"]:
                    raise ResultsError(f"In {report['engine']} a control of {one['group']} was not sighted.")
            cells = [report["engine"], _ORIGINS[origin], one["group"], f"{one['held']}/{one['probes']}"]
            lines.append(f"| {' | '.join([*cells, controls, str(one['lacking'])])} |")
        for kind, said in (
            ("lacking", "has nothing to attack in"),
            ("open", "gets through for the frame's owner in"),
        ):
            for one in report[kind]:
                what = ", ".join(f"`{probe}`" for probe in one["probes"])
                note = f"* {_cell(one['why'])} ({said} {report['engine']}: {what})"
                if note not in notes:
                    notes.append(note)
    return "\n".join([*lines, "", *notes]).rstrip()


def _layers(places: Mapping[tuple[str, str], Mapping[str, Any]]) -> str:
    """Layers by engine and place: how many attempts the others hold without it, and what none holds."""
    head = [
        "Without",
        *(f"{report['browser']}, {_ORIGINS[origin]}" for (_, origin), report in places.items()),
    ]
    by_place = [{row["layer"]: row for row in report["layers"]} for report in places.values()]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    notes: list[str] = []
    for layer in dict.fromkeys(name for rows in by_place for name in rows):
        cells = [_together(rows.get(layer)) for rows in by_place]
        for cell, rows, report in zip(cells, by_place, places.values(), strict=True):
            held, slash, total = cell.partition("/")
            alone = rows[layer].get("alone", {}) if slash else {}
            known = alone.get("attempts", [])
            if slash and int(held) + len(known) != int(total):
                raise ResultsError(f"Without {layer} an attempt got through: no other layer holds it.")
            if known:
                what = f"{_cell(', '.join(known))} gets through in {report['browser']}"
                note = f"* Without {_cell(layer)}, {what}: {_cell(alone['why'])}"
                if note not in notes:
                    notes.append(note)
        lines.append(f"| {_cell(layer)} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *notes]).rstrip()


def _together(row: Mapping[str, Any] | None) -> str:
    """What all groups of a layer come to; a host may have no such layer."""
    if row is None:
        return "no such layer"
    if row["outcome"] != "held":
        return "not started"
    pairs = [cell.split("/") for cell in row["groups"].values()]
    return f"{sum(int(held) for held, _ in pairs)}/{sum(int(total) for _, total in pairs)}"


def _channels(measured: Mapping[str, Any]) -> str:
    parts: list[str] = []
    for table in measured["tables"]:
        head = [table["engine"].replace("/", " "), *table["sets"]]
        lines = [f"| {' | '.join(map(_cell, head))} |", "|" + "---|" * len(head)]
        # Ways that are held alike share a row.
        alike: dict[tuple[bool, ...], list[str]] = {}
        for row in table["rows"]:
            alike.setdefault(tuple(row["held"]), []).append(row["channel"])
        for held, channels in alike.items():
            cells = [_cell(", ".join(channels)), *("held" if one else "**passes**" for one in held)]
            lines.append(f"| {' | '.join(cells)} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _soak(soak: Mapping[str, Any]) -> str:
    counts = soak["counts"]
    kills = sum(counts.get(kind, 0) for kind in ("kill", "crash", "reset"))
    mebibytes = [round(point["bytes"] / 2**20) for point in soak["memory"]]
    change = round((soak["growth"] - 1) * 100, 1)
    return (
        f"{soak['runs']:,} runs in one page (seed {soak['seed']}, {_browser(soak['browser'])}, "
        f"{soak['seconds']} s): {kills} kills, crashes and resets, {counts.get('upload', 0)} uploads, "
        f"{counts.get('interrupt', 0) + counts.get('timeout', 0)} interrupts. Every promise settled, every "
        f"file survived. The browser's processes together stood at {mebibytes[1]:,} MiB after a tenth of the "
        f"runs and at {mebibytes[-1]:,} MiB at the end ({change:+} %)."
    )


def _browser(version: str) -> str:
    return version if re.match(r"[A-Za-z]", version) else f"Chromium {version}"


def _cell(text: str) -> str:
    """Text that stands for itself in a table or a list: what a title holds is no markup."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")
    return re.sub(r"([|\\`*_\[\]])", r"\\\1", escaped)


if __name__ == "__main__":
    raise SystemExit(main())
