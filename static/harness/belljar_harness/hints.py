"""Hints: what to do about an error, where we know it."""

from __future__ import annotations

import re
import sys
from typing import Any

from .advice import advice
from .removed import instead

#: "No space left on device" and "I/O error", as WebAssembly numbers them.
_FULL = 51
_LOST = 29

#: Where folders of the person's disk stand (`folders.ts`).
_FOLDERS = "/mnt/folders/"

#: How many column names a hint carries, and how long one may be.
COLUMNS = 12
COLUMN_CHARS = 40

#: A number as half of Europe writes it, in an error's words.
_DECIMAL = re.compile(r"""['"]-?\d[\d.]{0,20},\d{1,20}['"]""")
#: What Pillow says of a film, which matplotlib hands to it for want of ffmpeg.
_VIDEO = re.compile(r"unknown file extension: \.(?:mp4|avi|mov|webm|mkv|mpe?g)\b")
#: Methods of a table that go over its columns of numbers.
_OVER_COLUMNS = frozenset({"mean", "median", "std", "var", "sem", "skew", "kurt", "corr", "cov", "quantile"})
#: How pandas names a package that it would need.
_OPTIONAL = re.compile(r"(?:Missing optional dependency '|`Import )([A-Za-z_]\w{0,60})")


def hint(error: BaseException) -> str | None:
    """One or two sentences, or None. Never raises."""
    try:
        return _hint(error)
    except Exception:
        return None


def _hint(error: BaseException) -> str | None:
    found = instead(error) or _of_limits(error) or _of_modules(error) or _of_files(error) or _reading(error)
    if found is None and isinstance(error, SyntaxError):
        return _quotes(error)
    if found is None and isinstance(error, KeyError):
        return _columns(error)
    return found


def _of_limits(error: BaseException) -> str | None:
    """What a browser has less of."""
    if isinstance(error, MemoryError):
        return (
            "The sandbox's memory is full. Free large variables with `del`, work on a sample or in pieces, "
            "or choose smaller dtypes."
        )
    if isinstance(error, OverflowError) and "index-sized" in str(error):
        return "Python in a browser addresses at most 4 GB. Work in pieces, or choose smaller dtypes."
    if isinstance(error, SystemExit):
        return "The cell ended itself. Variables are kept; the cells after it run as usual."
    if isinstance(error, RecursionError):
        return (
            "The stack of a browser is smaller than a server's. Use a loop, or check that the recursion ends."
        )
    if isinstance(error, AttributeError) and getattr(error.obj, "__name__", "") == "signal":
        return "A browser has no alarms. Give the run a timeout, or look at time.perf_counter() in the loop."
    if isinstance(error, RuntimeError) and "requires the Kaleido package" in str(error):
        return (
            "kaleido drives a browser, which a sandbox can't. `fig.show()` shows the chart, `fig.write_html` "
            "keeps it; matplotlib makes pictures."
        )
    if type(error).__name__ == "PyperclipException":
        return "A sandbox has no clipboard. Use a file: `to_csv`, `read_csv`."
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        return "A browser gives Python one thread. Call the function directly, or use asyncio."
    if isinstance(error, (ImportError, OSError, NotImplementedError)) and _mentions(
        error, "_multiprocessing", "semaphore", "multiprocessing"
    ):
        return "A browser gives Python one process. Use a plain loop, or `n_jobs=1`."
    return None


def _of_modules(error: BaseException) -> str | None:
    if isinstance(error, (AttributeError, ImportError)) and (shadowed := _shadowed(error)):
        return shadowed
    if isinstance(error, ImportError) and _mentions(error, "pip or conda", "pip install", "conda install"):
        return _packages(str(error))
    return None


def _of_files(error: BaseException) -> str | None:
    if isinstance(error, FileNotFoundError) and isinstance(error.filename, str):
        return _files(error.filename, str(getattr(error, "mode", "")))
    if isinstance(error, OSError) and "non-existent directory" in str(error):
        return f"There is no such folder yet. Make it first: {_make('folder')}."
    if type(error).__name__ == "OperationalError" and _mentions(error, "unable to open database file"):
        return f"Either the folder is missing ({_make('folder')} makes it), or it is no file."
    if isinstance(error, OSError) and error.errno == _FULL:
        return "The sandbox has no room for this file. Write less, or in pieces to several files."
    if isinstance(error, OSError) and error.errno == _LOST:
        return (
            "The browser no longer gives the bytes of this file: it was changed, moved or deleted on the "
            "disk since it was added. Add it again."
        )
    if isinstance(error, PermissionError) and isinstance(error.filename, str):
        return _read_only(error.filename)
    return None


def _read_only(name: str) -> str | None:
    """For what lies on the person's disk and can't be written to."""
    import os

    if os.path.realpath(name).startswith(_FOLDERS):
        other = os.path.basename(name) or "out.csv"
        return (
            f"Folders of your disk are only read here. Write to the working directory instead, as {other!r}."
        )
    if os.path.isfile(name) and not os.access(name, os.W_OK):
        return (
            f"{os.path.basename(name)} is read from your disk where it lies, and is too large to be copied "
            "for changes. Write to another file."
        )
    return None


