"""Private names of libraries: looked up in one way, so that a version that has others is met in one way.

What is taken from a library's inside makes things faster and nothing else. Whoever asks for such a name is
ready for `LookupError`, and lets the library's own code run then.
"""

from __future__ import annotations

import sys
from typing import Any


def member(owner: str, name: str) -> Any:
    """What a module or a class of an imported module calls `name`.

    Args:
        owner: E.g. "matplotlib.artist" or "matplotlib.axis:Axis".

    Raises:
        LookupError: It is not imported, or its version has no such name.
    """
    module, _, kind = owner.partition(":")
    found: Any = sys.modules[module]
    return vars(vars(found)[kind] if kind else found)[name]
