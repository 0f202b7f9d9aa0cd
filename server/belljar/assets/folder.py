"""Folder: an assets folder to work in: made, held by one at a time, its refusals told in sentences."""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from belljar.assets.locking import folder_lock
from belljar.assets.progress import human
from belljar.errors import AssetError

#: What a disk answers that has no room left.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
#: What a file system answers that lets nobody write, or not us.
CLOSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})

_OTHER = "Name another folder: `--assets-dir FOLDER`, or BELLJAR_ASSETS_DIR."


class FolderError(AssetError):
    """The folder can't be worked in: no other source, and no second try, could help."""


@contextlib.contextmanager
def working_in(folder: Path, note: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """Hold the folder, which is made if it is not there.

    Args:
        note: Told if somebody else holds it, which is waited for.

    Raises:
        FolderError: It can't be made or written to, or its disk is full.
    """
    with refusals(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with folder_lock(folder, note):
            yield


@contextlib.contextmanager
def refusals(folder: Path) -> Iterator[None]:
    """What the system refuses to work in the folder becomes a `FolderError` that says what to do."""
    try:
        yield
    except OSError as error:
        raise FolderError(_sentence(folder, error)) from error


def is_final(error: OSError) -> bool:
    """Whether an error of reading or writing is of the folder's disk, so that other sources fail, too."""
    return error.errno in FULL | {errno.EROFS}


def require_room(folder: Path, size: int, what: str) -> None:
    """Raise `FolderError` unless the disk has room for `size` bytes; a disk that tells nothing has.

    Args:
        what: What they are, for the sentence.
    """
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(folder).free
        if free < size:
            raise FolderError(f"The disk of {folder} has {human(free)} left, and {what} take {human(size)}. "
                              f"Make room there. {_OTHER}")  # fmt: skip


def _sentence(folder: Path, error: OSError) -> str:
    why = (error.strerror or str(error) or type(error).__name__).lower()
    if error.errno in FULL:
        return f"The disk of {folder} is full. What was finished is kept. Make room there. {_OTHER}"
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return f"{folder} can't be the assets folder: a file is in its place. {_OTHER}"
    if error.errno in CLOSED:
        return f"{folder} can't be written to ({why}). {_OTHER}"
    if not folder.is_dir():
        return f"The assets folder {folder} can't be made ({why}). {_OTHER}"
    return f"Something can't be read or written in {folder} ({why}). {_OTHER}"
