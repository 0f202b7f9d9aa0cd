"""Making the assets ready: one pipeline, whose steps say what they did and what they could not do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from belljar.assets import AssetSet, Manifest
from belljar.assets.build import Built, NoCompilerError
from belljar.assets.fetch import Fetched
from belljar.errors import AssetError, BelljarError, SettingsError
from belljar.prepare import pipeline
from belljar.prepare.capture import Made
from belljar.prepare.events import Captured, Compiled, Event, Here, Lacking, LaidOut, Missed
from belljar.prepare.proof import NoSnapshotError
from belljar.settings import Settings

from ..assets.conftest import make_manifest, package


class Steps:
    """Stands in for the steps' work, which takes a network and minutes; notes what was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, assets: AssetSet) -> None:
        self.done: list[str] = []
        self.assets = assets
        self.here = True
        self.failing: dict[str, BelljarError] = {}
        monkeypatch.setattr(pipeline, "load_manifest", lambda _: _manifest())
        for name, answer in {
            "fetch_assets": Fetched(7, 1_300_000, 7, 1_300_000),
            "build_assets": Built(2, 3, 4.4, ("hello is left plain.",)),
            "build_images": 3,
        }.items():
            monkeypatch.setattr(pipeline, name, self._step(name, answer))
        monkeypatch.setattr(pipeline, "load_asset_set", self._load)
        monkeypatch.setattr(pipeline, "make_snapshot", self._make)

    def _step(self, name: str, answer: object) -> object:
        def step(*_: object, only: frozenset[str] | None = None) -> object:
            self.done.append(name if only is None else f"{name} of {', '.join(sorted(only))}")
            if name in self.failing:
                raise self.failing[name]
            return answer

        return step

    def _load(self, *_: object) -> AssetSet:
        if not self.here and "fetch_assets" not in self.done:
            raise AssetError("Files are missing.")
        return self.assets

    def _make(self, settings: Settings) -> Made:
        self.done.append(f"snapshot of {' '.join(settings.profile) or 'core'}")
        if "make_snapshot" in self.failing:
            raise self.failing["make_snapshot"]
        return Made(True, ("numpy",), 71_000_000, 22.4)


def _manifest() -> Manifest:
    return make_manifest(package("numpy"), package("pandas", "numpy"))


@pytest.fixture
def steps(assets: AssetSet, monkeypatch: pytest.MonkeyPatch) -> Steps:
    return Steps(monkeypatch, assets)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(assets_dir=tmp_path)


def kinds(events: list[Event]) -> list[type]:
    return [type(event) for event in events]


def test_without_files_all_steps_are_done_in_order(steps: Steps, settings: Settings) -> None:
    steps.here = False
    events = list(pipeline.ready(settings))
    assert kinds(events) == [Here, Compiled, LaidOut, Captured, Compiled, LaidOut, Captured]
    assert steps.done == [
        "fetch_assets",
        # What visitors start from first, and then the rest.
        "build_assets of numpy, pandas",
        "build_images of numpy, pandas",
        "snapshot of data",
        "build_assets",
        "build_images",
        "snapshot of core",
    ]
    assert not any(event.amiss for event in events)


def test_assets_that_are_here_are_not_fetched_nor_built(
    steps: Steps, settings: Settings, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "find_dist", lambda: dist)
    list(pipeline.ready(settings))
    assert steps.done == []


