"""Python's imports go one way, without circles; one door leads to Pyodide; the server runs nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ..imports import Import, circles, imports, modules

#: Rooms of the server, the lowest first. A room is a folder, or a module beside the folders; it imports only
#: from floors below its own. Who imports what late, in a function, keeps to the same order.
SERVER = [
    {"errors", "names", "options", "rebuilt", "untrusted"},
    {"conditions", "headers", "listener", "prompt", "report", "reprs"},
    {"assets", "encodings", "frontend", "middleware", "remembered", "results", "tabs"},
    {"settings"},
    {"connections", "execution", "landing", "policy", "resources", "sockets"},
    {"site", "structured"},
    {"app", "tools"},
    {"capture"},
    {"prepare", "serve"},
    {"backends", "mcp_http"},
    {"sandbox"},
    {"blocking", "mcp_clients"},
    {"mcp_server", "run"},
    {"cli"},
    {"__main__"},
]

#: Rooms of the harness in the same manner.
HARNESS = [
    {
        "_bridge",
        "allowlist",
        "cell",
        "events",
        "files",
        "hints",
        "namespace",
        "patches",
        "plaintext",
        "texts",
    },
    {"completion", "errors", "figure_backend", "network", "notices", "processes", "streams", "tables"},
    {"threadstates", "ticks"},
    {"mime", "pictures", "waiting"},
    {"display", "figures", "inputs", "loading", "loops", "warming"},
    {"imports", "ipython", "packages", "restored"},
    {"magics"},
    {"environment"},
    {"session"},
]

#: Imports that go up all the same, each with its reason.
UPWARD = {
    ("belljar.assets.commands", "belljar.capture"): "making a snapshot needs the whole server",
    ("belljar.assets.commands", "belljar.settings"): "making a snapshot needs the whole server",
}

#: Circles of modules, type checkers' imports among them.
CIRCLES = {
    frozenset({"belljar.execution", "belljar.report", "belljar.reprs", "belljar.results"}),
    frozenset({"belljar.sandbox", "belljar.tools"}),
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


def upward(found: list[Import], floors: list[set[str]]) -> set[tuple[str, str]]:
    """Imports that go up, or to another room on the same floor."""
    level = {name: floor for floor, names in enumerate(floors) for name in names}
    return {
        (one.importer, one.imported)
        for one in found
        if (own := room(one.importer)) != (other := room(one.imported))
        # The package itself is its face: it names what is public, and everybody may ask for its version.
        and own
        and other
        and one.when != "typing"
        and level[own] <= level[other]
    }


@pytest.mark.parametrize(("package", "floors"), [("server", SERVER), ("harness", HARNESS)])
def test_every_room_has_its_floor(
    request: pytest.FixtureRequest, package: str, floors: list[set[str]]
) -> None:
    rooms = {room(module) for module in modules(request.getfixturevalue(package))} - {""}
    assert rooms == set().union(*floors)
    assert sum(map(len, floors)) == len(rooms), "a room is on two floors"


def test_each_room_of_the_server_imports_from_below(server: Path) -> None:
    assert upward(imports(server), SERVER) == UPWARD.keys()


def test_each_room_of_the_harness_imports_from_below(harness: Path) -> None:
    assert not upward(imports(harness), HARNESS)


def test_no_circle_but_those_known(server: Path, harness: Path) -> None:
    # The face of the package names everything and is named by many.
    inside = [one for one in imports(server) if room(one.importer)]
    assert set(circles(inside)) == CIRCLES
    assert not circles(imports(harness))


def test_a_circle_would_be_seen() -> None:
    there = Import("belljar.one", "belljar.two", "top")
    back = Import("belljar.two", "belljar.one", "late")
    assert circles([there, back]) == [frozenset({"belljar.one", "belljar.two"})]
    assert not circles([there])


def test_an_import_upward_would_be_seen() -> None:
    up = Import("belljar.errors", "belljar.assets.store", "late")
    assert upward([up], SERVER) == {("belljar.errors", "belljar.assets.store")}


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
    assert {file.parent.name for file in files} > {"assets", "backends", "tabs"}
    for file in files:
        calls = [
            node
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
        ]
        called = {node.func.id for node in calls if isinstance(node.func, ast.Name)}
        assert not called & {"eval", "exec", "compile", "__import__"}, file.relative_to(server)


def test_only_the_bridge_knows_pyodide(harness: Path) -> None:
    for file in harness.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
            outside = {name.split(".")[0] for name in names} & {"js", "pyodide", "pyodide_js", "_pyodide"}
            assert not outside or file.name == "_bridge.py", f"{file.name} imports {outside}"
