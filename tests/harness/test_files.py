"""Files that a cell leaves behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from belljar_harness import files
from belljar_harness.files import Files

from .conftest import FakeBridge, Runs


def test_created_changed_and_deleted_files_are_told_with_their_size(run: Runs, bridge: FakeBridge) -> None:
    Path("old.txt").write_text("old")
    Path("gone.txt").write_text("gone")
    ran = run(
        "from pathlib import Path\nPath('new.txt').write_text('new!')\n"
        "Path('old.txt').write_text('older')\nPath('gone.txt').unlink()"
    )
    assert ran.done["changes"] == [
        {"path": "gone.txt", "change": "deleted", "size": 0},
        {"path": "new.txt", "change": "created", "size": 4},
        {"path": "old.txt", "change": "changed", "size": 5},
    ]
    assert bridge.kept == ["new.txt", "old.txt"]


def test_folders_are_followed_and_hidden_things_are_not(run: Runs) -> None:
    ran = run(
        "import os\nos.makedirs('a/b/__pycache__'); os.makedirs('.config')\n"
        "for name in ('a/b/c.txt', 'a/b/__pycache__/d.pyc', '.config/e', '.f'): open(name, 'w').close()"
    )
    assert [change["path"] for change in ran.done["changes"]] == ["a/b/c.txt"]


def test_files_that_come_between_cells_are_not_the_next_cells(run: Runs) -> None:
    run("1")
    Path("uploaded.csv").write_text("a")
    assert run("1").done["changes"] == []


def test_files_of_a_failing_cell_are_kept_too(run: Runs, bridge: FakeBridge) -> None:
    run("open('partial.txt', 'w').close()\n1 / 0")
    assert bridge.kept == ["partial.txt"]


def test_a_change_of_folder_does_not_move_what_is_watched(run: Runs) -> None:
    ran = run("import os\nos.mkdir('sub'); os.chdir('sub'); open('x', 'w').close()")
    assert [change["path"] for change in ran.done["changes"]] == ["sub/x"]


def test_files_that_stay_behind_are_told(tmp_path: Path) -> None:
    home, aside = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    aside.mkdir()
    (aside / "old.csv").touch()
    seen = Files(str(home), str(aside))
    seen.look()
    for name in ("result.csv", "tmpa1b2c3", ".hidden"):
        (aside / name).touch()
    (aside / "folder").mkdir()
    assert seen.astray() == [str(aside / "result.csv")]
    (aside / "old.csv").write_text("more")
    assert seen.astray() == [str(aside / "old.csv"), str(aside / "result.csv")]


def test_links_to_files_are_files_and_links_to_folders_are_left_alone(tmp_path: Path) -> None:
    watched, outside = tmp_path / "home", tmp_path / "mnt"
    watched.mkdir()
    outside.mkdir()
    (outside / "big.csv").write_text("1,2")
    seen = Files(str(watched))
    seen.look()
    (watched / "big.csv").symlink_to(outside / "big.csv")
    (watched / "loop").symlink_to(watched)
    assert seen.changes() == [{"path": "big.csv", "change": "created", "size": 3}]


def test_a_tree_past_the_limit_is_told_up_to_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_FILES", 5)
    seen = Files(str(tmp_path))
    seen.look()
    for number in range(9):
        (tmp_path / str(number)).touch()
    assert len(seen.changes()) == 5
    assert seen.cut


def test_names_that_cross_no_border_are_passed_over(tmp_path: Path) -> None:
    fixture = Path(__file__).parents[1] / "fixtures" / "paths.json"
    names = json.loads(fixture.read_text(encoding="utf-8"))

    def reported(path: str) -> bool:
        return not any(files._UNSPEAKABLE.search(part) for part in path.split("/"))

    assert all(reported(path) for path in names["plain"] + names["wire"])
    # A folder gives no empty names and no way up.
    assert not any(reported(path) for path in names["refused"] if "" not in path.split("/"))
