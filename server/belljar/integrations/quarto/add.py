"""Lays the filter into a Quarto project: `python -m belljar.integrations.quarto.add [PROJECT]`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from belljar.integrations.quarto import FILES, FOLDER


def main(project: Path) -> Path:
    """Copies the extension, over an older one; gives the folder where it is."""
    target = project / "_extensions" / "belljar"
    target.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(FOLDER / name, target / name)
    return target


if __name__ == "__main__":
    print(f"The filter is in {main(Path(sys.argv[1] if len(sys.argv) > 1 else '.'))}. Its name is belljar:")
    print("filters: [belljar]")
