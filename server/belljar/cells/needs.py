"""Needs: the packages that cells need, read off their imports without running anything."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from belljar.cells.documents import Document
from belljar.cells.prompts import examples

#: What pandas imports by itself when an attribute of this name is used; no cell has to name it.
_BEHIND_PANDAS = {
    "plot": "matplotlib",
    "hist": "matplotlib",
    "boxplot": "matplotlib",
    "read_excel": "openpyxl",
    "to_excel": "openpyxl",
    "ExcelWriter": "openpyxl",
    "read_html": "lxml",
    "read_xml": "lxml",
    "to_xml": "lxml",
    "to_markdown": "tabulate",
    "to_xarray": "xarray",
}
#: What every sandbox has.
_OWN = sys.stdlib_module_names | {"IPython", "js", "pyodide", "pyodide_js"}
#: A line of IPython's, which is no Python.
_MAGIC = re.compile(r"^[ \t]*[%!?]")
_INSTALL = re.compile(r"^[ \t]*[%!]pip3?[ \t]+install[ \t]+([^\n]*)")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True, slots=True)
class Needs:
    """What cells need.

    Attributes:
        packages: Names of packages, those that others bring with them left out.
        unknown: Modules that no package has, nor Python itself, with the places that import them.
    """

    packages: tuple[str, ...]
    unknown: Mapping[str, str]


def needs_of(documents: Iterable[Document], packages: Mapping[str, Sequence[str]]) -> Needs:
    """The packages that the cells of documents need.

    Args:
        documents: From `find_documents`.
        packages: Top-level modules of those that there are, by name.
    """
    by_module = {module: name for name, modules in packages.items() for module in modules}
    found: set[str] = set()
    unknown: dict[str, str] = {}
    for document in documents:
        files = {name for cell in document.cells for name in cell.files}
        known = _OWN | {name.partition("/")[0].removesuffix(".py") for name in files}
        for cell in document.cells:
            found |= {name for name in map(_canonical, cell.packages) if name in packages}
            for code in (cell.setup, cell.code):
                modules, attributes, installed = _read(code)
                found |= {name for name in map(_canonical, installed) if name in packages}
                found |= {by_module[module] for module in modules if module in by_module}
                if "pandas" in modules or "pandas" in found:
                    wanted = {_BEHIND_PANDAS[name] for name in attributes & _BEHIND_PANDAS.keys()}
                    found |= wanted & packages.keys()
                for module in modules - by_module.keys() - known:
                    unknown.setdefault(module, f"{document.name}:{cell.line}")
    return Needs(tuple(sorted(found)), dict(sorted(unknown.items())))


def _read(code: str) -> tuple[set[str], set[str], list[str]]:
    """Top-level modules that code imports, attributes it uses, and what it has pip install."""
    try:
        parts = [example.code for example in examples(code)] or [code]
    except ValueError:
        parts = [code]
    modules: set[str] = set()
    attributes: set[str] = set()
    installed: list[str] = []
    for part in parts:
        lines = part.split("\n")
        installed += [
            name for line in lines if (told := _INSTALL.match(line)) for name in _NAME.findall(told[1])
        ]
        python = "\n".join("" if _MAGIC.match(line) else line for line in lines)
        try:
            tree = ast.parse(python)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # it can't run either
        for node in ast.walk(tree):
            modules.update(_imported(node))
            if isinstance(node, ast.Attribute):
                attributes.add(node.attr)
    if installed:
        modules.add("micropip")
    return modules, attributes, installed


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module.partition(".")[0]


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