def _reading(error: BaseException) -> str | None:
    """For files that are written in another way than they are read."""
    if isinstance(error, UnicodeDecodeError) and error.encoding.lower().replace("-", "") == "utf8":
        return _encoding(error)
    if isinstance(error, ValueError) and _VIDEO.search(str(error)[:2_000]):
        return (
            'There is no ffmpeg in a browser. Save the animation as a GIF: `save("it.gif", writer="pillow")`.'
        )
    if isinstance(error, ValueError) and _DECIMAL.search(str(error)[:2_000]):
        return 'Numbers with a decimal comma: read the file with `decimal=","` (and `thousands="."`).'
    if isinstance(error, (TypeError, ValueError)) and _over_text(error):
        return (
            "Some columns hold text, and newer versions of pandas don't leave them out by themselves: give "
            "`numeric_only=True`, or choose the columns."
        )
    if isinstance(error, TypeError) and _mentions(error, "dtype 'str'", "string dtype"):
        return (
            'This column holds text. Numbers with a decimal comma are read with `decimal=","`; '
            '`pd.to_numeric(column, errors="coerce")` makes numbers of what can be one.'
        )
    return None


def _over_text(error: BaseException) -> bool:
    """Whether a table was to be made one of numbers, or its columns numbers, of which some are text."""
    trace = error.__traceback__
    frame = None
    while trace is not None:
        frame = trace.tb_frame if trace.tb_frame.f_code.co_name in _OVER_COLUMNS else frame
        trace = trace.tb_next
    pandas = sys.modules.get("pandas")
    return (
        pandas is not None
        and frame is not None
        and isinstance(frame.f_locals.get("self"), pandas.DataFrame)
        and _mentions(
            error, "string dtype", "could not convert string to float", "dtype 'str'", "agg function"
        )
    )


def _encoding(error: UnicodeDecodeError) -> str:
    """For a text that is not in UTF-8."""
    if error.object[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return 'The file is in UTF-16: read it with `encoding="utf-16"`.'
    return (
        'The file is not in UTF-8. From Excel and older programs it often is `encoding="cp1252"`, and may '
        'want `sep=";", decimal=","`. A press on its name under Files writes the line that fits.'
    )


def _shadowed(error: AttributeError | ImportError) -> str | None:
    """Something was missed in a module that a file of the user's has the name of."""
    import os

    module = error.obj if isinstance(error, AttributeError) else sys.modules.get(error.name or "")
    name = getattr(module, "__name__", "")
    if not isinstance(module, type(sys)) or not isinstance(name, str) or not name.isidentifier():
        return None
    here = os.path.realpath(os.getcwd())
    if os.path.realpath(str(getattr(module, "__file__", None))).startswith(os.path.join(here, "")):
        return None
    if not os.path.exists(f"{name}.py") and not os.path.isdir(name):
        return None
    return (
        f"`{name}` is the installed module, not {name}.py of the working directory: files come last. "
        "Give the file another name."
    )


def _packages(message: str) -> str:
    """For what a library asks people to install."""
    missing = _OPTIONAL.search(message[:2_000])
    told = "Packages come from this sandbox's own list; pip and conda can add nothing to it."
    return f"{told} {advice(missing[1])}" if missing else told


def _mentions(error: BaseException, *words: str) -> bool:
    return any(word in str(error) for word in words)


def _make(folder: str) -> str:
    return f"os.makedirs({folder!r}, exist_ok=True)"


def _quotes(error: SyntaxError) -> str | None:
    """Typographic quotes, as documents and chats make them."""
    if any(
        f"invalid character '{mark}'" in str(error.msg)
        for mark in "\u2018\u2019\u201c\u201d\u00ab\u00bb\u201e"
    ):
        return "These are a document's quotes. Replace them with straight ones: ' or \"."
    return None


def _files(missing: str, mode: str) -> str | None:
    """What to do about a file or folder that isn't there.

    Args:
        mode: How `open` was to open it; empty if it was not `open`.
    """
    import os

    if "://" in missing:
        return None
    folder = os.path.dirname(missing)
    if folder and not os.path.isdir(folder) and not {"w", "a", "x"}.isdisjoint(mode):
        return f"There is no folder {folder!r} yet. Make it first: {_make(folder)}."
    here = sorted(entry.name for entry in os.scandir() if not entry.name.startswith((".", "__")))
    if not here:
        return (
            "There are no files in the working directory yet. Add the file first; drop it on the files panel."
        )
    return f"Files in the working directory: {_some(here)}."


def _columns(error: KeyError) -> str | None:
    """The columns there are, when a key was looked up in a data frame."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return None
    frame = error.__traceback__
    found: Any = None
    while frame is not None:
        owner = frame.tb_frame.f_locals.get("self")
        if isinstance(owner, pandas.DataFrame):
            found = owner.columns
        frame = frame.tb_next
    if found is None or found.nlevels != 1:
        return None
    return f"Columns: {_some([str(name) for name in found[: COLUMNS + 1]], len(found))}."


def _some(names: list[str], count: int | None = None) -> str:
    count = len(names) if count is None else count
    shown = [
        name if len(name) <= COLUMN_CHARS else name[: COLUMN_CHARS - 1] + "…" for name in names[:COLUMNS]
    ]
    rest = f" and {count - COLUMNS} more" if count > COLUMNS else ""
    return ", ".join(shown) + rest
