"""Patches: attributes of other modules that the sandbox replaces, and how to put them back.

Two tools. `Patches` sets attributes and remembers what was there, so that a test (or `Session.close`) leaves
the interpreter as it was. `ImportHooks` sees modules at their import: it patches one right after it ran, or
provides one that the sandbox has instead of the real thing.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_ABSENT = object()


class Patches:
    """Replaced attributes, undone in reverse order."""

    def __init__(self) -> None:
        self._undo: list[tuple[Any, str, Any]] = []

    def set(self, owner: Any, name: str, value: Any) -> None:
        """Replace `owner.name`; nothing happens if `owner` has no such attribute."""
        if hasattr(owner, name):
            self.put(owner, name, value)

    def put(self, owner: Any, name: str, value: Any) -> None:
        """Set `owner.name`, whether it exists or not."""
        self._undo.append((owner, name, vars(owner).get(name, _ABSENT)))
        setattr(owner, name, value)

    def undo(self) -> None:
        """Put everything back."""
        while self._undo:
            owner, name, old = self._undo.pop()
            if old is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, old)


class ImportHooks:
    """A finder at the head of `sys.meta_path`."""

    def __init__(self) -> None:
        self._actions: dict[str, Callable[[ModuleType], None]] = {}
        self._factories: dict[str, Callable[[], ModuleType]] = {}
        self._away: set[str] = set()

    def install(self) -> None:
        sys.meta_path.insert(0, self)

    def remove(self) -> None:
        """Leave `sys.meta_path`, and take the provided modules out of `sys.modules`."""
        sys.meta_path.remove(self)
        for name in self._factories:
            sys.modules.pop(name, None)

    def after(self, name: str, action: Callable[[ModuleType], None]) -> None:
        """Call `action(module)` once module `name` has been imported; at once if it already is."""
        module = sys.modules.get(name)
        if module is not None:
            action(module)
        else:
            self._actions[name] = action

    def away(self, name: str) -> None:
        """Run module `name` in another working directory, where it finds no settings that a session left."""
        self._away.add(name)

    def provide(self, name: str, factory: Callable[[], ModuleType]) -> None:
        """Have `import name` give `factory()`."""
        self._factories[name] = factory

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        factory = self._factories.get(name)
        if factory is not None:
            return ModuleSpec(name, _Provided(factory), origin="belljar", is_package=True)
        action = self._actions.get(name)
        if action is None and name not in self._away:
            return None
        for finder in sys.meta_path:
            if finder is self:
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _Patching(spec.loader, action or _nothing, name in self._away)
                return spec
        return None


def _nothing(module: ModuleType) -> None:
    """It was done when the module was imported for the first time."""


class _Provided(Loader):
    def __init__(self, factory: Callable[[], ModuleType]) -> None:
        self._factory = factory

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._factory()

    def exec_module(self, module: ModuleType) -> None:
        pass


class _Patching(Loader):
    """A module's own loader, with one step after it."""

    def __init__(self, loader: Any, action: Callable[[ModuleType], None], away: bool) -> None:
        self._loader = loader
        self._action = action
        self._away = away

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The module keeps its own loader: pkgutil, importlib.resources and inspect ask it for data and
        # source.
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        with contextlib.chdir("/") if self._away else contextlib.nullcontext():
            self._loader.exec_module(module)
        # A version of it that has other names stays as it is: better unpatched than not imported.
        with contextlib.suppress(LookupError, AttributeError):
            self._action(module)
