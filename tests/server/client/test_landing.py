"""Files out of a sandbox land below the folder that was named, under plain names, in nobody's place."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from belljar.backends.foreign import checked_path
from belljar.client.landing import Landing
from belljar.settings import Limits
from belljar.untrusted.names import disk_problem, problem, shown

#: What the hole was shown with: it gave a script of the sandbox the next `git status` and `make`.
EVIL = {
    ".git/config": b'[core]\n\tfsmonitor = "touch ran; false"\n',
    "conftest.py": b"open('ran', 'w')",
    "Makefile": b"all:\n\ttouch ran\n",
    "sub/.envrc": b"touch ran",
    "fresh.mk": b"x",
    "package.json": b"{}",
}


@pytest.fixture
def paths(repository: Path) -> dict[str, list[str]]:
    return dict(json.loads((repository / "tests/fixtures/paths.json").read_text(encoding="utf-8")))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A real repository with what tools run by themselves."""
    place = tmp_path / "project"
    place.mkdir()
    (place / "sub").mkdir()
    for name in ("conftest.py", "Makefile", "sub/.envrc", "README.md"):
        (place / name).write_text("mine\n")
    for command in (("init", "-q"), ("add", "-A")):
        subprocess.run(["git", *command], cwd=place, check=True, env=CLEAN)
    return place


CLEAN = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def status(project: Path) -> bool:
    """Whether looking at the repository runs something."""
    subprocess.run(["git", "status"], cwd=project, check=False, capture_output=True, env=CLEAN)
    return (project / "ran").exists()


def test_a_repository_is_as_it_was_and_looking_at_it_runs_nothing(project: Path) -> None:
    before = tree(project)
    landing = Landing(project)
    for name, content in EVIL.items():
        assert not landing.write(name, content)
    assert tree(project) == before
    assert not status(project)
    assert [one.path for one in landing.saved.refused] == list(EVIL)


def test_a_writer_without_the_rule_does_give_the_machine_away(project: Path) -> None:
    """The control: the same names and contents, as they were written before."""
    for name, content in EVIL.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_bytes(content)
    assert status(project)


@pytest.mark.parametrize("overwrite", [False, True])
def test_code_comes_into_no_folder_that_has_other_things(project: Path, overwrite: bool) -> None:
    landing = Landing(project, overwrite=overwrite)
    for name in ("numpy.py", "sitecustomize.py", "run", "GNUmakefile", "tox.ini", "x.pth", "sub/conftest.py"):
        assert not landing.write(name, b"x")
        assert not (project / name).exists()
    assert "name a new or an empty folder" in str(landing.saved.refused[0])
    assert landing.write("sums.csv", b"1")


def test_code_comes_into_a_new_folder(tmp_path: Path) -> None:
    landing = Landing(tmp_path / "new" / "made")
    assert landing.write("pkg/tool.py", b"x")
    assert landing.write("Makefile", b"x")
    assert landing.saved.written == (tmp_path / "new/made/pkg/tool.py", tmp_path / "new/made/Makefile")


