"""The byte-compiler's inner half: runs in Pyodide, under the very CPython whose byte-code it makes.

pyodide-build compiles each `.py` of an archive to a `.pyc` in its place. That loses the sources, and with
them the lines of every traceback, so both are put together here: the sources as they were, and the byte-code
where the import system looks first.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import marshal
import shutil
import sys
import zipfile
from pathlib import Path
from types import CodeType

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
STDLIB = f"/lib/python{VERSION.replace('.', '')}.zip"
SITE_PACKAGES = f"/lib/python{VERSION}/site-packages"
UNCHECKED_HASH = (0b01).to_bytes(4, "little")
"""Header flags (PEP 552): trust the byte-code whatever the source's time says; unpacking changes times."""


def compile_archive(path: str) -> str:
    """Compile a wheel, or the zip of the standard library, and give the path of the new archive beside it."""
    # Late: the tools' wheels come onto sys.path after this file.
    from pyodide_build.cli.py_compile import main  # type: ignore[import-not-found]

    source = Path(path)
    work = source.parent / "work"
    work.mkdir()
    shutil.copy(source, work)
    main(
        ["--silent", "--no-keep", "--compression-level", "0", str(work / source.name)], standalone_mode=False
    )
    # The copy is gone now: replaced under its own name, or by a file with another tag (cp314).
    [compiled] = work.iterdir()
    target = source.parent / "compiled" / compiled.name
    target.parent.mkdir()
    with (
        zipfile.ZipFile(source) as sources,
        zipfile.ZipFile(compiled) as code,
        zipfile.ZipFile(target, "w") as out,
    ):
        _merge(sources, code, out, is_wheel=source.suffix == ".whl")
    return str(target)


def clean(folder: str) -> None:
    """Drop everything of the last archive; the heap must hold the next one."""
    shutil.rmtree(folder, ignore_errors=True)


def _merge(sources: zipfile.ZipFile, code: zipfile.ZipFile, out: zipfile.ZipFile, *, is_wheel: bool) -> None:
    compiled = set(code.namelist())
    added: list[str] = []
    record = next((name for name in sources.namelist() if name.endswith(".dist-info/RECORD")), None)
    for member in sources.infolist():
        if member.is_dir() or member.filename == record or member.filename.endswith(".pyc"):
            continue
        data = sources.read(member)
        _write(out, member, member.filename, data)
        if member.filename.endswith(".py") and member.filename + "c" in compiled:
            byte_code = _byte_code(code.read(member.filename + "c"), data, member.filename, is_wheel=is_wheel)
            name = _cached(member.filename) if is_wheel else member.filename + "c"
            _write(out, member, name, byte_code)
            digest = base64.urlsafe_b64encode(hashlib.sha256(byte_code).digest()).rstrip(b"=").decode()
            added.append(f"{name},sha256={digest},{len(byte_code)}\n")
    if record:
        text = sources.read(record).decode()
        _write(out, sources.getinfo(record), record, (text.rstrip("\n") + "\n" + "".join(added)).encode())


def _byte_code(compiled: bytes, source: bytes, name: str, *, is_wheel: bool) -> bytes:
    """The .pyc with the file names of its final place, so that nothing is left to fix at import."""
    # Byte-code that this very process has just made.
    module: CodeType = marshal.loads(compiled[16:])  # noqa: S302
    code = _renamed(module, f"{SITE_PACKAGES if is_wheel else STDLIB}/{name}")
    header = importlib.util.MAGIC_NUMBER + UNCHECKED_HASH + importlib.util.source_hash(source)
    return header + marshal.dumps(code)


def _renamed(code: CodeType, filename: str) -> CodeType:
    constants = tuple(
        _renamed(item, filename) if isinstance(item, CodeType) else item for item in code.co_consts
    )
    return code.replace(co_filename=filename, co_consts=constants)


def _cached(name: str) -> str:
    folder, _, module = name.rpartition("/")
    cached = f"__pycache__/{module.removesuffix('.py')}.cpython-{VERSION.replace('.', '')}.pyc"
    return f"{folder}/{cached}" if folder else cached


def _write(out: zipfile.ZipFile, like: zipfile.ZipInfo, name: str, data: bytes) -> None:
    member = zipfile.ZipInfo(name, like.date_time)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = like.external_attr
    member.create_system = like.create_system
    out.writestr(member, data)
