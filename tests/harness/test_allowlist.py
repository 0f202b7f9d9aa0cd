"""Which packages there are."""

from __future__ import annotations

from belljar_harness.limits.allowlist import Allowlist, canonical

from .conftest import PACKAGES


def test_names_are_compared_in_normal_form() -> None:
    assert canonical("Scikit_Learn") == canonical("scikit.learn") == "scikit-learn"


def test_what_is_needed_comes_first_and_what_is_loaded_does_not_come() -> None:
    allowlist = Allowlist({"packages": PACKAGES, "loaded": ["numpy"]})
    assert [package.name for package in allowlist.missing(["scikit-learn"])] == ["joblib", "scikit-learn"]
    allowlist.mark(["joblib", "scikit-learn"])
    assert allowlist.missing(["scikit-learn"]) == []


def test_packages_that_need_each_other_end() -> None:
    packages = {"a": {"depends": ["b"]}, "b": {"depends": ["a"]}}
    assert {package.name for package in Allowlist({"packages": packages}).missing(["a"])} == {"a", "b"}


def test_a_module_leads_to_its_package() -> None:
    package = Allowlist({"packages": PACKAGES}).providing("sklearn")
    assert package is not None
    assert package.name == "scikit-learn"


def test_the_sentence_names_the_main_ones_and_counts_the_rest() -> None:
    packages = {f"package{number}": {} for number in range(20)} | {"pandas": {}, "numpy": {}}
    sentence = Allowlist({"packages": packages}).sentence()
    assert sentence.startswith("Available: numpy, pandas, package0, ")
    assert sentence.endswith(" and 14 more.")
    assert Allowlist({}).sentence() == "Available: the Python standard library."


def test_of_parts_of_one_namespace_the_one_that_needs_the_others_leads() -> None:
    parts = {
        "arro3-core": {"imports": ["arro3"]},
        "arro3-io": {"imports": ["arro3"], "depends": ["arro3-core"]},
    }
    for names in (list(parts), list(reversed(parts))):
        package = Allowlist({"packages": {name: parts[name] for name in names}}).providing("arro3")
        assert package is not None
        assert package.name == "arro3-io"
