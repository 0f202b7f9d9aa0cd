"""IPython: the part of `IPython.display` that notebooks use, over our own display functions.

So that code written for Jupyter runs. The shell that `get_ipython()` gives is `shell`'s.
"""

from __future__ import annotations

import importlib
import io
import os
from collections.abc import Callable
from pprint import pformat, pprint
from types import ModuleType
from typing import Any

from belljar_harness.figures.animations import image
from belljar_harness.patches import ImportHooks

from .display import Display, DisplayHandle

_IMAGE_KINDS = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif"}


class DisplayObject:
    """Data with a way to show it.

    Args:
        data: Text or bytes; a path is read.
        url: Refused: there is no network.
        filename: A file to read the data from.
    """

    _binary = False

    def __init__(
        self, data: Any = None, url: str | None = None, filename: Any = None, metadata: Any = None
    ) -> None:
        if isinstance(data, os.PathLike):
            data, filename = None, data
        if url is None and isinstance(data, str) and data.startswith(("http://", "https://")):
            url = data
        if url is not None:
            raise self.no_network(f"IPython.display.{type(self).__name__}", url)
        if filename is not None:
            with open(filename, "rb") as file:
                data = file.read()
            data = data if self._binary else data.decode()
        self.data = data
        self.metadata = metadata

    #: Makes the error for a URL. Set by `provide`; as an attribute it leaves the signatures those of IPython.
    no_network: Callable[[str, str], Exception] = staticmethod(lambda what, url: ValueError(what + url))

    def __repr__(self) -> str:
        return f"<IPython.core.display.{type(self).__name__} object>"


class HTML(DisplayObject):
    def _repr_html_(self) -> str:
        return str(self.data)

    __html__ = _repr_html_


class _Readable(DisplayObject):
    """What can be read as it stands, by people and by models that see the text only."""

    def __repr__(self) -> str:
        return str(self.data)


class Markdown(_Readable):
    def _repr_markdown_(self) -> str:
        return str(self.data)


class Latex(_Readable):
    def _repr_latex_(self) -> str:
        return str(self.data)


class Math(_Readable):
    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {str(self.data).strip('$')}$"


class SVG(DisplayObject):
    def _repr_svg_(self) -> str:
        return self.data.decode() if isinstance(self.data, bytes) else str(self.data)


class JSON(DisplayObject):
    def _repr_json_(self) -> Any:
        import json

        return json.loads(self.data) if isinstance(self.data, (str, bytes)) else self.data


class Pretty(_Readable):
    pass


class Code(_Readable):
    def __init__(
        self, data: Any = None, url: Any = None, filename: Any = None, language: str = "python"
    ) -> None:
        super().__init__(data, url, filename)
        self.language = language

    def _repr_markdown_(self) -> str:
        return f"```{self.language}\n{self.data}\n```"


class Image(DisplayObject):
    """A picture from bytes or a file: PNG, JPEG, GIF or SVG; others where Pillow reads them."""

    _binary = True

    def __init__(
        self,
        data: Any = None,
        url: str | None = None,
        filename: Any = None,
        format: str | None = None,  # noqa: A002 - the name is IPython's
        embed: Any = None,
        width: int | None = None,
        height: int | None = None,
        **_: Any,
    ) -> None:
        if isinstance(data, str) and not data.startswith(("http://", "https://")) and filename is None:
            data, filename = None, data
        super().__init__(data, url, filename)
        self.width, self.height = width, height
        data = bytes(self.data or b"")
        self.format = next((kind for magic, kind in _IMAGE_KINDS.items() if data.startswith(magic)), None)
        if self.format is None and b"<svg" in data[:1000]:
            self.format = "svg"
        if self.format is None:
            self.data, self.format = _still(data), "png"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        if self.format == "svg":
            return {"image/svg+xml": bytes(self.data).decode()}
        if self.format == "gif":
            gif = bytes(self.data)
            return {
                "text/html": image(gif, "A GIF."),
                "image/png": _still(gif),
                "text/plain": f"GIF of {len(gif)} bytes",
            }
        size = {side: value for side, value in (("width", self.width), ("height", self.height)) if value}
        return {f"image/{self.format}": (bytes(self.data), size)}


def _still(data: bytes) -> bytes:
    """The first picture of a file that Pillow reads, as PNG.

    Raises:
        ValueError: It is none.
    """
    try:
        from PIL import Image as Pillow  # on demand, and only where somebody shows such a file

        made = io.BytesIO()
        with Pillow.open(io.BytesIO(data)) as opened:
            opened.convert("RGBA").save(made, "PNG")
        return made.getvalue()
    except (ImportError, OSError):
        raise ValueError(
            "Image shows PNG, JPEG, GIF, SVG and what Pillow reads; this is none of them."
        ) from None


