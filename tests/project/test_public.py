"""What the docs import stays importable from where they have it, wherever it is written."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import belljar

#: Import paths that the docs and installed scripts have.
PROMISED = {
    "belljar": {
        "AsyncSandbox",
        "Context",
        "Execution",
        "Policy",
        "Result",
        "Sandbox",
        "__version__",
        "tools",
    },
    "belljar.backends": {"Backend"},
    "belljar.cells": {"Results"},
    "belljar.cli": {"main"},
    "belljar.integrations.markdown": {"fence", "validator"},
    "belljar.integrations.sphinx": {"setup"},
    "belljar.web.app": {"create_app"},
    "belljar.tools": {"TOOLS", "Answer", "Tool", "call", "definitions", "replies"},
}


@pytest.mark.parametrize("module", PROMISED)
def test_a_promised_name_is_there(module: str) -> None:
    import_module("belljar.tools")  # a module, which `from belljar import tools` finds
    for name in PROMISED[module]:
        assert getattr(import_module(module), name) is not None


def test_the_package_names_what_it_offers() -> None:
    assert set(belljar.__all__) == PROMISED["belljar"] - {"tools"}
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = belljar.Nothing


def test_every_import_of_the_docs_is_promised(repository: Path) -> None:
    pages = [*repository.glob("*.md"), *(repository / "docs").glob("*.md")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    found = re.findall(r"^from (belljar[\w.]*) import ([\w, ]+)$", text, re.MULTILINE)
    assert found
    for module, names in found:
        assert {name.strip() for name in names.split(",")} <= PROMISED[module]
    # In prose: `belljar.backends.Backend`, `belljar.tools.definitions()`; `belljar.toml` is a file.
    for module, name in re.findall(r"`(belljar(?:\.[a-z_]+)*)\.(\w+)(?:\(\))?`", text):
        if name != "toml":
            assert name in PROMISED.get(module, ()) or f"{module}.{name}" in PROMISED, f"{module}.{name}"


def test_installed_scripts_find_their_entry_point(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for target in project["scripts"].values():
        module, _, name = target.partition(":")
        assert name in PROMISED[module]
