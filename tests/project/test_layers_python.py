"""Python's imports go one way, without circles; one door leads to Pyodide; the server runs nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..helpers.imports import Import, circles, imports, modules

#: Which rooms of the server each room imports from, late imports included, besides itself. A room is a
#: folder, or a module beside the folders.
SERVER = {
    "errors": set(),
    "options": set(),
    "untrusted": set(),
    "assets": {"errors", "untrusted"},
    "settings": {"assets", "errors", "options"},
    "answers": {"untrusted"},
    "tools": {"answers", "errors", "untrusted"},
    "http": {"errors", "settings"},
    "tabs": {"errors", "http", "settings", "untrusted"},
    "proxy": {"errors", "http", "settings", "untrusted"},
    "web": {"assets", "errors", "http", "proxy", "settings", "tabs"},
    "export": {"errors", "http", "settings", "web"},
    "integrations": {"cells", "errors", "export", "prepare", "settings"},
    "prepare": {"assets", "errors", "http", "settings", "web"},
    "backends": {"answers", "errors", "settings", "tabs", "untrusted", "web"},
    "client": {"answers", "backends", "errors", "settings", "tools", "untrusted"},
    "cells": {"answers", "backends", "client", "errors", "untrusted"},
    "mcp": {"backends", "client", "errors", "http", "settings", "tools", "web"},
    "commands": {
        "answers",
        "assets",
        "backends",
        "cells",
        "client",
        "errors",
        "export",
        "mcp",
        "options",
        "prepare",
        "settings",
        "tools",
        "untrusted",
        "web",
    },
    # Where the interpreter or an installed script comes in.
    "cli": {"commands"},
    "__main__": {"cli", "commands"},
}

#: Rooms of the harness, the lowest first; each imports only from floors below its own.
HARNESS = [
    {"advice", "removed"},
    {"events", "files", "hints", "namespace", "patches", "timing"},
    {"figures", "interpreter", "notices", "opened", "programs", "reloading", "source", "streams"},
    {"cell", "errors", "lines", "waiting"},
    {"limits", "loops"},
    {"parquet", "show", "warming"},
    {"magics"},
    {"shell"},
    {"environment", "restored"},
    {"session"},
]

#: Late imports that close a circle, each with its reason. No other import may, be it at the top, late or for
#: type checkers alone.
BACK = {
    ("belljar.answers.execution", "belljar.answers.report"): "a method of the data shows it to a model",
    ("belljar.answers.execution", "belljar.answers.reprs"): "a method of the data shows it to people",
    ("belljar.answers.results", "belljar.answers.reprs"): "a method of the data shows it to people",
}


def room(module: str) -> str:
    """The room of a module: `assets` of `belljar.assets.store`; the package itself is the room ""."""
    parts = module.split(".")
    return parts[-1] if parts[-1] == "__main__" else ".".join(parts[1:2])


@pytest.fixture(scope="module")
def server(repository: Path) -> Path:
    return repository / "server" / "belljar"


@pytest.fixture(scope="module")
def harness(repository: Path) -> Path:
    return repository / "static" / "harness" / "belljar_harness"


def between_rooms(found: list[Import]) -> Iterator[tuple[Import, str, str]]:
    """Imports that lead from one room to another, with both."""
    for one in found:
        own, other = room(one.importer), room(one.imported)
        # The package itself is its face: it names what is public, and everybody may ask for its version.
        if own and other and own != other:
            yield one, own, other


@pytest.mark.parametrize(
    ("package", "rooms"), [("server", SERVER.keys()), ("harness", set().union(*HARNESS))]
)
def test_every_room_is_known(request: pytest.FixtureRequest, package: str, rooms: set[str]) -> None:
    assert {room(module) for module in modules(request.getfixturevalue(package))} - {""} == rooms


def test_the_rooms_of_the_server_import_what_the_table_says(server: Path) -> None:
    there: dict[str, set[str]] = {name: set() for name in SERVER}
    for _, own, other in between_rooms(imports(server)):
        there[own].add(other)
    assert there == SERVER


def test_the_table_of_the_server_has_no_circle() -> None:
    assert not circles(Import(own, other, "top") for own, may in SERVER.items() for other in may)


def test_the_harness_s_rooms_import_from_below(harness: Path) -> None:
    level = {name: floor for floor, names in enumerate(HARNESS) for name in names}
    assert len(level) == sum(map(len, HARNESS)), "a room is on two floors"
    wrong = [str(one) for one, own, other in between_rooms(imports(harness)) if level[own] <= level[other]]
    assert not wrong


def test_no_module_imports_itself_in_a_circle(server: Path, harness: Path) -> None:
    # The face of the package names everything and is named by many.
    inside = [one for one in imports(server) if room(one.importer)]
    back = {one for one in inside if (one.importer, one.imported) in BACK}
    assert {one.when for one in back} == {"late"}
    assert not circles(one for one in inside if one not in back)
    for needed in back:
        assert circles(one for one in inside if one not in back - {needed}), f"{needed} closes no circle"
    assert not circles(imports(harness))


def test_the_face_of_the_package_imports_nothing_of_it_at_the_top(server: Path) -> None:
    assert {one.when for one in imports(server) if not room(one.importer)} == {"typing"}


def test_a_circle_would_be_seen() -> None:
    there = Import("belljar.one", "belljar.two", "top")
    back = Import("belljar.two", "belljar.one", "late")
    assert circles([there, back]) == [frozenset({"belljar.one", "belljar.two"})]
    assert not circles([there])


def test_imports_are_found_wherever_they_stand(tmp_path: Path) -> None:
    package = tmp_path / "house"
    (package / "room").mkdir(parents=True)
    for name in ("__init__", "one", "two", "three", "room/__init__", "room/four"):
        (package / f"{name}.py").touch()
    (package / "one.py").write_text(
        "from typing import TYPE_CHECKING\n"
        "import house.two\n"
        "if TYPE_CHECKING:\n    from house.room import four\n"
        "class One:\n    def late(self):\n        if True:\n            from .three import name\n"
    )
    (package / "room" / "four.py").write_text(
        "from .. import two\nfrom ..one import One\nfrom . import name\n"
    )
    assert set(map(str, imports(package))) == {
        "house.one -> house.two (top)",
        "house.one -> house.room.four (typing)",
        "house.one -> house.three (late)",
        "house.room.four -> house.two (top)",
        "house.room.four -> house.one (top)",
        "house.room.four -> house.room (top)",
    }


def test_the_server_runs_no_code_of_users(server: Path) -> None:
    files = list(server.rglob("*.py"))
    assert {"assets", "backends", "tabs", "web"} <= {file.parent.name for file in files}
    for file in files:
        calls = [
            node
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
        ]
        called = {node.func.id for node in calls if isinstance(node.func, ast.Name)}
        assert not called & {"eval", "exec", "compile", "__import__"}, file.relative_to(server)


#: Names of Pyodide's: its modules and what of its event loop is changed.
PYODIDES = re.compile(r"^(js|_?pyodide(_js)?|_pyodide_core)(\.|$)|^_keyboard_interrupt_handler$|^WebLoop$")


def names_of_others(source: str) -> set[str]:
    """What a module imports from outside, its attributes, and its strings but for the docs."""
    tree = ast.parse(source)
    docs = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module or "")
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docs:
            found.add(node.value)
    return found


def test_one_room_of_the_harness_knows_pyodide(harness: Path) -> None:
    knows = {
        path.relative_to(harness).parts[0]
        for path in harness.rglob("*.py")
        if any(map(PYODIDES.search, names_of_others(path.read_text(encoding="utf-8"))))
    }
    assert knows == {"interpreter"}


@pytest.mark.parametrize(
    "source",
    [
        "import js",
        "def f():\n    from pyodide.ffi import run_sync",
        'hooks.after("pyodide.webloop", print)',
        'sys.modules.get("_pyodide._base")',
        "loop._keyboard_interrupt_handler = None",
        'hasattr(loop, "_keyboard_interrupt_handler")',
    ],
)
def test_a_name_of_pyodide_s_would_be_seen(source: str) -> None:
    assert any(map(PYODIDES.search, names_of_others(source)))
    assert not any(map(PYODIDES.search, names_of_others(f"def f():\n    {source!r}\n    # {source[:9]}")))
