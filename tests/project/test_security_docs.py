"""The numbers in the documents come from a run, agree with each other, and are never written by hand."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from belljar.settings import settable

from .makers import maker

PROBES = [
    {"group": "network", "title": "fetch | of <b> *anything*", "sealed": "held", "control": "sighted"},
    {"group": "network", "title": "a WebSocket", "sealed": "held", "control": "sighted"},
    {"group": "bridge", "title": "run_js", "sealed": "held", "control": "sighted"},
]
LAYERS = [
    {"layer": "CSP sandbox", "kind": "header", "outcome": "held", "groups": {"code": "2/2", "page": "1/1"}},
    {"layer": "iframe sandbox", "kind": "attribute", "outcome": "The frame is not sealed.",
     "groups": {"code": "not started", "page": "not started"}},
]  # fmt: skip
CHANNELS = {
    "tables": [{
        "engine": "Chrome/156.0.1", "sets": ["CSP alone", "the frame"],
        "rows": [{"channel": "fetch (frame)", "held": [True, True]},
                 {"channel": "an image (frame)", "held": [True, True]},
                 {"channel": "link | preconnect (frame)", "held": [False, True]}],
    }],
}  # fmt: skip
SOAK = {
    "seed": 7, "runs": 1000, "seconds": 600, "browser": "156.0.1", "growth": 1.028,
    "counts": {"kill": 20, "crash": 5, "reset": 10, "upload": 60, "interrupt": 30, "timeout": 30},
    "memory": [{"run": run, "bytes": (1500 + run) * 2**20, "processes": 9} for run in (0, 100, 1000)],
}  # fmt: skip


@pytest.fixture(scope="module")
def security(repository: Path) -> ModuleType:
    return maker(repository, "make_security")


def results(folder: Path, **files: Any) -> Path:
    for name, value in files.items():
        (folder / f"{name}.json").write_text(json.dumps(value))
    return folder


def arguments(folder: Path, documents: Path) -> list[str]:
    return ["--results", str(folder), "--soak", str(folder / "soak.json"), "--root", str(documents)]


@pytest.fixture
def documents(security: ModuleType, repository: Path, tmp_path: Path) -> Path:
    root = tmp_path / "documents"
    for name in security.TARGETS:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(repository / name, root / name)
    return root


def test_a_run_is_written_into_all_documents_and_a_second_time_changes_nothing(
    security: ModuleType, documents: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    attacks = {"browser": "156.0.1", "results": PROBES}
    faults = {"browser": "156.0.1", "probes": 3, "layers": LAYERS}
    folder = results(tmp_path, attacks=attacks, faults=faults, channels=CHANNELS, soak=SOAK)
    given = arguments(folder, documents)
    assert security.main(given) == 0
    assert "docs/security.md: written" in capsys.readouterr().out
    for name in security.TARGETS:
        text = (documents / name).read_text()
        assert "No leak observed in **3 probes** on Chromium 156.0.1." in text
    docs = (documents / "docs" / "security.md").read_text()
    assert "| network | 2 | 2 |" in docs
    assert r"* fetch \| of &lt;b&gt; \*anything\*" in docs
    assert "| CSP sandbox | header | 2/2 | 1/1 |" in docs
    assert "| Chrome 156.0.1 | CSP alone | the frame |" in docs
    assert "| fetch (frame), an image (frame) | held | held |" in docs
    assert r"| link \| preconnect (frame) | **passes** | held |" in docs
    assert "Without iframe sandbox: “The frame is not sealed.”" in docs
    assert "at 1,600 MiB after a tenth of the runs and at 2,500 MiB at the end (+2.8 %)" in docs
    assert security.main(given) == 0
    assert "written" not in capsys.readouterr().out


def test_what_hosts_of_an_export_hold_stands_beside_what_the_server_does(
    security: ModuleType, tmp_path: Path
) -> None:
    def faults(*rows: dict[str, Any]) -> dict[str, Any]:
        return {"browser": "156.0.1", "probes": 3, "layers": list(rows)}

    sent, inside = faults(*LAYERS), faults({**LAYERS[0], "outcome": "Not sealed."})
    folder = results(tmp_path, faults=sent, **{"faults-headers": sent, "faults-bare": inside})
    text = security.render(folder, tmp_path / "none.json")["faults"]
    assert "| host that sends headers | host that sends none |" in text
    assert "| CSP sandbox | header | 2/2 | 1/1 | 3/3 | not started |" in text
    assert text.count("no such layer") == len(LAYERS) - 1
    leaking = faults({**LAYERS[0], "groups": {"network": "1/2", "code": "1/1"}})
    folder = results(tmp_path, faults=sent, **{"faults-bare": leaking})
    with pytest.raises(security.ResultsError, match="no other layer"):
        security.render(folder, tmp_path / "none.json")


def attacked(**changed: Any) -> dict[str, Any]:
    """What `make engines-attacks` says of one engine and place."""
    group = {"group": "network", "probes": 2, "held": 2, "controlled": 1, "lacking": 1}
    lacking = [{"why": "There is none there.", "probes": ["network/frame/fetchlater"]}]
    outcomes = [{"id": "network/worker/fetch", "sealed": "held"}]
    report = {"engine": "Firefox 153.8.0", "groups": [group], "lacking": lacking, "open": []}
    return {**report, "outcomes": outcomes, **changed}


def test_what_other_engines_hold_is_told_by_engine_and_place(security: ModuleType, tmp_path: Path) -> None:
    layers = {"browser": "Firefox 153.8.0", "probes": 3, "layers": LAYERS}
    found = {"attacks-firefox-served": attacked(), "attacks-firefox-bare": attacked()}
    folder = results(tmp_path, **found, **{"layers-firefox-served": layers})
    blocks = security.render(tmp_path / "none", tmp_path / "none.json", folder)
    assert "| Firefox 153.8.0 | the server | network | 2/2 | 1 | 1 |" in blocks["engines"]
    assert "| Firefox 153.8.0 | host that sends none | network | 2/2 | as above | 1 |" in blocks["engines"]
    assert blocks["engines"].count("There is none there.") == 1
    assert "| Without | Firefox 153.8.0, the server |" in blocks["layers"]
    assert "| CSP sandbox | 3/3 |" in blocks["layers"]


def test_what_one_layer_holds_by_itself_in_an_engine_is_named_and_nothing_else_may_get_through(
    security: ModuleType, tmp_path: Path
) -> None:
    alone = {"attempts": ["storage: caches (worker)"], "why": "Nobody else sees it."}
    row = {**LAYERS[0], "layer": "scrubbed globals", "groups": {"storage": "1/2"}, "alone": alone}
    report = {"browser": "WebKitGTK 2.50.6", "probes": 2, "layers": [row]}
    folder = results(tmp_path, **{"layers-webkit-served": report, "layers-webkit-bare": report})
    table = security.render(tmp_path / "none", tmp_path / "none.json", folder)["layers"]
    assert "| scrubbed globals | 1/2 | 1/2 |" in table
    said = "storage: caches (worker) gets through in WebKitGTK 2.50.6: Nobody else sees it."
    assert table.count(f"* Without scrubbed globals, {said}") == 1
    row["groups"] = {"storage": "0/2"}
    with pytest.raises(security.ResultsError, match="no other layer"):
        security.render(
            tmp_path / "none",
            tmp_path / "none.json",
            results(tmp_path, **{"layers-webkit-served": report}),
        )


@pytest.mark.parametrize(
    ("report", "why"),
    [
        (attacked(outcomes=[{"id": "network/worker/fetch", "sealed": "LEAKED"}]), "got out"),
        (attacked(groups=[{"group": "x", "probes": 2, "held": 2, "controlled": 1, "lacking": 0}]),
         "was not sighted"),
    ],
)  # fmt: skip
def test_an_engine_in_which_something_got_out_is_not_quoted(
    security: ModuleType, tmp_path: Path, report: dict[str, Any], why: str
) -> None:
    folder = results(tmp_path, **{"attacks-firefox-served": report})
    with pytest.raises(security.ResultsError, match=why):
        security.render(tmp_path / "none", tmp_path / "none.json", folder)


def test_the_promise_says_how_many_of_the_probes_ran_in_which_engine(
    security: ModuleType, tmp_path: Path
) -> None:
    firefox = {"group": "firefox", "title": "a link", "sealed": "held", "control": "sighted"}
    attacks = {"browser": "Chrome/156.0.1", "firefox": "Firefox/153.8.0", "results": [*PROBES, firefox]}
    blocks = security.render(results(tmp_path, attacks=attacks), tmp_path / "none.json")
    assert blocks["promise"] == (
        "No leak observed in **4 probes** on Chrome/156.0.1 (3) and Firefox/153.8.0 (1)."
    )


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"attacks": {"browser": "1", "results": [{**PROBES[0], "sealed": "LEAKED"}]}}, "got out"),
        ({"attacks": {"browser": "1", "results": [{**PROBES[0], "control": "unseen"}]}}, "proves nothing"),
        ({"faults": {"browser": "1", "probes": 1, "layers": [{**LAYERS[0], "groups": {"code": "1/2"}}]}},
         "no other layer"),
        ({}, "run `make test`"),
        ({"soak": {**SOAK, "runs": 60}}, "run `make test`"),
    ],
)  # fmt: skip
def test_a_run_that_proves_nothing_is_not_quoted(
    security: ModuleType,
    documents: Path,
    tmp_path: Path,
    files: dict[str, Any],
    why: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = [(documents / name).read_text() for name in security.TARGETS]
    assert security.main(arguments(results(tmp_path, **files), documents)) == 1
    assert why in capsys.readouterr().err
    assert [(documents / name).read_text() for name in security.TARGETS] == before


def test_the_committed_documents_are_well_formed_and_say_the_same(
    security: ModuleType, repository: Path
) -> None:
    texts = {name: (repository / name).read_text(encoding="utf-8") for name in security.TARGETS}
    blocks = {name: security.blocks_of(text) for name, text in texts.items()}
    for name, text in texts.items():
        markers = re.findall(r"<!-- /?run:\w+ -->", text)
        assert len(markers) == 2 * len(blocks[name]), name
        assert blocks[name]["promise"] == blocks["docs/security.md"]["promise"]
    assert blocks["docs/security.md"].keys() == {
        *("promise", "probes", "faults", "channels", "soak", "engines", "webkit", "layers")
    }
    # A number of probes stands in a block, or nowhere.
    for name, text in texts.items():
        outside = re.sub(r"<!-- run:(\w+) -->.*?<!-- /run:\1 -->", "", text, flags=re.DOTALL)
        assert not re.search(r"\d+\**\s+probes", outside), name
    if found := re.search(r"\*\*(\d+) probes\*\*", blocks["README.md"]["promise"]):
        assert f"| **all** | **{found[1]}** | **{found[1]}** |" in blocks["docs/security.md"]["probes"]


def test_the_documented_limits_of_the_server_are_its_settings(repository: Path) -> None:
    text = (repository / "docs" / "security.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert len(documented) == 5
    assert set(documented) <= {item.name for item in settable()}
