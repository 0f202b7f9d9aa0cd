"""Animations: results are shown without scripts and players, so they move as GIFs."""

from __future__ import annotations

import base64
import os
import tempfile
from typing import Any

#: Pictures a second, where the animation doesn't tell.
_RATE = 10.0


def markup(animation: Any, *args: Any, **options: Any) -> str:
    """What `to_jshtml` and `to_html5_video` of an animation give here: an image of HTML that moves.

    Args:
        animation: matplotlib's.
        *args, **options: As those take them; of `to_jshtml` the pictures a second count.
    """
    rate = options.get("fps") or (args[0] if args and isinstance(args[0], (int, float)) else None)
    interval = getattr(animation, "_interval", None)
    if not rate:
        rate = 1000.0 / interval if interval else _RATE
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "animation.gif")
        animation.save(path, writer="pillow", fps=rate)
        with open(path, "rb") as file:
            return image(file.read(), "An animation.")


def image(gif: bytes, alt: str) -> str:
    """A GIF as an image of HTML."""
    data = base64.b64encode(gif).decode("ascii")
    return f'<img alt="{alt}" src="data:image/gif;base64,{data}">'
