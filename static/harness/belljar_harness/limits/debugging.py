"""Debugging: a `breakpoint()` that was left in the code is passed over where nobody answers the debugger."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from belljar_harness.patches import ImportHooks, Patches

#: The entrances of pdb.
_ENTRANCES = ("set_trace", "post_mortem", "pm")


class Debugging:
    """What stops code for a person."""

    def __init__(self) -> None:
        #: Owners, names, what they call where somebody answers, and what where nobody does.
        self._stops: list[tuple[Any, str, Any, Any]] = []
        self._answered = True
        self._traces: tuple[Any, Any] = (None, None)

    def install(self, hooks: ImportHooks, patches: Patches) -> None:
        """Take note of the entrances of the debugger."""
        self._note(sys, "breakpointhook", "breakpoint()", patches)
        hooks.after("pdb", lambda module: self._pdb(module, patches))
        hooks.provide("ipdb", self._module)

    def begin(self, answered: bool) -> None:
        """A run starts; `answered`: somebody is there to answer."""
        self._answered = answered
        self._traces = sys.gettrace(), sys.getprofile()
        # Exchanged, not wrapped: the debugger stops in the frame that called it.
        for owner, name, real, passed in self._stops:
            if getattr(owner, name, None) in (real, passed):
                setattr(owner, name, real if answered else passed)

    def end(self) -> None:
        """The run is over: nothing goes on tracing."""
        trace, profile = self._traces
        if sys.gettrace() is not trace:
            sys.settrace(trace)
        if sys.getprofile() is not profile:
            sys.setprofile(profile)

    def _note(self, owner: Any, name: str, call: str, patches: Patches) -> None:
        real, passed = getattr(owner, name), _passing(call)
        patches.set(owner, name, real if self._answered else passed)
        self._stops.append((owner, name, real, passed))

    def _pdb(self, module: ModuleType, patches: Patches) -> None:
        for name in _ENTRANCES:
            if hasattr(module, name):
                self._note(module, name, f"pdb.{name}()", patches)

    def _module(self) -> ModuleType:
        pdb = importlib.import_module("pdb")
        made = ModuleType("ipdb", "pdb under another name.")
        made.__dict__["__getattr__"] = lambda name: getattr(pdb, name)
        return made


def _passing(call: str) -> Callable[..., None]:
    def passed(*_: Any, **__: Any) -> None:
        frame = inspect.currentframe()
        caller = frame.f_back if frame else None
        place = f" in {caller.f_code.co_filename}, line {caller.f_lineno}," if caller else ""
        why = "nobody is there to answer the debugger. Print the values instead."
        print(f"{call}{place} was passed over: {why}", file=sys.stderr)

    return passed
