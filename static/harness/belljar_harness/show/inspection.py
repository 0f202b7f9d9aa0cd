"""Inspection: signature and documentation of what stands at the cursor, as text.

Runs no code of the user's but what looking up an attribute runs, as completion does. So signatures are read
off the code object, and of defaults only those are shown whose type is Python's own: `inspect.signature`
evaluates annotations, calls `__signature__`, and asks values for their repr.
"""

from __future__ import annotations

import inspect as std
import re
import sys
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from belljar_harness.show.completion import MISSING, lookup

#: Characters of the source before the cursor that are read.
BEFORE = 20_000
#: Characters of an answer's parts.
NAME_CHARS = 100
SIGNATURE_CHARS = 2_000
DOC_CHARS = 8_000
#: Parameters that are shown.
PARAMETERS = 100
#: A signature longer than this has a line for each parameter.
LINE = 76

_MARK = re.compile(r"""#[^\n]*|'{3}|"{3}|['"()\[\]{}]""")
#: A backslash hides what follows it.
_ENDS = {quote: re.compile(rf"\\.|{quote}|\n", re.DOTALL) for quote in ("'", '"', "'''", '"""')}
_REST = re.compile(r"\w{0,100}")
_IMPORT = re.compile(r"^[ \t]*import[ \t]+([\w.]+)(?:[ \t]+as[ \t]+(\w+))?[ \t]*$", re.MULTILINE)
_STATEMENT = re.compile(r"\b(?:def|class)[ \t]+$")

Answer = dict[str, str]


def inspect(code: str, cursor: int, variables: dict[str, Any]) -> Answer | None:
    """What is known of the name at the cursor, else of the innermost call that the cursor is in.

    Args:
        code: The cell.
        cursor: Characters before the cursor.
        variables: The user's globals.

    Returns:
        {"name", "signature", "doc"}, each of them text and possibly empty; None where nothing is known.
    """
    before = code[max(0, cursor - BEFORE) : cursor]
    quoted, opens = _read(before)
    known = {**_imported(code[:BEFORE]), **variables}
    if not quoted:
        rest = _REST.match(code, cursor)
        name = _name_before(before[-300:] + (rest[0] if rest else ""))
        if name and (found := lookup(name.split("."), known)) is not MISSING:
            return _describe(name, found)
    for at in reversed(opens[-20:]):
        if before[at] != "(":
            continue
        head = before[max(0, at - 300) : at]
        if not head or not (head[-1].isalnum() or head[-1] in "_)]"):
            continue  # brackets around an expression
        name = _name_before(head)
        if not name or _STATEMENT.search(head[: -len(name)]):
            return None
        found = lookup(name.split("."), known)
        return None if found is MISSING else _describe(name, found)
    return None


def _read(text: str) -> tuple[bool, list[int]]:
    """Whether a text ends inside of a string or comment, and where the brackets stand that are open then."""
    opens: list[int] = []
    at = 0
    while found := _MARK.search(text, at):
        mark, at = found[0], found.end()
        if mark[0] == "#":
            if at == len(text):
                return True, opens
        elif mark in "([{":
            opens.append(found.start())
        elif mark in ")]}":
            del opens[-1:]
        else:
            end = _closed(text, at, mark)
            if end is None:
                return True, opens
            at = end
    return False, opens


def _closed(text: str, at: int, quote: str) -> int | None:
    """Where the string ends that begins before a place; None where it does not."""
    for found in _ENDS[quote].finditer(text, at):
        if found[0] == quote or (found[0] == "\n" and len(quote) == 1):
            return found.end()
    return None


def _name_before(text: str) -> str:
    """The dotted name that a text ends with, or ""."""
    at = len(text)
    while at > 0 and (text[at - 1].isalnum() or text[at - 1] in "_."):
        at -= 1
    # Behind a bracket or quote it is an attribute of what nobody has computed.
    if at > 0 and text[at - 1] in ")]}'\"" and text[at : at + 1] == ".":
        return ""
    name = text[at:]
    return name if all(part.isidentifier() for part in name.split(".")) else ""


def _imported(code: str) -> dict[str, Any]:
    """Modules that the cell imports and that are there already: nothing is imported for a look."""
    found: dict[str, Any] = {}
    for match in _IMPORT.finditer(code):
        module, alias = match[1], match[2]
        wanted = module if alias else module.partition(".")[0]
        if isinstance(sys.modules.get(wanted), ModuleType):
            found[alias or wanted] = sys.modules[wanted]
    return found


def _describe(name: str, target: Any) -> Answer:
    doc = _doc(target)
    short = name.rpartition(".")[2]
    parameters = _parameters(target)
    if parameters is None:
        first, _, rest = doc.partition("\n")
        if first.startswith(f"{short}(") and first.endswith(")"):  # as numpy's functions tell it
            signature, doc = first, rest.strip()
        else:
            signature = _value(target)
            doc = doc or _doc(type(target))
    else:
        signature = _laid_out(short, parameters)
    return {
        "name": name[:NAME_CHARS],
        "signature": signature[:SIGNATURE_CHARS],
        "doc": doc[:DOC_CHARS],
    }