def test_what_is_lacking_is_said_one_thing_at_a_time(
    steps: Steps, settings: Settings, assets: AssetSet, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (dist / "snapshot-stamp.txt").write_text("stamp")
    monkeypatch.setattr(pipeline, "find_dist", lambda: dist)
    steps.assets = replace(assets, bytecode=False)
    assert list(pipeline.ready(settings)) == [Lacking("byte-code")]
    steps.assets = replace(assets, bytecode=True)
    assert list(pipeline.ready(settings)) == [Lacking("images")]
    image = (assets.core[0],)
    packages = {name: replace(package, image=image) for name, package in assets.packages.items()}
    steps.assets = replace(assets, bytecode=True, packages=packages)
    assert list(pipeline.ready(settings)) == [Lacking("snapshot")]


def test_a_machine_without_a_compiler_lays_the_plain_files_out_and_goes_on(
    steps: Steps, settings: Settings
) -> None:
    steps.failing["build_assets"] = NoCompilerError("There is no Node.")
    assert kinds(list(pipeline.build([settings]))) == [Missed, LaidOut, Captured, LaidOut]
    assert steps.done.count("build_assets of numpy, pandas") == 1
    assert "build_assets" not in steps.done  # it would fail as slowly again


def test_damaged_files_are_laid_out_as_far_as_they_can_be_and_then_raise(
    steps: Steps, settings: Settings
) -> None:
    steps.failing["build_assets"] = AssetError("numpy is damaged.")
    events = []
    with pytest.raises(AssetError, match="numpy is damaged"):
        events += pipeline.build([settings])
    assert steps.done[-1] == "build_images of numpy, pandas"


def test_a_server_whose_files_can_t_be_built_serves_them_and_says_so(
    steps: Steps, settings: Settings
) -> None:
    steps.here = False
    steps.failing["build_assets"] = AssetError("numpy is damaged.")
    assert kinds(list(pipeline.ready(settings))) == [Here, LaidOut, Missed]


def test_files_that_can_t_be_had_raise(steps: Steps, settings: Settings) -> None:
    steps.here = False
    steps.failing["fetch_assets"] = AssetError("Nothing could be fetched.")
    with pytest.raises(AssetError, match="Nothing could be fetched"):
        list(pipeline.ready(settings))


def test_a_machine_without_a_browser_makes_no_snapshot_and_says_so(steps: Steps, settings: Settings) -> None:
    steps.failing["make_snapshot"] = NoSnapshotError("There is no Chromium here.")
    assert kinds(list(pipeline.build([settings]))) == [Compiled, LaidOut, Missed, Compiled, LaidOut]


def test_a_server_builds_what_is_lacking_while_others_say_so(
    steps: Steps, settings: Settings, assets: AssetSet
) -> None:
    steps.assets = replace(assets, bytecode=False)
    assert kinds(list(pipeline.ready(settings))) == [Lacking]
    assert kinds(list(pipeline.ready(settings, build_missing=True)))[-1] is Captured
    assert "fetch_assets" not in steps.done


def test_visitors_start_from_the_profile_and_from_the_named_ones_within_it(settings: Settings) -> None:
    starts = pipeline.starts(settings)
    assert [" ".join(one.profile) for one in starts] == ["data", "core", "pandas"]
    assert [one.profile for one in pipeline.starts(replace(settings, profile=("core",)))] == [("core",)]
    assert [one.profile for one in pipeline.starts(replace(settings, profile=("numpy",)))] == [
        ("numpy",),
        ("core",),
    ]


def test_snapshots_of_less_are_made_where_the_first_one_could_be(
    steps: Steps, settings: Settings, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (dist / "snapshot-stamp.txt").write_text("stamp")
    monkeypatch.setattr(pipeline, "find_dist", lambda: dist)
    starts = [replace(settings, profile=("numpy",)), replace(settings, profile=())]
    assert list(pipeline.snapshots(starts)) == []
    monkeypatch.setattr(pipeline, "find_snapshot", lambda _folder, _assets, load, _stamp: load or None)
    assert kinds(list(pipeline.snapshots(starts))) == [Captured]
    assert steps.done == ["snapshot of core"]


def test_a_profile_that_there_is_not_is_said_before_anything_is_fetched(
    steps: Steps, settings: Settings
) -> None:
    with pytest.raises(SettingsError, match="did you mean data"):
        pipeline.check(replace(settings, profile=("dtaa",)))
    assert steps.done == []


HERE = Path("here")


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (
            Here(Fetched(7, 1_300_000, 0, 0), Path("here")),
            "All 7 files (1.3 MB) are in here: nothing to fetch.",
        ),
        (
            Here(Fetched(7, 1_300_000, 7, 1_300_000), Path("here")),
            "All 7 files (1.3 MB) are in here: 7 new, 1.3 MB.",
        ),
        (
            Compiled(Built(2, 3, 4.4, ("hello is left plain.",))),
            "hello is left plain.\nCompiled 2 of 3 archives in 4 s.",
        ),
        (Compiled(Built(0, 3, 0.1, ())), "All 3 archives are compiled already."),
        (LaidOut(3, 1.2), "Laid out 3 packages in 1 s."),
        (Captured("core", Made(True, (), 71_000_000, 22.4)), "Made the snapshot of core (71.0 MB) in 22 s."),
        (Captured("core", Made(False, (), 71_000_000, 0.4)), "The snapshot of core is there already."),
        (Missed("Why.", "What was added is served as it is."), "Why. What was added is served as it is."),
    ],
)
def test_each_event_is_a_sentence(event: Event, sentence: str) -> None:
    assert str(event) == sentence
