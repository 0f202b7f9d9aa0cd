"""Landing: the one way by which files out of a sandbox come to a disk.

Names and contents are the code's. So a file lands only below the folder that the caller named, through real
folders and no links; it never takes the place of what was there; and into a folder that holds other things
only data lands, as tools run what they find beside them (`conftest.py`, `Makefile`, `package.json`).
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from belljar.errors import BelljarError
from belljar.settings import Limits
from belljar.untrusted.names import disk_problem, folded, shown

#: Endings of data: what nothing runs or imports because it lies there.
DATA = frozenset(
    {
        *("png", "jpg", "jpeg", "gif", "webp", "svg", "bmp", "tif"),
        *("tiff", "pdf", "csv", "tsv", "txt", "md", "rst", "log"),
        *("html", "json", "jsonl", "ndjson", "geojson", "parquet", "feather", "arrow"),
        *("npy", "npz", "h5", "hdf5", "nc", "mat", "xlsx", "ods"),
        *("docx", "pptx", "odt", "db", "sqlite", "zip", "gz", "bz2"),
        *("xz", "zst", "wav", "mp3", "mp4", "fasta", "fa", "vcf"),
        *("bed", "bib", "dat"),
    }
)
#: Data by its ending, but read as an order by some tool.
_ORDERS = frozenset(
    {
        *("package.json", "package-lock.json", "composer.json", "deno.json"),
        *("bower.json", "nx.json", "turbo.json", "lerna.json"),
        *("vcpkg.json", "tsconfig.json", "jsconfig.json", "cmakelists.txt"),
        *("cmakepresets.json", "requirements.txt", "constraints.txt", "agents.md"),
        *("claude.md", "gemini.md"),
    }
)
_HAS_DIR_FD = {os.open, os.mkdir, os.stat, os.unlink, os.rename} <= os.supports_dir_fd
_DIRECTORY = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not written.

    Attributes:
        path: Its path in the sandbox, hostile as it is; `str()` of this is safe to print.
        reason: Why, as the end of a sentence.
    """

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{shown(self.path)} was not written: {self.reason}."


@dataclass(frozen=True, slots=True)
class Saved:
    """What came to the disk, as paths of this machine, and what did not."""

    written: tuple[Path, ...] = ()
    refused: tuple[Refused, ...] = ()


class _NotHereError(Exception):
    """This file can't land; the message is the end of a sentence."""


