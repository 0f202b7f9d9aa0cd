"""The matplotlib backend of the sandbox: draws with Agg, shows by sending the picture."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

#: The name matplotlib imports it by.
MODULE = "belljar_figures"


def backend(show: Callable[[Any], None], show_all: Callable[[], None]) -> ModuleType:
    """A backend module; imports matplotlib.

    Args:
        show: What `fig.show()` does with its figure.
        show_all: What `plt.show()` does.
    """
    from matplotlib.backend_bases import FigureManagerBase
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    class FigureManager(FigureManagerBase):  # type: ignore[misc]
        """A figure without a window."""

        def show(self) -> None:
            show(self.canvas.figure)

        @classmethod
        def pyplot_show(cls, *, block: Any = None) -> None:
            show_all()

    class FigureCanvas(FigureCanvasAgg):  # type: ignore[misc]
        manager_class = FigureManager

    module = ModuleType(MODULE, __doc__)
    module.__dict__.update(FigureManager=FigureManager, FigureCanvas=FigureCanvas)
    return module
