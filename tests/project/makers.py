"""The programs that write tables into the documents, as modules."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType


def maker(repository: Path, name: str) -> ModuleType:
    """docs/{name}.py, which is no part of a package."""
    spec = importlib.util.spec_from_file_location(name, repository / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
