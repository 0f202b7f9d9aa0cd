"""The matplotlib backend of the sandbox: draws with Agg, shows by sending the picture."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

#: The name matplotlib imports it by.
MODULE = "belljar_figures"


def backend(
    show: Callable[[Any], None],
    show_all: Callable[[], None],
    show_live: Callable[[], None],
    closing: Callable[[Any], None],
    redrawn: Callable[[Any], None],
) -> ModuleType:
    """A backend module; imports matplotlib.

    Args:
        show: What `fig.show()` does with its figure.
        show_all: What `plt.show()` does.
        show_live: What `plt.show(block=False)` does, which `plt.pause` calls.
        closing: Told of each figure that is closed.
        redrawn: Told of each figure that code draws anew.
    """
    from matplotlib.backend_bases import FigureManagerBase
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    class FigureManager(FigureManagerBase):  # type: ignore[misc]
        """A figure without a window."""

        def show(self) -> None:
            show(self.canvas.figure)

        @classmethod
        def pyplot_show(cls, *, block: Any = None) -> None:
            if block is False:
                show_live()
            else:
                show_all()

        def destroy(self) -> None:
            closing(self.canvas.figure)
            super().destroy()

    class FigureCanvas(FigureCanvasAgg):  # type: ignore[misc]
        manager_class = FigureManager

        def draw(self) -> None:
            changed = self.figure.stale
            super().draw()
            if changed:
                redrawn(self.figure)

    module = ModuleType(MODULE, __doc__)
    module.__dict__.update(FigureManager=FigureManager, FigureCanvas=FigureCanvas)
    return module
