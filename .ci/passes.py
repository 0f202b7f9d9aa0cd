"""Passes: one line at the end of `make test`, from the JUnit reports of the runners."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path


def passes(report: Path) -> str:
    """`pytest 312 passed` or `pytest 310 passed, 2 skipped`, from `pytest.xml`."""
    root = ET.parse(report).getroot()  # noqa: S314 - written by our own runner a moment ago
    cases = list(root.iter("testcase"))
    # What pytest tried again stands there twice, the last try last.
    if root.get("name", "").startswith("pytest"):
        cases = list({(case.get("classname"), case.get("name")): case for case in cases}.values())
    skipped = sum(case.find("skipped") is not None for case in cases)
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    parts = [f"{report.stem} {len(cases) - skipped - failed} passed"]
    parts += [f"{failed} failed"] if failed else []
    parts += [f"{skipped} skipped"] if skipped else []
    return ", ".join(parts)


if __name__ == "__main__":
    print(" · ".join(passes(Path(name)) for name in sys.argv[1:]))
