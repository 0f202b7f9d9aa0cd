"""The table of engines comes from a run, names what an engine lacks, and is never made of one that failed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from .makers import maker

REPORT: dict[str, Any] = {
    "engines": [
        {"name": "chromium", "product": "Chromium 156.0", "missing": None},
        {"name": "firefox", "product": "Firefox 153.8.0", "missing": None},
        {"name": "webkit", "product": None, "missing": "There is no WebKit here."},
    ],
    "journeys": [
        {"group": "cells", "title": "a table | of <b>", "outcomes": {
            "chromium": {"outcome": "passed", "ms": 60}, "firefox": {"outcome": "again", "ms": 90},
            "webkit": {"outcome": "missing", "ms": 0}}},
        {"group": "ends", "title": "Stop", "outcomes": {
            "chromium": {"outcome": "passed", "ms": 60},
            "firefox": {"outcome": "limited", "ms": 90, "said": "Python is restarted."}}},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def engines(repository: Path) -> ModuleType:
    return maker(repository, "make_engines")


def written(module: ModuleType, folder: Path, report: dict[str, Any], text: str) -> tuple[int, str]:
    (folder / "journeys.json").write_text(json.dumps(report))
    document = folder / "engines.md"
    document.write_text(text)
    given = ["--report", str(folder / "journeys.json"), "--document", str(document)]
    return module.main(given), document.read_text()


EMPTY = "<!-- run:engines -->\n\n<!-- /run:engines -->\n<!-- run:journeys -->\n\n<!-- /run:journeys -->\n"


def test_a_run_becomes_a_table_with_the_engines_that_ran_and_the_one_that_did_not(
    engines: ModuleType, tmp_path: Path
) -> None:
    code, text = written(engines, tmp_path, REPORT, EMPTY)
    assert code == 0
    assert "Run in Chromium 156.0, Firefox 153.8.0. Not here when this was run: webkit." in text
    assert "| Journey | Chromium 156.0 | Firefox 153.8.0 |" in text
    assert r"| a table \| of &lt;b&gt; | yes | yes¹ |" in text
    assert "| Stop | yes | in part, 1 |" in text
    assert "1. Python is restarted." in text
    assert written(engines, tmp_path, REPORT, text) == (0, text)


def test_a_run_in_which_a_journey_failed_is_not_written(
    engines: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = json.loads(json.dumps(REPORT))
    failed["journeys"][1]["outcomes"]["firefox"]["outcome"] = "failed"
    assert written(engines, tmp_path, failed, EMPTY) == (1, EMPTY)
    assert "Stop (firefox)" in capsys.readouterr().err


def test_the_first_figure_stands_beside_a_plain_pages(engines: ModuleType, tmp_path: Path) -> None:
    row = {"title": "first visit", "plain": {"median": 20_000}, "ours": {"median": 3_000}, "ratio": 0.15}
    speed = {
        "engine": "Firefox 153.8.0",
        "rounds": 3,
        "load": 1.5,
        "processor": "A",
        "cores": 2,
        "rows": [row],
    }
    (tmp_path / "speed-firefox.json").write_text(json.dumps(speed))
    _, text = written(engines, tmp_path, REPORT, f"{EMPTY}<!-- run:speed -->\n\n<!-- /run:speed -->\n")
    assert "| Firefox 153.8.0 | first visit | 20.0 s | 3.0 s | 0.15 |" in text
    assert "Medians on A, 2 cores. Firefox 153.8.0: 3 rounds at load 1.5." in text


def test_the_committed_table_is_well_formed(engines: ModuleType, repository: Path) -> None:
    text = (repository / "docs" / "engines.md").read_text(encoding="utf-8")
    assert len(re.findall(r"<!-- /?run:\w+ -->", text)) == 6
    table = re.search(r"<!-- run:journeys -->\n(.*?)<!-- /run:journeys -->", text, re.DOTALL)
    assert table is not None
    assert "**no**" not in table[1]
