"""policy.json says what may be loaded and used, in the wire's form and units."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from belljar.assets import AssetSet
from belljar.errors import SettingsError
from belljar.settings import Limits, Settings
from belljar.web.policy import Policy, build_policy


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(assets_dir=tmp_path)


def interface(source: str, name: str) -> set[str]:
    """Names of the fields of a TypeScript interface."""
    body = re.search(rf"interface {name} \{{(.*?)\n\}}", source, re.DOTALL)
    assert body is not None
    return set(re.findall(r"^  (\w+)\??:", body[1], re.MULTILINE))


def test_the_policy_has_exactly_the_fields_of_the_wire_types(
    settings: Settings, assets: AssetSet, repository: Path
) -> None:
    source = (repository / "static/src/protocol/policy.ts").read_text(encoding="utf-8")
    limits = (repository / "static/src/protocol/limits.ts").read_text(encoding="utf-8")
    policy = build_policy(settings, assets)
    assert policy.keys() == interface(source, "Policy")
    assert policy["limits"].keys() == interface(limits, "Limits")
    assert policy["profile"].keys() == interface(source, "Profile")
    # Of compressed copies that lie beside files, exports speak alone; of its own a site does, which has them.
    assert policy["core"][0].keys() == interface(source, "AssetFile") - {"br", "gzip", "sent"}
    assert policy["packages"]["numpy"].keys() == interface(source, "PolicyPackage")


def test_every_url_is_relative_and_names_its_content(settings: Settings, assets: AssetSet) -> None:
    policy = build_policy(settings, assets)
    files = [*policy["core"], *(package["file"] for package in policy["packages"].values())]
    assert [file["url"] for file in files] == [f"assets/{file['sha256']}/{file['name']}" for file in files]
    assert policy["frame"] == {"isolated": "frame/isolated.html", "plain": "frame/plain.html"}


def test_seconds_become_milliseconds_and_bytes_stay(settings: Settings, assets: AssetSet) -> None:
    limits = Limits(timeout=1.5, grace=0.25, memory=2**30)
    sent = build_policy(replace(settings, limits=limits), assets)["limits"]
    assert (sent["timeout_ms"], sent["grace_ms"], sent["memory_bytes"]) == (1500, 250, 2**30)
    assert all(isinstance(value, int) for value in sent.values())


def test_a_named_profile_loads_its_packages_with_their_dependencies_first(
    settings: Settings, assets: AssetSet
) -> None:
    assert build_policy(settings, assets)["profile"] == {"name": "data", "load": ["numpy", "pandas"]}


def test_the_core_profile_loads_nothing(settings: Settings, assets: AssetSet) -> None:
    policy = build_policy(replace(settings, profile=("core",)), assets)
    assert policy["profile"] == {"name": "core", "load": []}


def test_pages_can_ask_for_every_profile_whose_packages_are_allowed(
    settings: Settings, assets: AssetSet
) -> None:
    assert build_policy(settings, assets)["profiles"] == {
        "core": {"load": []},
        "data": {"load": ["numpy", "pandas"]},
        "science": {"load": ["numpy", "pandas", "scikit-learn"]},
    }
    fewer = build_policy(replace(settings, packages=("scikit-learn",), profile=("numpy",)), assets)
    assert fewer["profiles"] == {"core": {"load": []}, "custom": {"load": ["numpy"]}}


def test_a_list_of_packages_is_a_profile_too(settings: Settings, assets: AssetSet) -> None:
    policy = build_policy(replace(settings, profile=("scikit-learn",)), assets)
    assert policy["profile"] == {"name": "custom", "load": ["numpy", "scikit-learn"]}


def test_a_restricted_allowlist_keeps_what_its_packages_need(settings: Settings, assets: AssetSet) -> None:
    policy = build_policy(replace(settings, packages=("pandas",)), assets)
    assert list(policy["packages"]) == ["numpy", "pandas"]


def test_a_restriction_to_a_package_that_is_not_there_is_refused(
    settings: Settings, assets: AssetSet
) -> None:
    with pytest.raises(
        SettingsError, match="The setting packages names torch, which this server does not allow"
    ):
        build_policy(replace(settings, packages=("torch",)), assets)


def test_a_profile_outside_the_restriction_is_refused(settings: Settings, assets: AssetSet) -> None:
    with pytest.raises(SettingsError, match=r"loads pandas, which this server does not allow"):
        build_policy(replace(settings, packages=("numpy",)), assets)


def test_an_unknown_profile_names_what_there_is(settings: Settings, assets: AssetSet) -> None:
    with pytest.raises(
        SettingsError,
        match=r"named ones are core, data, science\) loads dtaa.* Allowed are numpy, pandas, scikit-learn",
    ):
        build_policy(replace(settings, profile=("dtaa",)), assets)


def test_the_prompt_is_written_from_the_policy_itself(settings: Settings, assets: AssetSet) -> None:
    changed = replace(
        settings, limits=Limits(timeout=7, max_timeout=77), packages=("scikit-learn",), profile=()
    )
    prompt = Policy(build_policy(changed, assets)).prompt()
    assert "Python 3.14.2" in prompt
    assert "Loaded already: none." in prompt
    assert "numpy 1.0, scikit-learn 1.0 (import sklearn)" in prompt
    assert "pandas" not in prompt
    assert "7 seconds, on request up to 77 seconds" in prompt
    assert "no matplotlib" in prompt
    assert "no network" in prompt
