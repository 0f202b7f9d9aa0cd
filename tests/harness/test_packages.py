"""micropip in the sandbox."""

from __future__ import annotations

import pytest

from .conftest import Runs


@pytest.mark.parametrize(
    "requirement",
    ["'scikit-learn'", "'Scikit_Learn'", "['scikit-learn']", "'scikit-learn==1.8.0'", "'scikit-learn>=1'"],
)
def test_an_allowlisted_package_is_installed_by_any_spelling(run: Runs, requirement: str) -> None:
    ran = run(f"import micropip\nawait micropip.install({requirement})")
    assert ran.outcome == "ok"
    assert ran.of("loaded")[0]["packages"] == ["joblib", "scikit-learn"]


def test_any_other_package_is_refused_in_one_sentence(run: Runs) -> None:
    error = run("import micropip\nawait micropip.install('torch')").error
    assert error["name"] == "ValueError"
    assert error["value"].startswith(
        "torch can't be installed in this sandbox. torch does not run in browsers; scikit-learn works. "
        "Available: numpy, pandas, "
    )


@pytest.mark.parametrize(
    "source", ["https://example.org/a-1-py3-none-any.whl", "emfs:a.whl", "./a.whl", "git+https://x"]
)
def test_addresses_and_paths_are_refused(run: Runs, source: str) -> None:
    assert "installs by name" in run(f"import micropip\nawait micropip.install({source!r})").error["value"]


def test_another_version_is_refused_and_told(run: Runs) -> None:
    error = run("import micropip\nawait micropip.install('numpy==1.26')").error
    assert "this sandbox has version 2.4.3" in error["value"]


def test_list_and_freeze_tell_what_is_loaded(run: Runs) -> None:
    ran = run("import micropip\nprint(micropip.freeze(), end='')\nmicropip.list()")
    assert ran.stdout == "numpy==2.4.3\n"
    assert ran.text == "{'numpy': '2.4.3'}"


def test_nothing_is_uninstalled(run: Runs) -> None:
    assert "Restart it" in run("import micropip\nmicropip.uninstall('numpy')").error["value"]
