"""Add: what can work is allowed with all it needs; what can't is refused with the reason."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from belljar.assets import add as adding
from belljar.assets.add import add_packages, remove_packages
from belljar.assets.manifest import LOCAL_NAME, read_local
from belljar.assets.mirrors import SourceDownError
from belljar.assets.progress import Progress
from belljar.assets.store import Store
from belljar.errors import AssetError


@pytest.fixture
def assets_dir(tmp_path: Path) -> Path:
    return tmp_path / "assets"


@pytest.fixture
def add(manifest, assets_dir):
    return lambda *targets: [
        p.name for p in add_packages(targets, manifest, assets_dir, (), Progress(io.StringIO()))
    ]


@pytest.fixture
def pypi(monkeypatch, make_wheel):
    """A PyPI with the wheels that a test puts there, newest last."""
    wheels: dict[str, Path] = {}

    def download(requirements, folder, python, **_):
        [wanted] = requirements
        name = wanted.split("=")[0].split("<")[0].split(">")[0]
        if name not in wheels:
            raise SourceDownError(f"pip says: No matching distribution found for {wanted}")
        path = folder / wheels[name].name
        path.write_bytes(wheels[name].read_bytes())
        return [path]

    def put(name: str, *args, **options) -> None:
        wheels[name] = make_wheel(name, *args, **options)

    monkeypatch.setattr(adding, "pip_download", download)
    return put


def test_a_name_brings_what_it_needs_all_pinned(add, pypi, manifest, assets_dir) -> None:
    pypi("top", requires=("middle>=1", "pandas"))
    pypi("middle", requires=("numpy>=1",))
    assert add("top") == ["middle", "top"]
    local = read_local(assets_dir, manifest)
    assert local["top"].depends == ("middle", "pandas")
    assert {Store(assets_dir).state(package.file) for package in local.values()} == {"ok"}
    assert manifest.with_packages(local).closure(["top"]) == ("numpy", "middle", "pandas", "top")


def test_a_wheel_is_added_as_it_is(add, make_wheel, manifest, assets_dir) -> None:
    assert add(str(make_wheel("ours", "2.1", tag="cp314-cp314-pyemscripten_2026_0_wasm32"))) == ["ours"]
    assert read_local(assets_dir, manifest)["ours"].origin == "local"


def test_a_folder_is_built_and_added(add, tmp_path, monkeypatch, make_wheel) -> None:
    built = make_wheel("project", "0.3")
    monkeypatch.setattr(adding, "pip_wheel", lambda folder, scratch: built)
    assert add(str(tmp_path)) == ["project"]


def test_a_folder_that_cannot_be_built_is_refused_with_pip_s_words(add, tmp_path, monkeypatch) -> None:
    def fail(*_):
        raise SourceDownError("pip says: neither 'setup.py' nor 'pyproject.toml' found")

    monkeypatch.setattr(adding, "pip_wheel", fail)
    with pytest.raises(AssetError, match=r"can't be built: pip says: neither 'setup\.py'"):
        add(str(tmp_path))


def test_native_code_for_another_platform_is_refused(add, make_wheel) -> None:
    with pytest.raises(
        AssetError, match="native code for manylinux_2_28_x86_64; the sandbox needs pure Python"
    ):
        add(str(make_wheel("torch", tag="cp314-cp314-manylinux_2_28_x86_64")))


def test_a_version_that_conflicts_with_the_lock_is_refused(add, pypi, assets_dir) -> None:
    pypi("old", requires=("pandas<1",))
    with pytest.raises(AssetError, match=r"old 1\.0 needs pandas<1, but the sandbox has pandas 1\.0"):
        add("old")
    assert not (assets_dir / LOCAL_NAME).exists()


def test_a_dependency_that_cannot_be_had_names_the_whole_chain(add, pypi, assets_dir) -> None:
    pypi("top", requires=("middle",))
    pypi("middle", requires=("native",))
    with pytest.raises(AssetError, match=r"top needs middle\. middle needs native\. PyPI has no native"):
        add("top")
    assert not (assets_dir / LOCAL_NAME).exists()


def test_one_target_that_fails_adds_none(add, pypi, assets_dir) -> None:
    pypi("good")
    with pytest.raises(AssetError, match="PyPI has no bad"):
        add("good", "bad")
    assert not (assets_dir / LOCAL_NAME).exists()


@pytest.fixture
def official(manifest, tmp_path, entry, content):
    """A mirror with Pyodide's lock (two native packages, one pure) and the file of one native package."""
    folder = tmp_path / "official"
    folder.mkdir()

    def row(file_name: str, *depends: str) -> dict:
        file = entry(file_name)
        name, version, *_ = file_name.split("-")
        return {
            "version": version,
            "file_name": file_name,
            "sha256": file.sha256,
            "depends": list(depends),
            "imports": [name],
            "package_type": "package",
        }

    native = "stats-0.14-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
    rows = {"stats": row(native, "numpy", "formula"), "formula": row("formula-1.1-py3-none-any.whl")}
    rows["lonely"] = row("lonely-2.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl")
    lock = json.dumps({"packages": rows}).encode()
    (folder / "pyodide-lock.json").write_bytes(lock)
    (folder / native).write_bytes(content(native))
    return folder, replace(manifest, lock=entry("pyodide-lock.json", lock))