class _Unshown(DisplayObject):
    """What would need scripts, a network or a player."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.data = args[0] if args else None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} can't be shown here: results run no scripts and load nothing>"


_UNSHOWN: dict[str, Any] = {
    name: type(name, (_Unshown,), {})
    for name in (
        *("Javascript", "IFrame", "Audio", "Video", "YouTubeVideo", "VimeoVideo", "ScribdDocument"),
        *("FileLink", "FileLinks", "GeoJSON"),
    )
}


class ProgressBar:
    """A bar of text, shown in one place: `for n in ProgressBar(10)`."""

    #: Set by `provide`: shows in a new place, and gives what updates it.
    handle: Callable[[Any], DisplayHandle | None] = staticmethod(lambda bar: None)

    def __init__(self, total: int) -> None:
        self.total = total
        self._progress = 0
        self._shown: DisplayHandle | None = None

    def __repr__(self) -> str:
        full = round(60 * self._progress / max(1, self.total))
        return f"[{'=' * full}{' ' * (60 - full)}] {self._progress}/{self.total}"

    def display(self) -> None:
        self._shown = type(self).handle(self)

    def update(self) -> None:
        if self._shown is not None:
            self._shown.update(self)

    @property
    def progress(self) -> int:
        return self._progress

    @progress.setter
    def progress(self, value: int) -> None:
        self._progress = value
        self.update()

    def __iter__(self) -> ProgressBar:
        self.display()
        self._progress = -1
        return self

    def __next__(self) -> int:
        self.progress += 1
        if self._progress < self.total:
            return self._progress
        raise StopIteration


#: `display_html(...)` and its kin, by the MIME type that they show.
_SHOWING = {
    "html": "text/html",
    "markdown": "text/markdown",
    "latex": "text/latex",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "json": "application/json",
    "pretty": "text/plain",
    "javascript": "application/javascript",
    "pdf": "application/pdf",
}


def _showing(display: Display, kind: str) -> Callable[..., None]:
    def show(*objs: Any, raw: bool = False, metadata: Any = None, **_: Any) -> None:
        for obj in objs:
            display.display({kind: obj} if raw else obj, raw=raw)

    return show


def _publishing(display: Display) -> Callable[..., None]:
    def publish_display_data(data: dict[str, Any], metadata: Any = None, **_: Any) -> None:
        display.display(data, raw=True)

    return publish_display_data


def _nothing(*_: Any, **__: Any) -> None:
    """Accepted without effect: pictures are as sharp as the screen."""


def _embed(*_: Any, **__: Any) -> None:
    print("IPython.embed() was passed over: nobody is there to type. Print the values instead.")


class _Module(ModuleType):
    """A module; `from IPython import display` gives one, and some call that."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.display(*args, **kwargs)


def provide(
    hooks: ImportHooks,
    display: Display,
    no_network: Callable[[str, str], Exception],
    shell: Callable[[], Any],
) -> None:
    """Let user code import IPython's display functions, and `get_ipython`, which is `shell`."""
    DisplayObject.no_network = staticmethod(no_network)
    ProgressBar.handle = staticmethod(lambda bar: display.display(bar, display_id=True))
    classes: dict[str, Any] = {
        kind.__name__: kind
        for kind in (DisplayObject, HTML, Markdown, Latex, Math, SVG, JSON, Pretty, Code, Image)
    }
    names = (
        classes
        | _UNSHOWN
        | {
            "display": display.display,
            "update_display": display.update,
            "clear_output": display.clear_output,
            "DisplayHandle": DisplayHandle,
            "ProgressBar": ProgressBar,
            "TextDisplayObject": DisplayObject,
            "publish_display_data": _publishing(display),
        }
        | {f"display_{name}": _showing(display, kind) for name, kind in _SHOWING.items()}
        | INLINE
    )

    def make(name: str, content: dict[str, Any]) -> Callable[[], ModuleType]:
        def module() -> ModuleType:
            made = _Module(name, "Display functions of this sandbox under IPython's names.")
            made.__dict__.update(content, __path__=[])
            return made

        return module

    def submodule(name: str) -> ModuleType:
        """`IPython.display` is a module, also where only IPython was imported."""
        if name not in ("display", "core", "lib", "utils"):
            raise AttributeError(f"module 'IPython' has no attribute {name!r}")
        return importlib.import_module(f"IPython.{name}")

    face = {
        "get_ipython": shell,
        "__getattr__": submodule,
        "embed": _embed,
        "__version__": "9.0.0",
        "version_info": (9, 0, 0, ""),
    }
    hooks.provide("IPython", make("IPython", face))
    hooks.provide("IPython.core", make("IPython.core", {}))
    for name in (
        *("IPython.display", "IPython.core.display", "IPython.core.display_functions"),
        *("IPython.lib.display", "IPython.core.displaypub"),
    ):
        hooks.provide(name, make(name, names))
    for name in ("matplotlib_inline", "matplotlib_inline.backend_inline", "IPython.core.pylabtools"):
        hooks.provide(name, make(name, {**INLINE, "__getattr__": _inside(name)}))
    hooks.after("sympy.interactive.printing", _formulas)
    hooks.provide("IPython.lib", make("IPython.lib", {}))
    hooks.provide("IPython.lib.pretty", make("IPython.lib.pretty", {"pretty": pformat, "pprint": pprint}))
    hooks.provide("IPython.core.debugger", make("IPython.core.debugger", {"__getattr__": _of_pdb}))


#: What sets the form of pictures in notebooks.
INLINE: dict[str, Any] = dict.fromkeys(
    ("set_matplotlib_formats", "set_matplotlib_close", "configure_inline_support", "flush_figures"), _nothing
)


def _inside(name: str) -> Callable[[str], ModuleType]:
    """A package's modules as its attributes, also where only the package was imported."""

    def module(inner: str) -> ModuleType:
        try:
            return importlib.import_module(f"{name}.{inner}")
        except ImportError:
            raise AttributeError(f"module {name!r} has no attribute {inner!r}") from None

    return module


def _formulas(module: ModuleType) -> None:
    """sympy's `init_printing`: formulas are shown as formulas already, without pictures of them."""
    vars(module)["_init_ipython_printing"] = _nothing


def _of_pdb(name: str) -> Any:
    return getattr(importlib.import_module("pdb"), name)
