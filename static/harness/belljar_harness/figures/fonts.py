"""Fonts: glyphs that matplotlib's own font lacks are drawn from fonts that come when a figure needs them.

Matplotlib says which glyphs it missed while it drew. Where a font of the allowlist has them, that is loaded,
put behind the others, and the figure is drawn once more. One sentence says so, because the same code draws
boxes elsewhere; and one says so where no font has them.
"""

from __future__ import annotations

import importlib.util
import re
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from belljar_harness.patches import Patches

from .private import member

#: First and last code point, and the font that has them: its package, and its file there. DejaVu, which is
#: matplotlib's own font, has the scripts that are not named.
_NOTO = "manimgx-fonts"
_SCRIPTS: tuple[tuple[int, int, str, str], ...] = (
    (0x0900, 0x097F, _NOTO, "NotoSansDevanagari[wght].ttf"),
    (0x0980, 0x09FF, _NOTO, "NotoSansBengali[wght].ttf"),
    (0x0A80, 0x0AFF, _NOTO, "NotoSansGujarati[wght].ttf"),
    (0x0B00, 0x0B7F, _NOTO, "NotoSansOriya[wght].ttf"),
    (0x0B80, 0x0BFF, _NOTO, "NotoSansTamil[wght].ttf"),
    (0x0C00, 0x0C7F, _NOTO, "NotoSansTelugu[wght].ttf"),
    (0x0C80, 0x0CFF, _NOTO, "NotoSansKannada[wght].ttf"),
    (0x0D00, 0x0D7F, _NOTO, "NotoSansMalayalam[wght].ttf"),
    (0x0E00, 0x0E7F, _NOTO, "NotoSansThai[wght].ttf"),
    (0x1000, 0x109F, _NOTO, "NotoSansMyanmar[wght].ttf"),
    (0x1100, 0x11FF, "pylopdf-fonts-ko", "NotoSansKR-Regular.otf"),
    (0x1200, 0x139F, _NOTO, "NotoSansEthiopic[wght].ttf"),
    (0x2600, 0x27BF, _NOTO, "NotoEmoji[wght].ttf"),
    (0x2E80, 0x312F, "pylopdf-fonts-zh-cn", "NotoSansSC-Regular.otf"),
    (0x3130, 0x318F, "pylopdf-fonts-ko", "NotoSansKR-Regular.otf"),
    (0x3190, 0x9FFF, "pylopdf-fonts-zh-cn", "NotoSansSC-Regular.otf"),
    (0xAC00, 0xD7FF, "pylopdf-fonts-ko", "NotoSansKR-Regular.otf"),
    (0xF900, 0xFAFF, "pylopdf-fonts-zh-cn", "NotoSansSC-Regular.otf"),
    (0xFE30, 0xFE4F, "pylopdf-fonts-zh-cn", "NotoSansSC-Regular.otf"),
    (0xFF00, 0xFFEF, "pylopdf-fonts-zh-cn", "NotoSansSC-Regular.otf"),
    (0x1F000, 0x1FAFF, _NOTO, "NotoEmoji[wght].ttf"),
    (0x20000, 0x323AF, "pylopdf-fonts-zh-cn", "NotoSansSC-Regular.otf"),
)
#: Scripts whose letters matplotlib sets one by one as they stand in memory: neither joined nor ordered.
_UNSHAPED: tuple[tuple[int, int, str], ...] = (
    (0x0590, 0x05FF, "Hebrew (from right to left)"),
    (0x0600, 0x06FF, "Arabic (joined, from right to left)"),
    (0x0700, 0x08FF, "Arabic and its like (joined, from right to left)"),
    (0x0900, 0x097F, "Devanagari (joined)"),
    (0x0980, 0x0DFF, "Indic scripts (joined)"),
    (0x1000, 0x109F, "Burmese (joined)"),
    (0x1780, 0x17FF, "Khmer (joined)"),
)
#: Modules that are imported for nothing but their fonts.
BRINGERS = ("japanize_matplotlib", "matplotlib_fontja", "koreanize_matplotlib")
#: How many characters a sentence shows.
_SHOWN = 20


