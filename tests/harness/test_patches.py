"""Replaced attributes and modules, and how they come back."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from belljar_harness.patches import ImportHooks, Patches


class Base:
    def method(self) -> str:
        return "base"


class Derived(Base):
    pass


def test_what_was_set_comes_back_in_reverse_order() -> None:
    owner, patches = SimpleNamespace(a=1), Patches()
    patches.set(owner, "a", 2)
    patches.set(owner, "a", 3)
    patches.set(owner, "missing", 4)
    patches.put(owner, "new", 5)
    assert vars(owner) == {"a": 3, "new": 5}
    patches.undo()
    assert vars(owner) == {"a": 1}


def test_an_inherited_attribute_is_inherited_again() -> None:
    patches = Patches()
    patches.set(Derived, "method", lambda self: "patched")
    assert Derived().method() == "patched"
    patches.undo()
    assert "method" not in vars(Derived)


@pytest.fixture
def hooks() -> Iterator[ImportHooks]:
    hooks = ImportHooks()
    hooks.install()
    yield hooks
    hooks.remove()


def test_a_module_is_patched_once_it_has_been_imported(
    hooks: ImportHooks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "freshly_made.py").write_text("value = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "freshly_made", raising=False)
    hooks.after("freshly_made", lambda module: setattr(module, "value", 2))
    module = importlib.import_module("freshly_made")
    assert module.value == 2
    assert type(module.__loader__).__name__ == "SourceFileLoader"
    assert module.__spec__ is not None
    assert module.__spec__.loader is module.__loader__
    del sys.modules["freshly_made"]


@pytest.mark.parametrize("error", [KeyError("_name"), AttributeError("_name")])
def test_a_module_of_another_shape_is_imported_as_it_is(
    hooks: ImportHooks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def action(module: ModuleType) -> None:
        raise error

    (tmp_path / "of_another_shape.py").write_text("value = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    hooks.after("of_another_shape", action)
    assert importlib.import_module("of_another_shape").value == 1
    del sys.modules["of_another_shape"]


def test_a_module_that_is_there_is_patched_at_once(hooks: ImportHooks) -> None:
    seen: list[ModuleType] = []
    hooks.after("sys", seen.append)
    assert seen == [sys]


def test_a_provided_module_is_imported_and_goes_with_the_hooks() -> None:
    hooks = ImportHooks()
    hooks.install()
    hooks.provide("never_on_disk", lambda: ModuleType("never_on_disk", "made here"))
    assert importlib.import_module("never_on_disk").__doc__ == "made here"
    hooks.remove()
    assert "never_on_disk" not in sys.modules
