"""Quarto: a filter for `{pyodide}` cells, in Lua."""

from __future__ import annotations

from pathlib import Path

#: The folder of the filter, which a project has as `_extensions/belljar`.
FOLDER = Path(__file__).parent
FILES = ("_extension.yml", "belljar.lua")
