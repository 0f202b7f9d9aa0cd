"""Shell: `get_ipython()`, as scripts that were exported from notebooks call it."""

from __future__ import annotations

import builtins
import traceback
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

from .magics import Magics
from .patches import ImportHooks, Patches


class InteractiveShell:
    """What `from IPython.core.interactiveshell import InteractiveShell` gives: a session's settings."""

    #: Which values of a cell are shown: "last_expr", "last_expr_or_assign", "last", "all", "none".
    ast_node_interactivity = "last_expr"

    def __init__(self, magics: Magics, variables: Callable[[], dict[str, Any]]) -> None:
        self._magics = magics
        self._variables = variables
        #: Nothing is configured. Code asks for "IPKernelApp" in here to learn whether widgets can be shown.
        self.config: dict[str, Any] = {}
        self.events = _Events()
        self.kernel = None
        self.colors = "NoColor"
        #: How code sets that types are shown.
        self.display_formatter = SimpleNamespace(formatters=magics.printers, active_types=[])

    @property
    def user_ns(self) -> dict[str, Any]:
        """The variables of the session."""
        return self._variables()

    @property
    def execution_count(self) -> int:
        return len(getattr(builtins, "In", [""])) - 1

    def run_line_magic(self, name: str, line: str = "", _stack_depth: int = 1) -> Any:
        """`%name line`."""
        return self._magics.typed(name, line)

    def run_cell_magic(self, name: str, line: str, cell: str) -> Any:
        """`%%name line` over a cell."""
        return self._magics.cell(name, line, cell)

    def magic(self, text: str) -> Any:
        """`%text`."""
        name, _, rest = text.lstrip("%").partition(" ")
        return self._magics.typed(name, rest)

    def system(self, command: str) -> Any:
        """`!command`."""
        return self._magics.shell(command)

    system_raw = system_piped = system

    def getoutput(self, command: str, split: bool = True, depth: int = 0) -> Any:
        """`x = !command`."""
        said = self._magics.output(command)
        return said if split else "\n".join(said)

    def run_cell(self, raw_cell: str, *_: Any, **__: Any) -> Any:
        """Runs text as a cell does."""
        return self._magics.run(raw_cell)

    def ex(self, code: str) -> None:
        """Runs statements among the session's variables."""
        self._magics.run(code)

    def ev(self, code: str) -> Any:
        """The value of an expression."""
        return self._magics.run(code)

    def push(self, variables: dict[str, Any], interactive: bool = True) -> None:
        """Gives the session variables."""
        self._variables().update(variables)

    def reset(self, *_: Any, **__: Any) -> None:
        """Forgets the session's variables."""
        self._magics.typed("reset", "-f")

    def register_magic_function(
        self, func: Callable[..., Any], magic_kind: str = "line", magic_name: str | None = None
    ) -> None:
        """Makes a function a magic."""
        self._magics.own[magic_name or func.__name__] = func

    def register_magics(self, *owners: Any) -> None:
        """Makes the marked methods of classes, or of objects, magics."""
        for owner in owners:
            made = owner(self) if isinstance(owner, type) else owner
            for name in dir(type(made)):
                if marked := getattr(getattr(type(made), name, None), MARK, None):
                    self._magics.own[marked] = getattr(made, name)

    def set_custom_exc(self, *_: Any) -> None:
        """Nothing: errors show as Python prints them."""

    def showtraceback(self, *_: Any, **__: Any) -> None:
        """Prints the error that is being handled."""
        traceback.print_exc()

    def enable_gui(self, *_: Any) -> None:
        """Nothing: figures show anyway."""

    def enable_matplotlib(self, *_: Any) -> tuple[str, str]:
        """Nothing: figures show anyway."""
        return "inline", "inline"

    def set_next_input(self, *_: Any, **__: Any) -> None:
        """Nothing: cells are whoever's who writes them."""


class _Events:
    """Callbacks around cells: taken, and called by nobody."""

    def register(self, event: str, function: Callable[..., Any]) -> None:
        """Accepted without effect."""

    def unregister(self, event: str, function: Callable[..., Any]) -> None:
        """Accepted without effect."""

    trigger = register


class Shell:
    """The one shell of an interpreter, and where code finds it."""

    def __init__(self, magics: Magics, variables: Callable[[], dict[str, Any]]) -> None:
        self._magics = magics
        own = {
            "__module__": "IPython.core.interactiveshell",
            "instance": self.get,
            "initialized": lambda: True,
        }
        # A class of this session's own: what code sets on it is gone with the session.
        self._kind = type(InteractiveShell.__name__, (InteractiveShell,), own)
        self._shell: InteractiveShell = self._kind(magics, variables)

    @property
    def interactivity(self) -> str:
        """Which values of the next cell are shown."""
        return str(self._shell.ast_node_interactivity)

    def get(self, *_: Any, **__: Any) -> InteractiveShell:
        """`get_ipython()`."""
        return self._shell

    def install(self, hooks: ImportHooks, patches: Patches) -> None:
        """Put it where scripts look for it."""
        patches.put(builtins, "get_ipython", self.get)
        contents: dict[str, dict[str, Any]] = {
            "IPython.core.interactiveshell": {"InteractiveShell": self._kind},
            "IPython.core.getipython": {"get_ipython": self.get},
            "IPython.core.magic": self._decorators(),
            "IPython.utils": {},
            "IPython.utils.capture": {"capture_output": self._magics.capture},
            "IPython.utils.io": {"capture_output": self._magics.capture},
        }
        for name, content in contents.items():
            hooks.provide(name, lambda name=name, content=content: _module(name, content))  # type: ignore[misc]

    def _decorators(self) -> dict[str, Any]:
        """`@register_line_magic` and its kin."""

        def register(function: Any) -> Any:
            if callable(function):
                self._magics.own[function.__name__] = function
                return function
            return lambda real: self._magics.own.setdefault(str(function), real)

        names = ("line_magic", "cell_magic", "line_cell_magic")
        return {
            **{f"register_{name}": register for name in names},
            **dict.fromkeys((*names, "needs_local_scope", "no_var_expand"), _marked),
            "Magics": Magic,
            "magics_class": lambda owner: owner,
        }


#: Where a method that is a magic has its name.
MARK = "_magic_name"


class Magic:
    """`IPython.core.magic.Magics`, which classes of magics come from."""

    def __init__(self, shell: Any = None, **_: Any) -> None:
        self.shell = shell


def _marked(function: Any = None) -> Any:
    """`@line_magic`, `@line_magic("name")` and their kin, over methods."""
    if callable(function):
        return _marked(function.__name__)(function)

    def mark(method: Any) -> Any:
        if not hasattr(method, MARK):
            setattr(method, MARK, function or method.__name__)
        return method

    return mark


def _module(name: str, content: dict[str, Any]) -> ModuleType:
    made = ModuleType(name, "What of IPython scripts ask for.")
    made.__dict__.update(content, __path__=[])
    return made