def _doc(target: Any) -> str:
    try:
        doc = target.__doc__
    except Exception:
        return ""
    return std.cleandoc(doc[: 2 * DOC_CHARS]) if type(doc) is str else ""


def _parameters(target: Any) -> list[str] | None:
    """The parameters that a caller sees, as they are written in a signature; None where nobody knows."""
    function, bound = _function(target)
    if function is not None:
        return _of_code(function, bound)
    try:
        text = target.__text_signature__  # of what is written in C
    except Exception:
        return None
    if type(text) is not str or not text.startswith("(") or len(text) > SIGNATURE_CHARS:
        return None
    inner = text[1:].rpartition(")")[0]
    parts = [part.strip() for part in inner.split(", ")] if inner else []
    parts = [part for part in parts if not part.startswith("$")]
    return parts[1:] if parts[:1] == ["/"] else parts


def _function(target: Any) -> tuple[FunctionType | None, bool]:
    """The Python function that a call comes to, and whether its first parameter is given."""
    bound = False
    if type(target) is MethodType:
        target, bound = target.__func__, True
    elif isinstance(target, type):
        for name in ("__init__", "__new__"):
            found = std.getattr_static(target, name, None)
            found = found.__func__ if type(found) is staticmethod else found
            if type(found) is FunctionType:
                return _unwrapped(found), True
        return None, False
    elif type(target) is not FunctionType:
        wrapped = std.getattr_static(target, "__wrapped__", None)  # functools.cache
        called = std.getattr_static(type(target), "__call__", None)
        target, bound = (wrapped, False) if type(wrapped) is FunctionType else (called, True)
    return (_unwrapped(target), bound) if type(target) is FunctionType else (None, False)


def _unwrapped(function: FunctionType) -> FunctionType:
    for _ in range(10):
        inner = vars(function).get("__wrapped__")
        if type(inner) is not FunctionType:
            break
        function = inner
    return function


def _of_code(function: FunctionType, bound: bool) -> list[str]:
    code: CodeType = function.__code__
    positional = list(code.co_varnames[: code.co_argcount])
    named = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    others = code.co_varnames[code.co_argcount + code.co_kwonlyargcount :]
    defaults = function.__defaults__ or ()
    first_default = len(positional) - len(defaults)
    parts = []
    for at, name in enumerate(positional):
        if not (bound and at == 0):
            parts.append(name if at < first_default else f"{name}={_default(defaults[at - first_default])}")
        if at + 1 == code.co_posonlyargcount and parts:
            parts.append("/")
    if code.co_flags & std.CO_VARARGS:
        parts.append(f"*{others[0]}")
        others = others[1:]
    elif named:
        parts.append("*")
    own = function.__kwdefaults__ or {}
    parts += [f"{name}={_default(own[name])}" if name in own else name for name in named]
    if code.co_flags & std.CO_VARKEYWORDS:
        parts.append(f"**{others[0]}")
    return parts if len(parts) <= PARAMETERS else [*parts[:PARAMETERS], "…"]


def _default(value: Any) -> str:
    if value is None or type(value) in (bool, float, complex):
        return repr(value)
    if type(value) is int:
        return str(value) if value.bit_length() < 200 else "…"
    if type(value) in (str, bytes):
        return repr(value) if len(value) <= 40 else f"{value[:40]!r}…"
    if type(value) is tuple and not value:
        return "()"
    return "…"


def _laid_out(name: str, parameters: list[str]) -> str:
    line = f"{name}({', '.join(parameters)})"
    if len(line) <= LINE:
        return line
    return "\n".join([f"{name}(", *(f"    {one}," for one in parameters), ")"])


def _value(target: Any) -> str:
    """What a value is, where its type is known to say so without code of the user's."""
    kind = type(target)
    if kind is ModuleType:
        return "module"
    if isinstance(target, type):
        return "class"
    if target is None or kind in (bool, int, float, complex, str, bytes):
        return f"{kind.__name__}: {_default(target)}"
    if kind in (list, tuple, dict, set, frozenset):
        return f"{kind.__name__} of {len(target):,}"
    label = type.__getattribute__(kind, "__name__")
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if numpy is not None and kind is getattr(numpy, "ndarray", None):
        return f"ndarray, shape {target.shape}, {target.dtype}"
    if pandas is not None and kind is getattr(pandas, "DataFrame", None):
        return f"DataFrame, {target.shape[0]:,} rows x {target.shape[1]:,} columns"
    if pandas is not None and kind is getattr(pandas, "Series", None):
        return f"Series, {len(target):,} rows, {target.dtype}"
    return label if type(label) is str else ""
