"""The speed in the README comes from a bench that proves something, and is never written by hand."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from .makers import maker

TOOK = {"median": 4000.0, "least": 3900.5, "most": 4100.0, "count": 5}
BENCH: dict[str, Any] = {
    "rounds": 5, "quick": False, "browser": "Chromium 156.0.1", "processor": "a processor", "cores": 2,
    "rows": [
        {"title": "first visit", "unit": "ms", "plain": TOOK, "ours": TOOK | {"median": 800.0}, "ratio": 0.2},
        {"title": "`reset()`", "unit": "ms", "plain": None, "ours": TOOK | {"median": 9.25}, "ratio": None},
    ],
}  # fmt: skip
SERVER: dict[str, Any] = {
    "throughput": [{"bytes": 2**21, "ratio": 1.44}, {"bytes": 10, "ratio": 30.0}],
    "visitors": {
        "visitors": 200, "seconds": [5.0, 6.0, 7.0], "requests": 16800, "failed": 0, "peak_mib": 67.2,
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def speed(repository: Path) -> ModuleType:
    return maker(repository, "make_speed")


def written(speed: ModuleType, repository: Path, tmp_path: Path, **results: Any) -> tuple[int, str]:
    for name, value in results.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(value))
    readme = tmp_path / "README.md"
    readme.write_text((repository / "README.md").read_text(encoding="utf-8"), encoding="utf-8")
    code = speed.main(["--results", str(tmp_path), "--readme", str(readme)])
    return code, readme.read_text(encoding="utf-8")


def test_the_readme_shows_what_was_measured(speed: ModuleType, repository: Path, tmp_path: Path) -> None:
    code, text = written(speed, repository, tmp_path, bench=BENCH, server=SERVER)
    assert code == 0
    assert "| first visit | 4,000 ms (3,900 to 4,100) | 800 ms (3,900 to 4,100) | 0.20 |" in text
    assert "| `reset()` |  | 9.2 ms (3,900 to 4,100) |  |" in text
    assert "Chromium 156.0.1, a processor, 2 cores" in text
    assert (
        "after 6.0 s; of 16,800 requests in all, 0 ended a connection early. The server took 67 MiB" in text
    )
    assert speed.put(text, speed.render(BENCH, SERVER)) == text


@pytest.mark.parametrize("change", [{"quick": True}, {"rounds": 4}])
def test_a_short_bench_is_not_quoted(
    speed: ModuleType,
    repository: Path,
    tmp_path: Path,
    change: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, text = written(speed, repository, tmp_path, bench=BENCH | change)
    assert code == 1
    assert text == (repository / "README.md").read_text(encoding="utf-8")
    assert "too short to be quoted" in capsys.readouterr().err


def test_without_a_bench_it_says_what_to_run(
    speed: ModuleType, repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert written(speed, repository, tmp_path)[0] == 1
    assert "run `make bench` first" in capsys.readouterr().err
