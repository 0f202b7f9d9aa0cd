"""Completion: names that could stand at the cursor, from the variables there are.

No user code is called but what looking up an attribute calls. Names are looked up, never evaluated.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import keyword
import os
import re
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from belljar_harness.limits.allowlist import Allowlist

#: The most matches that are sent.
MOST = 200
#: Longest name that is offered, in characters.
NAME_CHARS = 100
#: Entries of a folder that are looked at, and characters of a path in a string.
MOST_FILES = 2_000
PATH_CHARS = 300

_CHAIN = re.compile(r"([A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*)\s*\.\s*(\w*)$")
_NAME = re.compile(r"(?<![\w.])([A-Za-z_]\w*)?$")
_IMPORT = re.compile(r"^\s*(?:import\s+(?:[\w.]+(?:\s+as\s+\w+)?\s*,\s*)*|from\s+)([\w.]*)$")
_IMPORT_FROM = re.compile(r"^\s*from\s+([\w.]+)\s+import\s+(?:\(?\s*(?:\w+(?:\s+as\s+\w+)?\s*,\s*)*)(\w*)$")
_KEY = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\[\s*(['\"])([^'\"\]]*)$")

#: Stands for an object that there is not.
MISSING = object()

Match = dict[str, str]


def complete(code: str, cursor: int, variables: dict[str, Any], allowlist: Allowlist) -> dict[str, Any]:
    """Matches for the text before `cursor`.

    Args:
        code: The cell.
        cursor: Characters before the cursor.
        variables: The user's globals.
        allowlist: Packages that `import` could name.

    Returns:
        {"matches": [{"text", "type"}], "start": where in `code` the text to replace begins}. Types are
        CodeMirror's: "function", "class", "namespace", "variable", "keyword", "property", "method",
        "text" for files.
    """
    before = code[:cursor]
    line = before.rpartition("\n")[2]
    if found := _IMPORT_FROM.match(line):
        return _answer(_module_names(found[1]), found[2], cursor)
    if found := _IMPORT.match(line):
        head, dot, prefix = found[1].rpartition(".")
        names = _module_names(head, modules_only=True) if dot else _top_modules(allowlist)
        return _answer(names, prefix, cursor)
    if found := _KEY.search(line):
        target = lookup(found[1].split("."), variables)
        return _answer(((key, "property") for key in _keys(target)), found[3], cursor)
    written = _written_in_string(line)
    if written is not None:
        prefix = written.rpartition("/")[2]
        return _answer(_files(written), prefix, cursor)
    if found := _CHAIN.search(before):
        target = lookup(re.split(r"\s*\.\s*", found[1]), variables)
        return _answer(_attributes(target, found[2]), found[2], cursor)
    if _inside_comment(line):
        return {"matches": [], "start": cursor}
    prefix = (_NAME.search(before) or [None, ""])[1] or ""
    return _answer(_names(prefix, variables, code), prefix, cursor)


def _answer(names: Iterable[tuple[str, str]], prefix: str, cursor: int) -> dict[str, Any]:
    found: dict[str, str] = {}
    lowered = prefix.lower()
    for name, kind in names:
        if name.lower().startswith(lowered) and name not in found and len(name) <= NAME_CHARS:
            found[name] = kind
    # Names that start with the very letters typed come first, private ones last.
    order = sorted(
        found, key=lambda name: (name.startswith("_"), not name.startswith(prefix), name.lower(), name)
    )
    matches = [{"text": name, "type": found[name]} for name in order[:MOST]]
    return {"matches": matches, "start": cursor - len(prefix)}


def lookup(parts: list[str], variables: dict[str, Any]) -> Any:
    """The object a dotted name stands for, or MISSING."""
    target = variables.get(parts[0], MISSING)
    if target is MISSING:
        target = getattr(builtins, parts[0], MISSING)
    for part in parts[1:]:
        if target is MISSING:
            break
        target = _get(target, part)
    return target


def _get(target: Any, name: str) -> Any:
    try:
        return getattr(target, name, MISSING)
    except Exception:
        return MISSING


def _attributes(target: Any, prefix: str) -> Iterable[tuple[str, str]]:
    if target is MISSING:
        return
    try:
        names = [name for name in dir(target) if isinstance(name, str)]
    except Exception:
        return
    lowered = prefix.lower()
    for name in names:
        if name.startswith("_") and not prefix.startswith("_"):
            continue
        if name.lower().startswith(lowered):
            yield name, _attribute_type(target, name)


def _attribute_type(target: Any, name: str) -> str:
    # Statically, so that the properties of a hundred names aren't all computed.
    try:
        value = inspect.getattr_static(target, name)
    except AttributeError:
        return "property"
    if isinstance(value, property):
        return "property"
    kind = _type(value)
    if kind == "function" and not isinstance(target, ModuleType):
        return "method"
    return "property" if kind == "variable" and not isinstance(target, ModuleType) else kind


def _type(value: Any) -> str:
    if isinstance(value, ModuleType):
        return "namespace"
    if isinstance(value, type):
        return "class"
    if isinstance(value, (staticmethod, classmethod)) or inspect.isroutine(value):
        return "function"
    return "function" if callable(value) and type(value).__module__ in ("builtins", "numpy") else "variable"


def _names(prefix: str, variables: dict[str, Any], code: str) -> Iterable[tuple[str, str]]:
    for name, value in variables.items():
        if not name.startswith("__"):
            yield name, _type(value)
    for name in (*keyword.kwlist, *keyword.softkwlist):
        yield name, "keyword"
    for name, value in vars(builtins).items():
        if prefix.startswith("_") or not name.startswith("_"):
            yield name, _type(value)
    # Names that the cell itself defines but hasn't run yet.
    for name in _defined(code):
        yield name, "variable"


def _defined(code: str) -> set[str]:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(re.findall(r"^\s*([A-Za-z_]\w*)\s*=[^=]", code, re.MULTILINE))
    names = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return names | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}


def _top_modules(allowlist: Allowlist) -> Iterable[tuple[str, str]]:
    for package in allowlist.packages.values():
        for module in package.imports:
            yield module.partition(".")[0], "namespace"
    for module in sys.stdlib_module_names:
        if not module.startswith("_"):
            yield module, "namespace"


def _module_names(name: str, *, modules_only: bool = False) -> Iterable[tuple[str, str]]:
    """Names in a module that is imported already; completion imports nothing."""
    module = sys.modules.get(name)
    if module is None:
        return
    loaded = {full[len(name) + 1 :] for full in list(sys.modules) if full.startswith(f"{name}.")}
    for child in loaded:
        if "." not in child and not child.startswith("_"):
            yield child, "namespace"
    if not modules_only:
        yield from _attributes(module, "")


def _keys(target: Any) -> list[str]:
    """Text keys of a dict, or columns of a data frame."""
    if isinstance(target, dict):
        return [key for key in list(target) if isinstance(key, str)]
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(target, (pandas.DataFrame, pandas.Series)):
        labels = target.columns if isinstance(target, pandas.DataFrame) else target.index
        return [label for label in labels[:MOST].tolist() if isinstance(label, str)]
    return []


def _files(written: str) -> Iterable[tuple[str, str]]:
    """Names in the folder that a path so far names: files, and folders with a "/"."""
    folder, _, prefix = written.rpartition("/")
    if len(written) > PATH_CHARS or "\n" in written:
        return
    try:
        entries = os.scandir(folder or ("/" if written.startswith("/") else "."))
    except (OSError, ValueError):
        return
    with entries:
        for _, entry in zip(range(MOST_FILES), entries, strict=False):
            if not entry.name.startswith(".") or prefix.startswith("."):
                yield (f"{entry.name}/", "namespace") if entry.is_dir() else (entry.name, "text")


def _written_in_string(line: str) -> str | None:
    """What stands in the string that a line ends in; None outside, and in the fields of f-strings."""
    quote, begun = "", 0
    for at, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote, begun = character, at + 1
        elif character == "#":
            return None
    if not quote or re.search(r"\bf['\"][^'\"]*\{[^}'\"]*$", line):
        return None
    return line[begun:]


def _inside_comment(line: str) -> bool:
    quote = ""
    for character in line:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#":
            return True
    return False