class Fonts:
    """Fonts behind matplotlib's own.

    Args:
        load: Loads a package of the allowlist by name; raises ImportError where it can't.
    """

    def __init__(self, load: Callable[[str], None]) -> None:
        self._load = load
        self._paths: list[str] = []
        self._missing: set[int] = set()
        self._told: set[int] = set()
        self._unshaped: set[str] = set()
        self._why: dict[str, str] = {}
        self._collecting = False

    def install(self, patches: Patches, helpers: ModuleType) -> None:
        """Hear of missing glyphs. `helpers` is `matplotlib._text_helpers`."""
        warn = vars(helpers)["warn_on_missing_glyph"]

        def missed(codepoint: int, *rest: Any) -> None:
            if self._collecting:
                self._missing.add(int(codepoint))
            else:
                warn(codepoint, *rest)

        patches.set(helpers, "warn_on_missing_glyph", missed)

    def behind(self, patches: Patches, manager: ModuleType) -> None:
        """Offer our fonts after those that were asked for. `manager` is `matplotlib.font_manager`."""
        kind = vars(manager)["FontManager"]
        find = vars(kind)["_find_fonts_by_props"]

        def found(fonts: Any, *args: Any, **options: Any) -> list[str]:
            own = list(find(fonts, *args, **options))
            return own + [path for path in self._paths if path not in own]

        patches.set(kind, "_find_fonts_by_props", found)

    def complete(self, draw: Callable[[], Any]) -> Any:
        """What `draw` gives, drawn again if fonts could be brought for what it lacked."""
        if self._collecting:  # drawn within a drawing, which is done again as a whole
            return draw()
        drawn, lacked = self._drawn(draw)
        if lacked and (brought := self._bring(lacked)):
            _forget_sizes()
            drawn, left = self._drawn(draw)
            _tell_brought(lacked - left, brought)
            lacked = left
        self._tell(lacked)
        return drawn

    def tell_unshaped(self, text: str) -> None:
        """Say once of each script in a figure's text that matplotlib does not set it as people write it."""
        if text.isascii():
            return
        codes = {ord(letter) for letter in text}
        found = {name for first, last, name in _UNSHAPED if any(first <= code <= last for code in codes)}
        new = sorted(found - self._unshaped)
        self._unshaped |= found
        if new:
            warnings.warn(
                f"matplotlib sets letter by letter what is written otherwise: {', '.join(new)}. "
                "Such labels read wrongly in this figure; use other words, or a table beside it.",
                stacklevel=2,
            )

    def _drawn(self, draw: Callable[[], Any]) -> tuple[Any, set[int]]:
        self._missing.clear()
        self._collecting = True
        try:
            return draw(), set(self._missing)
        finally:
            self._collecting = False

    def _bring(self, lacked: Iterable[int]) -> list[str]:
        """Load the fonts for these code points; gives those that are new."""
        before = len(self._paths)
        for package, file in dict.fromkeys(font for code in sorted(lacked) if (font := _font(code))):
            try:
                path = _place(package, file)
                if path is None:
                    self._load(package)
                    path = _place(package, file)
            except ImportError as error:
                self._why[package] = str(error)
                continue
            if path is not None and path not in self._paths:
                self._paths.append(path)
        return self._paths[before:]

    def _tell(self, lacked: set[int]) -> None:
        new = sorted(lacked - self._told)
        self._told |= lacked
        if not new:
            return
        packages = dict.fromkeys(font[0] for code in new if (font := _font(code)))
        allow = "The operator can allow a font with `belljar assets add {}`."
        bring = "".join(f" {self._why.get(name) or allow.format(name)}" for name in packages)
        warnings.warn(
            f"No font has these characters, which are drawn as boxes: {_some(new)}.{bring}", stacklevel=2
        )


def _tell_brought(codes: set[int], paths: list[str]) -> None:
    if not codes:
        return
    names = ", ".join(_spelled(Path(path).stem) for path in paths)
    warnings.warn(
        f"Glyphs missing from the figure's font ({_some(sorted(codes))}) are drawn with {names}, loaded for "
        "them. Elsewhere, name a font that has them in rcParams['font.family'].",
        stacklevel=2,
    )


def _spelled(file: str) -> str:
    """E.g. "Noto Sans SC" for "NotoSansSC-Regular"."""
    family = file.partition("-")[0].partition("[")[0]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", family)


def _some(codes: list[int]) -> str:
    return " ".join(map(chr, codes[:_SHOWN])) + (" …" if len(codes) > _SHOWN else "")


def _font(code: int) -> tuple[str, str] | None:
    return next(((package, file) for first, last, package, file in _SCRIPTS if first <= code <= last), None)


def _place(package: str, file: str) -> str | None:
    """Where the file of an installed package lies."""
    spec = importlib.util.find_spec(package.replace("-", "_"))
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / file
        if path.is_file():
            return str(path)
    return None


def _forget_sizes() -> None:
    """Sizes of texts were measured with other fonts."""
    try:
        member("matplotlib.text", "_get_text_metrics_with_cache_impl").cache_clear()
    except (LookupError, AttributeError):
        return
