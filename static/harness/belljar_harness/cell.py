"""A cell: source text, parsed and compiled the way a notebook runs it.

The last expression is compiled apart from the statements before it, so that its value can be shown.
"""

from __future__ import annotations
import __future__ as future

import ast
import inspect
import linecache
from dataclasses import dataclass
from types import CodeType
from typing import Any

#: Compiler flags that `from __future__ import ...` sets; later cells inherit them, as at the prompt.
FUTURE_FLAGS = 0
for _name in future.all_feature_names:
    FUTURE_FLAGS |= getattr(future, _name).compiler_flag
del _name


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, ready to run.

    Attributes:
        filename: What tracebacks call it.
        body: The statements before the last expression, or all; None if there are none.
        last: The last expression, or None if the cell ends in another statement.
        quiet: The last expression ends in `;`, so its value isn't shown.
        flags: Future flags for the cells after this one.
    """

    filename: str
    body: CodeType | None
    last: CodeType | None
    quiet: bool
    flags: int


def remember(source: str, filename: str) -> None:
    """Make tracebacks and `inspect.getsource` find a cell's lines."""
    # Without an mtime linecache never drops them.
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)


def parse(source: str, filename: str) -> ast.Module:
    """The cell's syntax tree; top-level `await` is allowed.

    Raises:
        SyntaxError, ValueError: As `compile` does.
    """
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    tree: ast.Module = compile(source, filename, "exec", flags, dont_inherit=True)
    return tree


def compile_cell(tree: ast.Module, source: str, filename: str, flags: int = 0) -> Cell:
    """Compile a parsed cell.

    Args:
        tree: What `parse` gave.
        source: The text it was parsed from, to see a `;` after the last expression.
        filename: What tracebacks call it.
        flags: Future flags of the cells before.

    Raises:
        SyntaxError: What only the compiler finds, such as `return` outside a function.
    """
    options: dict[str, Any] = {
        "filename": filename,
        "flags": flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
        "dont_inherit": True,
    }
    statements, last, quiet = list(tree.body), None, False
    if statements and isinstance(expression := statements[-1], ast.Expr):
        statements.pop()
        quiet = ends_quietly(source, expression)
        last = compile(ast.Expression(expression.value), mode="eval", **options)
    body = None
    if statements:
        module = ast.Module(body=statements, type_ignores=[])
        body = compile(module, mode="exec", **options)
    for code in (body, last):
        flags |= code.co_flags & FUTURE_FLAGS if code else 0
    return Cell(filename, body, last, quiet, flags)


def ends_quietly(source: str, expression: ast.Expr) -> bool:
    """Whether a `;` follows the expression that ends the cell."""
    lines = source.splitlines()
    line = (expression.end_lineno or 1) - 1
    # Offsets of syntax trees count UTF-8 bytes.
    rest = lines[line].encode()[expression.end_col_offset or 0 :].decode() if line < len(lines) else ""
    # A closing bracket may follow the expression itself: `(x);`, also on a later line.
    tail = "\n".join([rest, *lines[line + 1 :]])
    for text in tail.split("\n"):
        code = text.partition("#")[0].strip(" \t\f\r\n)")
        if code:
            return code.startswith(";")
    return False


def is_async(code: CodeType) -> bool:
    """Whether running `code` gives a coroutine, because it awaits at top level."""
    return bool(code.co_flags & inspect.CO_COROUTINE)
