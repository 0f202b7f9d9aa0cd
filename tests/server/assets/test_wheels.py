"""Wheels: what runs in the sandbox is taken, what can't is refused with the reason."""

from __future__ import annotations

import pytest

from belljar.assets.wheels import marker_environment, read_wheel, refusal, top_level
from belljar.errors import AssetError

OURS = "cp314-cp314-pyemscripten_2026_0_wasm32"


@pytest.mark.parametrize(
    "tag",
    [
        "py3-none-any",
        "py2.py3-none-any",
        "py314-none-any",
        "py38-none-any",
        "cp314-none-any",
        OURS,
        "cp310-abi3-pyemscripten_2026_0_wasm32",
        "py3-none-pyemscripten_2026_0_wasm32",
    ],
)
def test_a_wheel_for_this_pyodide_is_taken(make_wheel, manifest, tag) -> None:
    assert refusal(read_wheel(make_wheel("a", tag=tag), manifest), manifest) is None


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        ("cp314-cp314-manylinux_2_28_x86_64", "native code for manylinux_2_28_x86_64"),
        ("cp314-cp314-win_amd64", "native code for win_amd64"),
        ("cp313-cp313-pyodide_2025_0_wasm32", "native code for pyodide_2025_0_wasm32"),
        ("cp313-cp313-pyemscripten_2026_0_wasm32", "native code for"),
        ("cp313-none-any", "is for another Python"),
        ("py315-none-any", "is for another Python"),
        ("py2-none-any", "is for another Python"),
    ],
)
def test_a_wheel_for_something_else_is_refused_with_the_reason(make_wheel, manifest, tag, reason) -> None:
    assert reason in str(refusal(read_wheel(make_wheel("a", tag=tag), manifest), manifest))


@pytest.mark.parametrize("python", ["<3.14", ">=3.15", "==3.11.*"])
def test_a_wheel_for_another_python_is_refused(make_wheel, manifest, python) -> None:
    assert "the sandbox has 3.14.2" in str(
        refusal(read_wheel(make_wheel("a", python=python), manifest), manifest)
    )


def test_requirements_are_those_that_hold_inside_pyodide(make_wheel, manifest) -> None:
    path = make_wheel(
        "a",
        requires=(
            "always",
            "emscripten; sys_platform == 'emscripten'",
            "windows; sys_platform == 'win32'",
            "old; python_version < '3.12'",
            "extra; extra == 'all'",
        ),
    )
    assert [r.name for r in read_wheel(path, manifest).requires] == ["always", "emscripten"]
    assert [r.name for r in read_wheel(path, manifest, frozenset({"all"})).requires] == [
        "always",
        "emscripten",
        "extra",
    ]


def test_markers_see_a_wasm_machine(manifest) -> None:
    environment = marker_environment(manifest)
    assert (environment["platform_machine"], environment["python_version"]) == ("wasm32", "3.14")


@pytest.mark.parametrize(
    ("members", "imports"),
    [
        (["a/__init__.py", "a/b.py", "a-1.dist-info/METADATA"], ("a",)),
        (["six.py"], ("six",)),
        (["ns/pkg/__init__.py"], ("ns",)),
        (["_x.cpython-314-wasm32-emscripten.so", "x/__init__.py"], ("_x", "x")),
        (["a/__init__.py", "tests/test_a.py", "docs/conf.py"], ("a",)),
        (["tests/__init__.py"], ("tests",)),
        (["a-1.data/scripts/a", "a/data.json"], ()),
    ],
)
def test_modules_are_those_that_an_import_would_find(members, imports) -> None:
    assert top_level(members) == imports


@pytest.mark.parametrize("name", ["a.whl", "a-1-py3-none-any.whl"])
def test_a_file_that_is_no_wheel_is_refused(tmp_path, manifest, name) -> None:
    (tmp_path / name).write_bytes(b"not a zip")
    with pytest.raises(AssetError, match="is not a wheel that can be read"):
        read_wheel(tmp_path / name, manifest)
