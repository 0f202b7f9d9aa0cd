"""Imports of user code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from belljar_harness.cell import parse
from belljar_harness.limits.allowlist import Allowlist
from belljar_harness.limits.imports import imported_modules, wanted_packages

from .conftest import PACKAGES, FakeBridge, Runs


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the fake worker installs to."""
    folder = tmp_path_factory.mktemp("site-packages")
    monkeypatch.syspath_prepend(str(folder))
    return folder


def installs(bridge: FakeBridge, site: Path) -> list[list[str]]:
    """Make the bridge install `greeting`; returns the calls it gets."""
    calls: list[list[str]] = []

    def load(names: list[str]) -> dict[str, Any]:
        calls.append(names)
        (site / "greeting.py").write_text("word = 'hello'\n")
        return {"loaded": names, "error": None}

    bridge.load = load
    return calls


def test_modules_are_found_wherever_a_cell_imports_them() -> None:
    source = "import a.b, c as d\nfrom e.f import g\nfrom . import h\ndef i():\n    if 1: import j"
    tree = parse(source, "<c>")
    assert imported_modules(tree) == ["a", "c", "e", "j"]


def test_methods_of_pandas_bring_what_they_need() -> None:
    allowlist = Allowlist(
        {"packages": PACKAGES | {"openpyxl": {"imports": ["openpyxl"]}}, "loaded": ["numpy", "pandas"]}
    )
    assert wanted_packages(parse("import pandas\npandas.read_excel('x')", "<c>"), allowlist) == ["openpyxl"]


def test_an_allowlisted_import_is_loaded_before_the_run_starts(
    run: Runs, bridge: FakeBridge, site: Path
) -> None:
    calls = installs(bridge, site)
    ran = run("import greeting\ngreeting.word")
    assert ran.kinds == ["loading", "loaded", "started", "result", "done"]
    assert ran.of("loading")[0]["packages"] == [{"name": "greeting", "version": "1.0"}]
    assert ran.of("loaded")[0]["packages"] == ["greeting"]
    assert ran.text == "'hello'"
    assert calls == [["greeting"]]
    assert run("import greeting").kinds == ["started", "done"]


def test_what_a_package_needs_is_loaded_first_and_only_once(run: Runs) -> None:
    loading = run("import sklearn").of("loading")
    assert [package["name"] for package in loading[0]["packages"]] == ["joblib", "scikit-learn"]


def test_an_import_that_only_shows_at_run_time_is_loaded_then(
    run: Runs, bridge: FakeBridge, site: Path
) -> None:
    installs(bridge, site)
    ran = run("name = 'greet' + 'ing'\nprint('before')\nimport importlib\nimportlib.import_module(name).word")
    assert ran.kinds == ["started", "stream", "loading", "loaded", "result", "done"]
    assert ran.text == "'hello'"


def test_without_jspi_such_an_import_says_what_to_write(run: Runs, bridge: FakeBridge) -> None:
    bridge.can_suspend = False
    error = run("__import__('greeting')").error
    assert error["name"] == "ImportError"
    assert "Write `import greeting` in the cell itself" in error["value"]


def test_a_package_that_cannot_be_loaded_is_an_error_of_the_cell(run: Runs, bridge: FakeBridge) -> None:
    bridge.load = lambda names: {"loaded": [], "error": "the download was cut off"}
    ran = run("print('x')\nimport greeting")
    assert ran.error["name"] == "ImportError"
    assert ran.error["value"].startswith("greeting could not be loaded: the download was cut off.")
    assert "started" not in ran.kinds


def test_a_refused_import_names_what_there_is(run: Runs) -> None:
    ran = run("import torch")
    assert ran.error["name"] == "ModuleNotFoundError"
    assert ran.error["value"] == (
        "No module named 'torch' in this sandbox. torch does not run in browsers; scikit-learn works. "
        "Available: numpy, pandas, scikit-learn, greeting, joblib."
    )
    assert "belljar" not in ran.error["traceback"]
    assert ran.error["line"] == 1


