"""A cell: source text, parsed and compiled the way a notebook runs it.

An expression whose value is shown is compiled apart from the statements around it: the last one as a rule,
all of them where a session asks for that (`InteractiveShell.ast_node_interactivity = "all"`).
"""

from __future__ import annotations
import __future__ as future

import ast
import inspect
import linecache
from dataclasses import dataclass
from types import CodeType
from typing import Any

from .source.scan import lines_of

#: Compiler flags that `from __future__ import ...` sets; later cells inherit them, as at the prompt.
FUTURE_FLAGS = 0
for _name in future.all_feature_names:
    FUTURE_FLAGS |= getattr(future, _name).compiler_flag
del _name


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of a cell: statements, or one expression.

    Attributes:
        code: To be evaluated.
        shown: It is an expression whose value is shown.
    """

    code: CodeType
    shown: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, ready to run.

    Attributes:
        filename: What tracebacks call it.
        steps: What is run, one after the other.
        flags: Future flags for the cells after this one.
    """

    filename: str
    steps: list[Step]
    flags: int


def remember(source: str, filename: str) -> None:
    """Make tracebacks and `inspect.getsource` find a cell's lines."""
    # Without an mtime linecache never drops them.
    linecache.cache[filename] = (len(source), None, lines_of(source), filename)


def parse(source: str, filename: str) -> ast.Module:
    """The cell's syntax tree; top-level `await` is allowed.

    Raises:
        SyntaxError, ValueError: As `compile` does.
    """
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    tree: ast.Module = compile(source, filename, "exec", flags, dont_inherit=True)
    return tree


def placed(error: SyntaxError, source: str) -> SyntaxError:
    """The error with the line as it was written, where a magic's was made into something else."""
    lines = source.split("\n")
    at = (error.lineno or 0) - 1
    if 0 <= at < len(lines) and error.text is not None and error.text.rstrip("\n") != lines[at]:
        error.text = lines[at]
        error.offset = error.end_offset = None
    return error


def compile_cell(
    tree: ast.Module, source: str, filename: str, flags: int = 0, interactivity: str = "last_expr"
) -> Cell:
    """Compile a parsed cell.

    Args:
        tree: What `parse` gave.
        source: The text it was parsed from, to see a `;` after the last expression.
        filename: What tracebacks call it.
        flags: Future flags of the cells before.
        interactivity: Which values are shown, in IPython's words: "last_expr", "last_expr_or_assign", "last",
            "all" or "none". An unknown one counts as "last_expr".

    Raises:
        SyntaxError: What only the compiler finds, such as `return` outside a function.
    """
    options: dict[str, Any] = {
        "filename": filename,
        "flags": flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
        "dont_inherit": True,
    }
    steps: list[Step] = []

    def add(statements: list[ast.stmt]) -> None:
        if statements:
            module = ast.Module(body=statements, type_ignores=[])
            steps.append(Step(compile(module, mode="exec", **options), shown=False))

    waiting: list[ast.stmt] = []
    statements = _future_first(tree.body)
    if statements and interactivity == "last_expr_or_assign":
        statements += _assigned(statements[-1])
    for at, statement in enumerate(statements):
        last = at == len(statements) - 1
        if (
            not isinstance(statement, ast.Expr)
            or interactivity == "none"
            or not (last or interactivity == "all")
        ):
            waiting.append(statement)
            continue
        add(waiting)
        waiting = []
        code = compile(ast.Expression(statement.value), mode="eval", **options)
        steps.append(Step(code, shown=not (last and ends_quietly(source, statement))))
    add(waiting)
    for step in steps:
        flags |= step.code.co_flags & FUTURE_FLAGS
    return Cell(filename, steps, flags)


def _future_first(statements: list[ast.stmt]) -> list[ast.stmt]:
    """With the imports of `__future__` ahead: magics before them are expressions only here."""
    future_ones = [
        one for one in statements if isinstance(one, ast.ImportFrom) and one.module == "__future__"
    ]
    if not future_ones:
        return list(statements)
    before = statements[: statements.index(future_ones[0])]
    if not all(_is_magic(one) for one in before):
        return list(statements)  # Python says what is wrong
    return future_ones + [one for one in statements if one not in future_ones]


def _is_magic(statement: ast.stmt) -> bool:
    """Whether it is a call that a magic was made into."""
    if not isinstance(statement, ast.Expr) or not isinstance(call := statement.value, ast.Call):
        return False
    return isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call)


def _assigned(statement: ast.stmt) -> list[ast.stmt]:
    """The name that a statement gives a value to, as an expression behind it."""
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets[-1:]
    elif isinstance(statement, (ast.AugAssign, ast.AnnAssign)):
        targets = [statement.target]
    if not targets or not isinstance(target := targets[0], ast.Name):
        return []
    return [
        ast.copy_location(ast.Expr(ast.copy_location(ast.Name(target.id, ast.Load()), target)), statement)
    ]


def ends_quietly(source: str, expression: ast.Expr) -> bool:
    """Whether a `;` follows the expression that ends the cell."""
    lines = source.replace("\r\n", "\n").split("\n")
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