class Landing:
    """A folder of this machine that files of one sandbox may come to. Made if there is none.

    Args:
        folder: The caller's, links in its own path included.
        overwrite: Let data take the place of regular files that were there.
        limits: As many bytes and files as a sandbox may keep; the server's own unless given.

    Raises:
        BelljarError: The folder can't be made or opened.
    """

    def __init__(self, folder: Path, *, overwrite: bool = False, limits: Limits | None = None) -> None:
        limits = limits or Limits()
        self._folder, self._overwrite = folder, overwrite
        self._bytes_left, self._files_left = limits.file_bytes, limits.files
        #: Folded names by folder, and the files that were made here.
        self._names: dict[str, dict[str, str]] = {}
        self._made: set[str] = set()
        self._written: list[Path] = []
        self._refused: list[Refused] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._occupied = any(folder.iterdir())
        except OSError as error:
            raise BelljarError(f"{shown(str(folder))} can't be written to: {error.strerror}.") from None

    @property
    def saved(self) -> Saved:
        """What has been written and refused until now."""
        return Saved(tuple(self._written), tuple(self._refused))

    def refuse(self, path: str, reason: str) -> None:
        """Note a file that can't be had."""
        self._refused.append(Refused(path, reason.rstrip(".")))

    def takes(self, path: str, size: int = 0) -> bool:
        """Whether a file of this name and size may land; what may not is noted as refused."""
        reason = disk_problem(path) or self._beside(path)
        if reason is None and self._files_left < 1:
            reason = "there are too many files"
        if reason is None and size > self._bytes_left:
            reason = "there is more than a sandbox may keep"
        if reason is not None:
            self.refuse(path, reason)
        return reason is None

    def write(self, path: str, content: bytes) -> bool:
        """Write a file; whether it was. What was not is noted as refused.

        Args:
            path: As the sandbox has it, "/"-separated.
        """
        if not self.takes(path, len(content)):
            return False
        try:
            with self._folder_of(path) as (descriptor, place):
                self._put(descriptor, place, path, content)
        except _NotHereError as error:
            self.refuse(path, str(error))
            return False
        except OSError as error:
            self.refuse(path, error.strerror or type(error).__name__)
            return False
        self._bytes_left -= len(content)
        self._files_left -= 1
        self._made.add(path)
        self._written.append(self._folder / path)
        return True

    def _beside(self, path: str) -> str | None:
        """Why a file may not lie beside what is in the folder already."""
        name = path.rpartition("/")[2].casefold()
        if not self._occupied or (name.rpartition(".")[2] in DATA and "." in name and name not in _ORDERS):
            return None
        return "beside other files it could be run by a tool; name a new or an empty folder to get it"

    @contextlib.contextmanager
    def _folder_of(self, path: str) -> Iterator[tuple[int | None, Path]]:
        """The folder a file goes to, opened step by step: no link on the way is followed, whoever made it."""
        *folders, _ = path.split("/")
        with contextlib.ExitStack() as opened:
            place, at = self._folder, ""
            descriptor = self._opened(opened, str(place), None, follow=True)
            for folder in folders:
                self._claim(at, folder, descriptor, place, folder=True)
                place, at = place / folder, f"{at}{folder}/"
                step = folder if _HAS_DIR_FD else str(place)
                with contextlib.suppress(FileExistsError):
                    os.mkdir(step, dir_fd=descriptor)
                try:
                    descriptor = self._opened(opened, step, descriptor, follow=False)
                except OSError as error:
                    if error.errno in {errno.ELOOP, errno.ENOTDIR}:
                        raise _NotHereError(f"{shown(at[:-1])} is a link or a file, no folder") from None
                    raise
            yield descriptor, place

    def _opened(
        self, opened: contextlib.ExitStack, step: str, within: int | None, *, follow: bool
    ) -> int | None:
        if not _HAS_DIR_FD:  # Windows
            path = Path(step)
            if not follow and (path.is_symlink() or path.is_junction() or not path.is_dir()):  # type: ignore[attr-defined,unused-ignore]
                raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            return None
        descriptor = os.open(step, _DIRECTORY | (0 if follow else _NO_FOLLOW), dir_fd=within)
        opened.callback(os.close, descriptor)
        return descriptor

    def _claim(self, at: str, name: str, descriptor: int | None, place: Path, *, folder: bool) -> None:
        """Sees to it that no other spelling of a name is there: on some file systems it is the same one."""
        if at not in self._names:
            entries = os.listdir(place if descriptor is None else descriptor)  # noqa: PTH208 - of a descriptor
            self._names[at] = {folded(entry): entry for entry in entries}
        other = self._names[at].setdefault(folded(name), name)
        if other != name:
            raise _NotHereError(f"{shown(other)} is there, which some file systems take for the same name")

    def _put(self, descriptor: int | None, place: Path, path: str, content: bytes) -> None:
        at, _, name = path.rpartition("/")
        self._claim(f"{at}/" if at else "", name, descriptor, place, folder=False)
        within = {"dir_fd": descriptor} if _HAS_DIR_FD else {}
        step = name if _HAS_DIR_FD else str(place / name)
        try:
            # Without an executable bit, whatever the umask is.
            self._fill(os.open(step, _NEW, 0o666, **within), step, content, within)
        except FileExistsError:
            found = os.stat(step, follow_symlinks=False, **within)  # noqa: PTH116 - of a descriptor
            if not stat.S_ISREG(found.st_mode):
                raise _NotHereError("there is something else of this name, no regular file") from None
            if not (self._overwrite or path in self._made):
                raise _NotHereError("there is a file of this name, which is left as it is") from None
            draft = f".belljar-{secrets.token_hex(8)}"
            draft = draft if _HAS_DIR_FD else str(place / draft)
            self._fill(os.open(draft, _NEW, 0o666, **within), draft, content, within)
            both = {"src_dir_fd": descriptor, "dst_dir_fd": descriptor} if _HAS_DIR_FD else {}
            # Takes the place of the name itself: a link that came meanwhile is not followed.
            os.replace(draft, step, **both)  # noqa: PTH105 - of a descriptor

    def _fill(self, file: int, step: str, content: bytes, within: dict[str, int | None]) -> None:
        try:
            with open(file, "wb") as out:
                out.write(content)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(step, **within)
            raise
