"""Imports: which module of a Python package imports which other one, and where that makes a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

#: When an import happens: with the module, in a function that is called, or for type checkers alone.
When = Literal["top", "late", "typing"]


@dataclass(frozen=True, slots=True)
class Import:
    """One import within a package.

    Attributes:
        importer: Dotted name of the module that imports.
        imported: Dotted name of the module it imports, or imports names of.
        when: When it happens.
    """

    importer: str
    imported: str
    when: When

    def __str__(self) -> str:
        return f"{self.importer} -> {self.imported} ({self.when})"


def modules(package: Path) -> dict[str, Path]:
    """The modules of a package by their dotted names."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(package: Path) -> list[Import]:
    """Every import between modules of a package.

    That importing a module also runs the `__init__` of the packages around it is left out: it holds for every
    module in there, and Python copes with it.
    """
    known = modules(package)
    found: list[Import] = []
    for name, path in known.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        around = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
        for node, when in _statements(tree.body, "top"):
            targets = dict.fromkeys(_targets(node, around, known))
            found += [Import(name, target, when) for target in targets if target != name]
    return found


def circles(edges: Iterable[Import]) -> list[frozenset[str]]:
    """The strongly connected components with more than one module, largest first (Tarjan's algorithm)."""
    graph: dict[str, list[str]] = {}
    for edge in edges:
        graph.setdefault(edge.importer, []).append(edge.imported)
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[frozenset[str]] = []

    def visit(module: str) -> None:
        index[module] = lowest[module] = len(index)
        stack.append(module)
        for other in graph.get(module, ()):
            if other not in index:
                visit(other)
                lowest[module] = min(lowest[module], lowest[other])
            elif other in stack:
                lowest[module] = min(lowest[module], index[other])
        if lowest[module] == index[module]:
            component = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(component) > 1:
                found.append(frozenset(component))

    for module in sorted(graph):
        if module not in index:
            visit(module)
    return sorted(found, key=lambda circle: (-len(circle), sorted(circle)))


def _statements(body: Iterable[ast.AST], when: When) -> Iterator[tuple[ast.Import | ast.ImportFrom, When]]:
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, when
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            yield from _statements(node.body, "typing")
            yield from _statements(node.orelse, when)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _statements(ast.iter_child_nodes(node), "late")
        else:
            yield from _statements(ast.iter_child_nodes(node), when)


def _targets(node: ast.Import | ast.ImportFrom, around: list[str], known: dict[str, Path]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in known)
        return
    base = around[: len(around) - node.level + 1] if node.level else []
    origin = ".".join([*base, *([node.module] if node.module else [])])
    for alias in node.names:
        if (target := f"{origin}.{alias.name}") in known:
            yield target
        elif origin in known:
            yield origin
