"""Actions: what each tool does with a sandbox, and the little that it needs of one."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from belljar.answers.budget import MAX_CHARS
from belljar.answers.execution import Execution
from belljar.answers.results import FileInfo
from belljar.answers.structured import structured
from belljar.tools.answer import Answer

OnText = Callable[[str], object]

#: Files that `list_files` names.
_LISTED = 200

#: Bytes that `read_file` gives where no length was asked for, so that a text and its last line fit into a
#: report; bytes that may be asked for.
CHUNK = MAX_CHARS - 500
LONGEST = 65_536


class ToolFiles(Protocol):
    """The files of a sandbox, as far as tools need them; `AsyncFiles` is one."""

    def list(self) -> Awaitable[Sequence[FileInfo]]: ...
    def read(self, path: str) -> Awaitable[bytes]: ...
    def write(self, path: str, content: bytes) -> Awaitable[FileInfo]: ...


class ToolSandbox(Protocol):
    """A sandbox, as far as tools need it; `AsyncSandbox` is one."""

    @property
    def files(self) -> ToolFiles: ...
    def execute(
        self, code: str, *, timeout: float | None = None, on_stdout: OnText | None = None
    ) -> Awaitable[Execution]: ...
    def reset(self) -> Awaitable[None]: ...


async def execute(sandbox: ToolSandbox, given: Mapping[str, Any], on_stdout: OnText | None) -> Answer:
    """Runs the code."""
    execution = await sandbox.execute(given["code"], timeout=given.get("timeout"), on_stdout=on_stdout)
    return Answer(execution=execution, failed=not execution.ok, structured=structured(execution))


async def list_files(sandbox: ToolSandbox, _: Mapping[str, Any], __: OnText | None) -> Answer:
    """Names the first files and says how many there are."""
    files = await sandbox.files.list()
    lines = [f"{file.path} ({file.size:,} bytes)" for file in files[:_LISTED]]
    if len(files) > _LISTED:
        lines.append(f"[{len(files) - _LISTED:,} more]")
    named: list[dict[str, Any]] = []
    room = MAX_CHARS
    for file in files[:_LISTED]:
        room -= len(json.dumps(file.path))
        if room < 0:
            break
        named.append({"path": file.path, "size": file.size})
    told = {"files": named, "count": len(files), "left_out": len(files) - len(named)}
    return Answer("\n".join(lines) or "There are no files yet.", structured=told)


async def read_file(sandbox: ToolSandbox, given: Mapping[str, Any], _: OnText | None) -> Answer:
    """Gives a part of a file, and where to read on.

    Raises:
        ValueError: Text was asked for, and it is none.
        FileNotFoundError: There is no such file.
    """
    content = await sandbox.files.read(given["path"])
    size, encoded = len(content), given.get("encoding") == "base64"
    start = min(given.get("offset", 0), size)
    # Base64 writes three bytes as four characters.
    length = given.get("length", CHUNK * 3 // 4 if encoded else CHUNK)
    end = min(start + length, size)
    if encoded:
        text = base64.b64encode(content[start:end]).decode()
    else:
        start, end = _whole_characters(content, start, end)
        try:
            text = content[start:end].decode()
        except UnicodeDecodeError:
            raise ValueError(
                f"{given['path']} is no UTF-8 text ({size:,} bytes). Read it with execute_python, or "
                'ask for it with encoding "base64".'
            ) from None
    told = {
        "path": given["path"],
        "size": size,
        "offset": start,
        "content": text,
        "encoding": "base64" if encoded else "utf-8",
        "next_offset": end if end < size else None,
    }
    if start == 0 and end == size:
        return Answer(text, structured=told, asked=len(text))
    rest = f"{size - end:,} are left: read on with offset {end}" if end < size else "this is the end"
    note = f"\n[Bytes {start:,} to {end:,} of {size:,}; {rest}.]"
    return Answer(text + note, structured=told, asked=len(text) + len(note))


def _whole_characters(content: bytes, start: int, end: int) -> tuple[int, int]:
    """The same part of a text, moved so that it begins and ends between characters of UTF-8."""
    for _ in range(3):
        if start < len(content) and content[start] & 0xC0 == 0x80:
            start += 1
    for _ in range(3):
        if start < end < len(content) and content[end] & 0xC0 == 0x80:
            end -= 1
    if start >= end < len(content):
        # Less was asked for than one character needs.
        end = start + 1
        while end < len(content) and content[end] & 0xC0 == 0x80:
            end += 1
    return start, max(start, end)


async def write_file(sandbox: ToolSandbox, given: Mapping[str, Any], _: OnText | None) -> Answer:
    """Puts a file into the sandbox.

    Raises:
        ValueError: The path can't be, or the content is not what its encoding says.
    """
    content = given["content"].encode("utf-8", "surrogatepass")
    if given.get("encoding") == "base64":
        try:
            content = base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("The content is not base64, which its encoding says it is.") from None
    written = await sandbox.files.write(given["path"], content)
    structured = {"path": written.path, "size": written.size}
    return Answer(f"Wrote {written.path}, {written.size:,} bytes.", structured=structured)


async def reset(sandbox: ToolSandbox, _: Mapping[str, Any], __: OnText | None) -> Answer:
    """Starts Python again."""
    await sandbox.reset()
    text = "Python was started again: variables and imports are gone, files are kept."
    return Answer(text, structured={"reset": True})
