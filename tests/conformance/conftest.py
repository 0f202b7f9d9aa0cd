"""Conformance: what every backend has to do, run against each of them over one warm sandbox.

A further backend joins with a line in `BACKENDS`: a function of fixtures that gives the arguments of
`Sandbox`, or None where it can't run on this machine at all. One of them alone:
`pytest tests/conformance --backend tab`.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from belljar import Sandbox

from ..helpers.person import Person
from ..standins import DOCKER_IMAGE, E2B_KEY, Service, container_folder

_HERE = Path(__file__).parent


def headless() -> dict[str, Any]:
    # As root Chromium can't have its process sandbox: tests/server/backends tests it as another user.
    return {"backend": "headless", "browser_sandbox": "off" if os.getuid() == 0 else "on"}


def tab(person: Person) -> dict[str, Any]:
    return {"backend": "tab", "on_invite": person.allows, "wait": 60}


def e2b(e2b_service: Service) -> dict[str, Any]:
    # Only the client's own variables say where E2B is.
    os.environ.update(e2b_service.variables)
    return {"backend": "e2b", "api_key": E2B_KEY}


def llm_sandbox(docker_engine: Service, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    os.environ["DOCKER_HOST"] = docker_engine.url
    workdir = container_folder(tmp_path_factory.mktemp("sandbox"))
    return {"backend": "llm-sandbox", "image": DOCKER_IMAGE, "workdir": workdir}


BACKENDS: dict[str, Callable[..., dict[str, Any] | None]] = {
    "headless": headless,
    "tab": tab,
    "e2b": e2b,
    "llm-sandbox": llm_sandbox,
}


_NO_FIGURES = "the stand-in has no matplotlib and no pandas"
_NO_WALL = "the wall around code is the service's own: the stand-in has none"

#: What other people's services do differently, by backend and test: each stands in docs/python.md.
DIFFERENCES: dict[str, dict[str, str]] = {
    "e2b": {
        "test_a_figure_is_a_png_without_show": _NO_FIGURES,
        "test_two_figures_are_two_plots": _NO_FIGURES,
        "test_a_figure_comes_as_svg_when_asked": "figures come as PNG only",
        "test_a_table_has_its_values": "tables come as HTML and text only",
        "test_a_figure_and_a_table_come_together": _NO_FIGURES,
        "test_there_is_no_network_and_no_process": _NO_WALL,
        "test_loading_packages_is_no_running_time": "the template decides which packages there are",
        "test_input_is_answered_by_the_caller": "nobody can answer input()",
        "test_questions_of_several_tasks_are_answered_each_by_its_own_answer": "nobody can answer input()",
        "test_a_question_that_is_answered_wrongly_is_answered_by_nobody": "nobody can answer input()",
        "test_memory_has_an_end_and_the_session_goes_on": _NO_WALL,
        "test_a_crash_is_reported_and_the_next_run_works": "this code crashes WebAssembly's Python only",
    },
    "llm-sandbox": {
        "test_streams_are_told_while_the_code_runs": "text comes when the code has ended",
        "test_a_figure_is_a_png_without_show": _NO_FIGURES,
        "test_two_figures_are_two_plots": _NO_FIGURES,
        "test_a_figure_comes_as_svg_when_asked": "figures come as PNG only",
        "test_a_table_has_its_values": "tables come as HTML and text only",
        "test_a_figure_and_a_table_come_together": _NO_FIGURES,
        "test_there_is_no_network_and_no_process": _NO_WALL,
        "test_what_was_printed_before_a_timeout_is_kept": "text comes when the code has ended",
        "test_loading_packages_is_no_running_time": "the image decides which packages there are",
        "test_input_is_answered_by_the_caller": "nobody can answer input()",
        "test_questions_of_several_tasks_are_answered_each_by_its_own_answer": "nobody can answer input()",
        "test_a_question_that_is_answered_wrongly_is_answered_by_nobody": "nobody can answer input()",
        "test_memory_has_an_end_and_the_session_goes_on": _NO_WALL,
        "test_a_crash_is_reported_and_the_next_run_works": "this code crashes WebAssembly's Python only",
    },
}


@pytest.fixture(autouse=True)
def _as_far_as_the_service_goes(request: pytest.FixtureRequest) -> None:
    backend = request.node.callspec.params.get("arguments", "") if hasattr(request.node, "callspec") else ""
    name = getattr(request.node, "originalname", "")
    if reason := DIFFERENCES.get(backend, {}).get(name):
        pytest.skip(f"{backend}: {reason}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Half of the backends drive a browser."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.browser)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--backend", action="append", choices=sorted(BACKENDS), help="only this backend")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "arguments" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--backend", default=None) or sorted(BACKENDS)
        metafunc.parametrize("arguments", chosen, indirect=True, scope="session")


@pytest.fixture(scope="session")
def arguments(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What makes the warm sandbox of the backend."""
    return _made(request, request.param)


@pytest.fixture
def further(arguments: dict[str, Any], request: pytest.FixtureRequest) -> dict[str, Any]:
    """What makes a further sandbox, apart from the warm one: the stand-in for Docker shares this disk."""
    return _made(request, request.node.callspec.params["arguments"])


def _made(request: pytest.FixtureRequest, backend: str) -> dict[str, Any]:
    make = BACKENDS[backend]
    found = make(*(request.getfixturevalue(name) for name in inspect.signature(make).parameters))
    if found is None:
        pytest.skip(f"{backend} can't run here")
    return found


@pytest.fixture(scope="session")
def shared(arguments: dict[str, Any]) -> Iterator[Sandbox]:
    """One warm sandbox for all tests."""
    with Sandbox.open(**arguments) as sandbox:
        probe = sandbox.execute("1")
        assert probe.ok, probe
        yield sandbox


@pytest.fixture
def sandbox(shared: Sandbox) -> Sandbox:
    """The warm sandbox without the files and names of the test before."""
    for file in shared.files.list():
        shared.files.remove(file.path)
    return shared