def test_a_native_package_comes_from_pyodide_s_own_build(official, pypi, assets_dir) -> None:
    folder, manifest = official
    pypi("formula", "1.1")
    added = add_packages(["stats"], manifest, assets_dir, [str(folder)], Progress(io.StringIO()))
    assert [(p.name, p.version, p.origin) for p in added] == [
        ("formula", "1.1", "pypi"),
        ("stats", "0.14", "pyodide"),
    ]
    assert added[1].depends == ("formula", "numpy")
    assert Store(assets_dir).state(added[1].file) == "ok"


def test_a_native_package_that_no_place_has_is_refused_with_what_to_do(official, pypi, assets_dir) -> None:
    folder, manifest = official
    with pytest.raises(AssetError, match=r"lonely has native code, .*lonely-2\.0-cp314.* --mirror"):
        add_packages(["lonely"], manifest, assets_dir, [str(folder)], Progress(io.StringIO()))


def test_another_version_of_native_code_than_pyodide_s_is_refused(official, pypi, assets_dir) -> None:
    folder, manifest = official
    with pytest.raises(AssetError, match=r"stats<0\.10 can't be had: Pyodide 314\.0\.7 has stats 0\.14"):
        add_packages(["stats<0.10"], manifest, assets_dir, [str(folder)], Progress(io.StringIO()))


@pytest.mark.parametrize("target", ["lonely", "lonely>=3"])
def test_native_code_comes_from_pypi_where_its_authors_build_it_for_this_abi(
    official, pypi, assets_dir, target
) -> None:
    folder, manifest = official
    pypi("lonely", "3.0", tag=f"cp314-cp314-{manifest.wheel_platform}")
    [added] = add_packages([target], manifest, assets_dir, [str(folder)], Progress(io.StringIO()))
    assert (added.name, added.version, added.origin) == ("lonely", "3.0", "pypi")
    assert added.file.name == "lonely-3.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl"


def test_native_code_for_another_abi_is_refused_and_says_which(official, pypi, assets_dir) -> None:
    folder, manifest = official
    pypi("lonely", "3.0", tag="cp314-cp314-pyemscripten_2027_0_wasm32")
    with pytest.raises(AssetError, match=r"pyemscripten_2027_0_wasm32; .* built for pyemscripten_2026_0"):
        add_packages(["lonely"], manifest, assets_dir, [str(folder)], Progress(io.StringIO()))


def test_two_that_need_each_other_are_added_once(add, pypi) -> None:
    pypi("one", requires=("two",))
    pypi("two", requires=("one",))
    assert add("one") == ["one", "two"]


def test_what_belljar_has_itself_is_not_replaced(add, make_wheel) -> None:
    with pytest.raises(AssetError, match=r"numpy 1\.0 is on belljar's own allowlist already"):
        add("numpy")
    with pytest.raises(AssetError, match="belljar's own and can't be replaced"):
        add(str(make_wheel("numpy", "9.0")))


@pytest.mark.parametrize("target", ["no/such/folder", "a b", "--index-url=x", "missing.whl"])
def test_what_is_neither_name_nor_wheel_nor_folder_is_refused(add, target) -> None:
    with pytest.raises(AssetError, match=r"neither a package's name|There is no file"):
        add(target)


def test_what_was_added_stays_when_more_is_added(add, pypi, manifest, assets_dir) -> None:
    pypi("one")
    pypi("two")
    add("one")
    add("two")
    assert read_local(assets_dir, manifest).keys() == {"one", "two"}


def test_an_earlier_addition_is_not_broken_by_a_later_one(add, pypi, make_wheel) -> None:
    pypi("base", "1.0")
    pypi("top", requires=("base<2",))
    add("top")
    pypi("newer", requires=("base>=2",))
    with pytest.raises(AssetError, match=r"newer 1\.0 needs base>=2, but the sandbox has base 1\.0"):
        add("newer")


def test_removing_takes_the_package_and_its_file_away(add, pypi, manifest, assets_dir) -> None:
    pypi("one")
    add("one")
    file = read_local(assets_dir, manifest)["one"].file
    remove_packages(["one"], manifest, assets_dir)
    assert read_local(assets_dir, manifest) == {}
    assert Store(assets_dir).state(file) == "absent"


def test_removing_what_others_need_is_refused(add, pypi, manifest, assets_dir) -> None:
    pypi("base")
    pypi("top", requires=("base",))
    add("top")
    with pytest.raises(AssetError, match="base is needed by top"):
        remove_packages(["base"], manifest, assets_dir)
    with pytest.raises(AssetError, match="part of belljar's own"):
        remove_packages(["numpy"], manifest, assets_dir)


def test_a_package_of_which_pip_may_use_no_release_is_refused_with_the_reason(
    manifest, tmp_path, monkeypatch
) -> None:
    def download(*_, **__):
        raise SourceDownError("pip says: ResolutionImpossible: for help visit its documentation")

    monkeypatch.setattr(adding, "pip_download", download)
    with pytest.raises(AssetError, match="PyPI has no torch for the sandbox"):
        add_packages(["torch"], manifest, tmp_path, progress=Progress(io.StringIO()))