def test_refused_imports_can_be_caught_and_asked_about(run: Runs) -> None:
    code = (
        "try:\n    import torch\nexcept ImportError as e:\n    print(e.name)\n"
        "import importlib.util\nprint(importlib.util.find_spec('torch'))"
    )
    assert run(code).stdout == "torch\nNone\n"


def test_an_import_of_what_needs_a_network_says_so_and_is_reported(run: Runs) -> None:
    ran = run("import requests_never_installed" if "requests" in sys.modules else "import yfinance")
    if "yfinance" in ran.error["value"]:
        assert (
            ran.error["value"]
            == "yfinance needs a network; this sandbox has none. Put the data in a file instead."
        )
        assert ran.of("blocked")[0]["what"] == "import yfinance"


def test_the_users_own_modules_are_found_also_after_chdir_and_by_who_asks(run: Runs) -> None:
    Path("own_words.py").write_text("word = 'mine'\n")
    Path("own_folder").mkdir()
    Path("own_folder/__init__.py").write_text("from . import part\n")
    Path("own_folder/part.py").write_text("word = 'part'\n")
    Path("deeper").mkdir()
    Path("deeper/own_deep.py").write_text("word = 'deep'\n")
    assert run("import own_words, own_folder.part as p\nown_words.word, p.word").text == "('mine', 'part')"
    assert run("import os\nos.chdir('deeper')\nimport own_deep\nown_deep.word").text == "'deep'"
    asks = "from importlib.util import find_spec\nfind_spec('own_late') is None"
    assert run(asks).text == "True"
    Path("own_late.py").write_text("")
    assert run(asks).text == "False"


def test_files_come_after_the_standard_library_and_after_packages(run: Runs, site: Path) -> None:
    (site / "optional_part.py").write_text("")
    for name in ("wave", "optional_part"):
        sys.modules.pop(name, None)
        Path(f"{name}.py").write_text("taken = 1\n")
        ran = run(f"import {name}\n{name}.taken")
        assert ran.error["name"] == "AttributeError"
        assert "files come last. Give the file another name." in ran.error["hint"]
    assert run("import sys, os\n'' in sys.path or os.getcwd() in sys.path").text == "False"


@pytest.mark.parametrize("code", ["import greeting", "import importlib\nimportlib.import_module('greeting')"])
def test_a_package_that_may_be_loaded_comes_before_a_file_of_its_name(run: Runs, code: str) -> None:
    sys.modules.pop("greeting", None)
    Path("greeting.py").write_text("word = 'mine'\n")
    assert "loading" in run(code).kinds


def test_metadata_among_files_counts_for_nothing(run: Runs) -> None:
    Path("evil-1.dist-info").mkdir()
    Path("evil-1.dist-info/METADATA").write_text("Name: evil\nVersion: 1\n")
    Path("evil-1.dist-info/entry_points.txt").write_text("[networkx.backends]\nevil = evil:run\n")
    code = "from importlib.metadata import entry_points\nlist(entry_points(name='evil'))"
    assert run(code).text == "[]"


@pytest.mark.parametrize(
    ("module", "says"),
    [
        (
            "pyarrow",
            (
                "The operator can allow it with `belljar assets add pyarrow`; meanwhile pandas reads and "
                "writes Parquet by itself, large files in pieces: "
                "`for part in pd.read_parquet(name, columns=[...], chunksize=100_000)` works. "
            ),
        ),
        (
            "skimage",
            "The operator can allow it with `belljar assets add scikit-image`; meanwhile pillow and ",
        ),
        ("numba", "numba does not run in browsers; numpy works. "),
        ("google.colab", "`google.colab` is Colab's own: files stand in the working directory"),
        ("never_heard_of", "The operator can allow it with `belljar assets add never_heard_of`. "),
    ],
)
def test_a_missing_package_comes_with_what_would_bring_it(run: Runs, module: str, says: str) -> None:
    value = run(f"import {module}").error["value"]
    assert value.startswith(f"No module named {module.partition('.')[0]!r} in this sandbox. {says}")
