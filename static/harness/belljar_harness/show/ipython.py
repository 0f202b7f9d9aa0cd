"""IPython: the part of `IPython.display` that notebooks use, over our own display functions.

So that code written for Jupyter runs. The shell that `get_ipython()` gives is `shell`'s.
"""

from __future__ import annotations

import importlib
import io
import os
from collections.abc import Callable
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
    for name in ("Javascript", "IFrame", "Audio", "Video", "YouTubeVideo", "FileLink", "FileLinks")
}


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
        }
    )

    def make(name: str, content: dict[str, Any]) -> Callable[[], ModuleType]:
        def module() -> ModuleType:
            made = _Module(name, "Display functions of this sandbox under IPython's names.")
            made.__dict__.update(content, __path__=[])
            return made

        return module

    def submodule(name: str) -> ModuleType:
        """`IPython.display` is a module, also where only IPython was imported."""
        if name != "display":
            raise AttributeError(f"module 'IPython' has no attribute {name!r}")
        return importlib.import_module("IPython.display")

    face = {
        "get_ipython": shell,
        "__getattr__": submodule,
        "__version__": "9.0.0",
        "version_info": (9, 0, 0, ""),
    }
    hooks.provide("IPython", make("IPython", face))
    hooks.provide("IPython.core", make("IPython.core", {}))
    for name in ("IPython.display", "IPython.core.display", "IPython.core.display_functions"):
        hooks.provide(name, make(name, names))
