"""What an interpreter does when it goes on where it was captured."""

import sys
from types import ModuleType

import pytest

from belljar_harness import restored
from belljar_harness.interpreter import startup


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Stands where Pyodide's module is."""
    module = ModuleType("_pyodide._base")
    module.__dict__["eval_code"] = lambda source, *_, **__: f"evaluated {source}"
    monkeypatch.setitem(sys.modules, "_pyodide._base", module)
    startup._answer_once()
    return module


def test_what_pyodide_evaluates_at_each_start_is_answered_once_and_then_evaluated_again(
    base: ModuleType,
) -> None:
    import builtins

    answer = base.eval_code
    assert answer("{}") == {}
    assert answer("import importlib; importlib", {}) is sys.modules["importlib"]
    assert answer("import __main__; __main__.__dict__", {}) is vars(sys.modules["__main__"])
    assert base.eval_code is answer
    assert answer("import builtins; builtins.__dict__", {}) is vars(builtins)
    assert base.eval_code("{}") == "evaluated {}"


def test_anything_else_is_evaluated_and_ends_the_answers(base: ModuleType) -> None:
    answer = base.eval_code
    assert answer("1 + 1") == "evaluated 1 + 1"
    assert base.eval_code is not answer
    assert base.eval_code("{}") == "evaluated {}"


def test_a_sound_interpreter_passes_its_check_and_the_first_failure_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert restored.check() == ""
    assert 10 <= len(restored._CHECKS) <= 14, "a dozen"
    monkeypatch.setitem(restored._CHECKS, "sorting", lambda: False)
    assert restored.check() == "sorting"
    monkeypatch.setitem(restored._CHECKS, "JSON", lambda: {}["ü"])
    assert restored.check() == "JSON (KeyError: 'ü')"
