"""Compares what cells gave natively and in belljar: texts and tables as they are, figures by their pixels.

    python tests/corpus/compare.py native.json sandbox.json differences.json

Runs where numpy and Pillow are: in the environment of the native run.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

#: A pixel differs if a channel does by more than this, of 255, from all that lies within a pixel of it:
#: figures are cut at whole pixels here and at fractions of them natively, which moves edges by less than one.
VISIBLE = 24
#: Share of pixels that may differ where figures are near.
NEAR = 0.01
#: Blocks of the coarse picture that the short form compares, across and down.
BLOCKS = (12, 8)


def main() -> None:
    """Writes what differs, by the id of the cell; and the figures' coarse pictures for the short form."""
    native, sandbox = (json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:3])
    found = {}
    for name, ours in sandbox.items():
        theirs = native[name]
        differing = [kind for kind in ("error", "stdout", "text", "table") if ours[kind] != theirs[kind]]
        figures = [near(a, b) for a, b in zip(theirs["figures"], ours["figures"], strict=False)]
        found[name] = {
            "differs": differing,
            "figures": [len(theirs["figures"]), len(ours["figures"])],
            "pixels": figures,
            "coarse": [coarse(one) for one in theirs["figures"]],
        }
    Path(sys.argv[3]).write_text(json.dumps(found), encoding="utf-8")


def near(theirs: str, ours: str) -> float:
    """Share of pixels that differ visibly; 1 where the sizes differ by more than a pixel or two."""
    a, b = pixels(theirs), pixels(ours)
    height, width = (min(one, two) for one, two in zip(a.shape[:2], b.shape[:2], strict=True))
    if max(abs(a.shape[0] - b.shape[0]), abs(a.shape[1] - b.shape[1])) > 2:
        return 1.0
    if a.shape == b.shape and np.array_equal(a, b):
        return 0.0
    a, b = a[:height, :width].astype(int), b[:height, :width].astype(int)
    return max(float(np.mean(outside(a, b) | outside(b, a))), 1e-9)


def outside(picture: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Which pixels of a picture are like none of the other's at or beside their place."""
    height, width = picture.shape[:2]
    padded = np.pad(other, ((1, 1), (1, 1), (0, 0)), mode="edge")
    around = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    low, high = np.minimum.reduce(around), np.maximum.reduce(around)
    return ((picture < low - VISIBLE) | (picture > high + VISIBLE)).any(axis=2)


def pixels(data: str) -> np.ndarray:
    """The picture as rows of red, green and blue."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))


def coarse(data: str) -> dict:
    """A picture's size in pixels, and the mean lightness of its blocks, 0 to 255."""
    picture = pixels(data).mean(axis=2)
    height, width = picture.shape
    rows = [
        picture[
            height * y // BLOCKS[1] : height * (y + 1) // BLOCKS[1],
            width * x // BLOCKS[0] : width * (x + 1) // BLOCKS[0],
        ]
        for y in range(BLOCKS[1])
        for x in range(BLOCKS[0])
    ]
    return {"width": width, "height": height, "blocks": [round(float(block.mean()), 1) for block in rows]}


if __name__ == "__main__":
    main()
