"""Errors that belljar raises on purpose: each text is a sentence that says what happened and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

#: An absolute path, but not that of a URL.
_PATH = re.compile(r"(?<![\w.:/\\])(?:[A-Za-z]:)?(?:[\\/]+[^\s\\/:,;'\"()`]+)+[\\/]*")


class BelljarError(Exception):
    """Base of every error raised on purpose. Its text is meant for people."""


class SettingsError(BelljarError):
    """A setting has a value that is not allowed. Names the setting, its source and what is allowed."""


class CommandError(BelljarError):
    """The command names what there is not, as a file: nothing was done."""


class AssetError(BelljarError):
    """Files of the runtime are missing, damaged or cannot be had."""


class ExportError(BelljarError):
    """A folder can't take an export: something of somebody else's is in the way."""


class MarkupError(BelljarError):
    """A cell of a docs page has an attribute that there is not, or with a value that it can't have."""


class CellsError(BelljarError):
    """Cells of a docs folder can't be found, or there are none."""


class UnavailableError(BelljarError):
    """There is nowhere to run code, or no longer. Says what to do."""


class FrontendError(BelljarError):
    """The built browser code (`static/dist`) is missing or damaged."""


def public(error: Exception, folders: Iterable[Path] = ()) -> str:
    """The text of an error for people who are not at this machine: files by name, no folders.

    Args:
        error: The error; its own text goes to the log as it is.
        folders: Folders that may stand in it, whatever characters they have.
    """
    text = str(error)
    for folder in sorted(map(str, folders), key=len, reverse=True):
        text = (
            re.sub(re.escape(folder) + r"(?=[\\/\s.,:;'\"`)]|$)[\\/]?", "", text) if len(folder) > 1 else text
        )
    return _PATH.sub(lambda found: re.split(r"[\\/]+", found[0].rstrip("\\/"))[-1], text)
