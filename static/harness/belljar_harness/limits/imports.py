"""Imports: a cell's own are loaded before it runs, others on demand, and a refusal says what there is.

Kept for clear errors only. What the sandbox may load is decided by the host, which sends no other bytes.

    standard library, installed ──► allowlisted: loaded ──► a file of the working directory ──► refused

Files outlive an interpreter. The working directory comes last and is not on `sys.path`: a fresh session gets
Python's own `statistics`, whatever file a session before has left, and no metadata among files counts as
installed.
"""

from __future__ import annotations

import ast
import inspect
import os
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import FileFinder, ModuleSpec, PathFinder
from types import FrameType, ModuleType

from belljar_harness.advice import SERVING, advice
from belljar_harness.removed import MODULES

from .allowlist import Allowlist
from .loading import Loader

#: Packages that pandas imports only once a method needs them. Loading them beforehand keeps it off the run
#: clock, and works where Python can't wait (source: pandas' table of optional dependencies).
USED_BY_METHOD = {
    "to_excel": ("xlsxwriter", "openpyxl"),
    "ExcelWriter": ("xlsxwriter", "openpyxl"),
    "read_excel": ("openpyxl",),
    "ExcelFile": ("openpyxl",),
    "read_parquet": ("arro3-io", "nanoarrow"),
    "to_parquet": ("arro3-io", "nanoarrow"),
    "read_html": ("lxml",),
    "read_xml": ("lxml",),
    "to_xml": ("lxml",),
    "to_markdown": ("tabulate",),
    "plot": ("matplotlib",),
    "hist": ("matplotlib",),
    "boxplot": ("matplotlib",),
    "style": ("jinja2",),
    "tz_convert": ("tzdata",),
    "tz_localize": ("tzdata",),
}

#: The same for modules that go on to import, or to read, what is optional elsewhere.
USED_BY_MODULE = {"seaborn": ("scipy",), "zoneinfo": ("tzdata",)}

#: Modules that are of no use without a network.
NETWORK_MODULES = frozenset(
    [
        "aiohttp",
        "anthropic",
        "boto3",
        "botocore",
        "grpc",
        "httplib2",
        "httpx",
        "kaggle",
        "openai",
        "pandas_datareader",
        "paramiko",
        "playwright",
        "praw",
        "psycopg",
        "psycopg2",
        "pymongo",
        "pymysql",
        "redis",
        "requests",
        "scrapy",
        "selenium",
        "socketio",
        "tweepy",
        "urllib3",
        "websocket",
        "websockets",
        "yfinance",
    ]
)

_STDLIB = sys.stdlib_module_names


def imported_modules(tree: ast.Module) -> list[str]:
    """Top-level names of all modules that a cell imports anywhere, in order of appearance."""
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update((alias.name.partition(".")[0], None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found[node.module.partition(".")[0]] = None
    return list(found)


def wanted_packages(tree: ast.Module, allowlist: Allowlist) -> list[str]:
    """Allowlisted packages that a cell will need and that aren't loaded."""
    wanted: dict[str, None] = {}
    modules = imported_modules(tree)
    names = [name for module in modules for name in USED_BY_MODULE.get(module, ())]
    for module in modules:
        package = allowlist.providing(module)
        if package is not None and not allowlist.is_loaded(package) and not _is_local(module):
            wanted[package.name] = None
    if "pandas" in sys.modules or "pandas" in modules:
        attributes = (node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute))
        names += [name for attribute in attributes for name in USED_BY_METHOD.get(attribute, ())]
    for name in names:
        package = allowlist.get(name)
        if package is not None and not allowlist.is_loaded(package):
            wanted[package.name] = None
    return list(wanted)


def _is_local(module: str) -> bool:
    """Whether a module of that name is there already: loaded, or on the user's own `sys.path`."""
    if module in sys.modules:
        return True
    try:
        return PathFinder.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def local(module: str) -> ModuleSpec | None:
    """The module of that name in the working directory, which is wherever `os.chdir` went."""
    try:
        return PathFinder.find_spec(module, [os.getcwd()])
    except OSError:  # it was deleted
        return None


def refresh() -> None:
    """Have the import system look again for files that came since.

    Folders only: `importlib.invalidate_caches` would also read the directory of the standard library's zip
        anew.
    """
    for finder in list(sys.path_importer_cache.values()):
        if isinstance(finder, FileFinder):
            finder.invalidate_caches()


def refresh_packages() -> None:
    """The same where packages have come.

    What `importlib.metadata` has cached of a folder is as good as the folder's time, and mounting an image
    leaves that as it was.
    """
    refresh()
    if metadata := sys.modules.get("importlib.metadata"):
        metadata.MetadataPathFinder.invalidate_caches()


class OnDemandFinder:
    """The last finder of `sys.meta_path`: an allowlisted package, a file of the user's, or a refusal.

    It answers real imports only. `importlib.util.find_spec("torch")` still gives None, so code that asks
    before it imports goes on as it would elsewhere.
    """

    def __init__(
        self, loader: Loader, is_cell: Callable[[str], bool], blocked: Callable[[str, str], None]
    ) -> None:
        self._loader = loader
        self._is_cell = is_cell
        self._blocked = blocked
        self._path: list[str] = []

    def install(self) -> None:
        self._path = list(sys.path)
        here = os.getcwd()
        sys.path[:] = [entry for entry in sys.path if entry not in ("", ".", here)]
        sys.meta_path.append(self)

    def remove(self) -> None:
        sys.meta_path.remove(self)
        sys.path[:] = self._path

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if "." in name:
            return None
        allowlist = self._loader.allowlist
        package = allowlist.providing(name)
        importing = _is_import(inspect.currentframe())
        if package is None or allowlist.is_loaded(package):
            own = local(name)
            if own is None and importing:
                self._refuse(name)
            return own
        if not importing and not self._loader.can_load_now():
            return None
        self._loader.load_now([package.name])
        return PathFinder.find_spec(name, path)

    def _refuse(self, name: str) -> None:
        if name.startswith("_") and name not in MODULES:
            return
        if name in _STDLIB and name not in MODULES:
            sentence = (
                f"No module named {name!r}: this part of the standard library does not exist in a browser."
                f"{' ' + advice(name) if name in SERVING else ''}"
            )
        elif name in NETWORK_MODULES:
            if self._is_cell(_importer(inspect.currentframe())):
                self._blocked(f"import {name}", name)
            sentence = f"{name} needs a network; this sandbox has none. Put the data in a file instead."
        elif name in MODULES:
            now = MODULES[name]
            sentence = f"No module named {name!r}: newer versions don't have it any more. Now it is: {now}."
        else:
            there = self._loader.allowlist.sentence()
            sentence = f"No module named {name!r} in this sandbox. {advice(name)} {there}"
        raise ModuleNotFoundError(sentence, name=name)


def _is_import(frame: FrameType | None) -> bool:
    """Whether the import system asks our finder, whose frame this is, in order to import.

    `importlib.util.find_spec` asks too. Which of them it is, only the stack tells.
    """
    while frame is not None and frame.f_code.co_name in ("find_spec", "_find_spec"):
        if frame.f_code.co_filename.endswith("importlib/util.py"):
            return False
        frame = frame.f_back
    return frame is not None and frame.f_code.co_name == "_find_and_load_unlocked"


def _importer(frame: FrameType | None) -> str:
    """File name of the code that wrote the import: the first above the import system and us."""
    while frame is not None and frame.f_code.co_filename.startswith(("<frozen importlib", __file__)):
        frame = frame.f_back
    return "" if frame is None else frame.f_code.co_filename