def test_what_was_there_stays_unless_asked_and_then_only_data_goes(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("old")
    assert not Landing(tmp_path).write("old.csv", b"new")
    assert (tmp_path / "old.csv").read_text() == "old"
    assert Landing(tmp_path, overwrite=True).write("old.csv", b"new")
    assert tree(tmp_path) == {"old.csv": b"new"}


def test_what_a_run_made_it_may_make_again(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    assert landing.write("a.csv", b"1")
    assert landing.write("a.csv", b"2")
    assert (tmp_path / "a.csv").read_bytes() == b"2"


@pytest.mark.parametrize("overwrite", [False, True])
def test_no_link_is_followed_on_the_way_or_at_the_end(tmp_path: Path, overwrite: bool) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept.csv").write_text("kept")
    made = tmp_path / "made"
    made.mkdir()
    (made / "way").symlink_to(outside)
    (made / "end.csv").symlink_to(outside / "kept.csv")
    (made / "dangling.csv").symlink_to(outside / "new.csv")
    landing = Landing(made, overwrite=overwrite)
    for name in ("way/x.csv", "way/deep/x.csv", "end.csv", "dangling.csv"):
        assert not landing.write(name, b"new"), name
    assert tree(outside) == {"kept.csv": b"kept"}
    assert "way is a link" in str(landing.saved.refused[0])


def test_a_hard_link_loses_its_name_and_keeps_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("kept")
    (tmp_path / "made").mkdir()
    os.link(tmp_path / "outside", tmp_path / "made" / "a.csv")
    assert Landing(tmp_path / "made", overwrite=True).write("a.csv", b"new")
    assert (tmp_path / "outside").read_text() == "kept"


def test_a_folder_that_turns_into_a_link_meanwhile_leads_nowhere(tmp_path: Path) -> None:
    outside, made = tmp_path / "outside", tmp_path / "made"
    outside.mkdir()
    made.mkdir()
    stop = threading.Event()

    def race() -> None:
        # What stands at `sub` is a folder, nothing and a link in turns.
        while not stop.is_set():
            for step in (
                (made / "sub").mkdir,
                lambda: (made / "sub").rename(tmp_path / "aside"),
                lambda: (made / "sub").symlink_to(outside),
                (made / "sub").unlink,
                lambda: (tmp_path / "aside").rename(made / "sub"),
            ):
                try:
                    step()
                except OSError:
                    continue

    racer = threading.Thread(target=race)
    racer.start()
    try:
        landing = Landing(made)
        for number in range(500):
            landing.write(f"sub/{number}.csv", b"x")
    finally:
        stop.set()
        racer.join()
    assert not list(outside.iterdir())


def test_nothing_is_executable(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        landing = Landing(tmp_path / "made")
        assert landing.write("run.sh", b"#!/bin/sh\n")
        assert (tmp_path / "made/run.sh").stat().st_mode & 0o111 == 0
    finally:
        os.umask(before)


def test_two_spellings_of_one_name_do_not_both_land(tmp_path: Path) -> None:
    (tmp_path / "Data").mkdir()
    (tmp_path / "readme.md").write_text("mine")
    landing = Landing(tmp_path)
    for name in ("README.md", "data/a.csv", "\uff52eadme.md", "Data/ß.csv"):
        landing.write(name, b"x")
    assert not landing.write("Data/SS.csv", b"x")
    assert tree(tmp_path) == {"readme.md": b"mine", "Data/ß.csv": b"x"}


def test_more_than_a_sandbox_may_keep_does_not_land(tmp_path: Path) -> None:
    landing = Landing(tmp_path / "made", limits=Limits(file_bytes=10, files=2))
    assert [landing.write(name, b"123456") for name in ("a.csv", "b.csv")] == [True, False]
    assert landing.write("c.csv", b"12")
    assert not landing.write("d.csv", b"1")
    assert len(list((tmp_path / "made").iterdir())) == 2


def test_the_names_that_land_are_the_plain_ones(paths: dict[str, list[str]]) -> None:
    for name in paths["plain"]:
        assert (problem(name), disk_problem(name), checked_path(name)) == (None, None, name), name
    for name in paths["wire"]:
        assert problem(name) is None, name
        assert disk_problem(name) is not None, name
    for name in paths["refused"]:
        assert problem(name) is not None, name
        if not name.startswith("./"):
            with pytest.raises(ValueError, match="is needed"):
                checked_path(name)


def test_long_names_and_deep_folders_do_not_land() -> None:
    assert disk_problem("é" * 130)
    assert disk_problem("a/" * 40 + "b")
    assert problem("x" * 501)


ANY = st.text(
    st.one_of(
        st.sampled_from("./\\~:*-\x00\x1b\x9b\u202e\u200b\u200c\uff0e\uff0f\u2024\u2215 aA.."),
        st.characters(),
    ),
    max_size=30,
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.one_of(ANY, st.lists(ANY, max_size=5).map("/".join)))
def test_whatever_the_name_is_all_that_is_made_lies_below_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "beside").mkdir(exist_ok=True)
    landing = Landing(tmp_path / "beside" / "made")
    done = landing.write(name, b"x")
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    if done:
        [made] = found
        relative = made.relative_to(tmp_path / "beside" / "made")
        assert str(relative) == name
        assert not any(part.startswith(".") for part in relative.parts)
        made.unlink()
    else:
        assert found == []
        [refused] = landing.saved.refused
        assert str(refused).isprintable()
    for folder in sorted((tmp_path / "beside").rglob("*"), reverse=True):
        folder.rmdir()


def test_a_name_is_shown_as_what_it_is() -> None:
    assert shown("a\x9b31m\u202e\n\u2028\ud800.txt") == "a\\x9b31m\\u202e\\n\\u2028\\ud800.txt"
    assert shown("ü/日本.txt") == "ü/日本.txt"
