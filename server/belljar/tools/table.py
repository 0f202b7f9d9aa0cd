"""Table: every tool there is, with its arguments and its answer as JSON Schema."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from belljar.answers.structured import EXECUTION_SCHEMA
from belljar.tools import actions
from belljar.tools.actions import CHUNK, LONGEST, OnText, ToolSandbox
from belljar.tools.answer import Answer


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool.

    Attributes:
        name: What the model calls.
        description: What it does, for the model.
        parameters: JSON Schema of its arguments.
        run: Does it, with arguments that were checked.
        title: What people are shown.
        output: JSON Schema of the answer's `structured`.
        hints: What MCP calls annotations: whether it only reads, may destroy, may be repeated.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    run: Callable[[ToolSandbox, Mapping[str, Any], OnText | None], Awaitable[Answer]]
    title: str
    output: Mapping[str, Any]
    hints: Mapping[str, bool]


def _schema(required: tuple[str, ...] = (), **properties: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _output(**properties: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer holds; nothing is required, as that of a failed call is `error`, a sentence."""
    return {"type": "object", "properties": properties}


def _hints(*, reads: bool = False, repeats: bool = False) -> Mapping[str, bool]:
    # Nothing here meets a world outside of the sandbox.
    hints = {"readOnlyHint": reads, "openWorldHint": False}
    return hints if reads else {**hints, "destructiveHint": True, "idempotentHint": repeats}


_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_PATH = {"type": "string", "description": "Path of the file, relative to the working directory."}
_ENCODING = {
    "type": "string",
    "enum": ["utf-8", "base64"],
    "description": 'How the content is written; "base64" for files that are no text. Default: utf-8.',
}

#: Every tool there is.
TOOLS: tuple[Tool, ...] = (
    Tool(
        "execute_python",
        "Runs Python in a sealed sandbox, like a notebook cell: variables and imports stay for the next "
        "call, the value of the last expression is shown, and so is every open matplotlib figure. There is "
        "no network and no file system but the sandbox's own.",
        _schema(
            ("code",),
            code={"type": "string", "description": "The Python source."},
            timeout={
                "type": "number",
                "exclusiveMinimum": 0,
                "description": "Seconds it may run. Default: the sandbox's own.",
            },
        ),
        actions.execute,
        "Run Python",
        EXECUTION_SCHEMA,
        _hints(),
    ),
    Tool(
        "list_files",
        "Lists the files in the sandbox with their sizes.",
        _schema(),
        actions.list_files,
        "List files",
        _output(
            files={"type": "array", "items": _output(path=_TEXT, size=_NUMBER)},
            count=_NUMBER,
            left_out=_NUMBER,
        ),
        _hints(reads=True),
    ),
    Tool(
        "read_file",
        f"Reads a file of the sandbox: the whole of a short one, else its first {CHUNK:,} bytes. The answer "
        "says how much is left, and the offset to read on with.",
        _schema(
            ("path",),
            path=_PATH,
            encoding=_ENCODING,
            offset={"type": "integer", "minimum": 0, "description": "Byte to begin at. Default: 0."},
            length={
                "type": "integer",
                "minimum": 1,
                "maximum": LONGEST,
                "description": f"Bytes to read. Default: as many as fit; at most {LONGEST:,}.",
            },
        ),
        actions.read_file,
        "Read a file",
        _output(
            path=_TEXT,
            size=_NUMBER,
            offset=_NUMBER,
            content=_TEXT,
            encoding=_TEXT,
            next_offset={
                "type": ["integer", "null"],
                "description": "Where to read on; null: this is the end.",
            },
        ),
        _hints(reads=True),
    ),
    Tool(
        "write_file",
        "Writes a file into the sandbox, in place of what had that path. Code finds it under the same path.",
        _schema(
            ("path", "content"),
            path=_PATH,
            content={"type": "string", "description": "What the file holds."},
            encoding=_ENCODING,
        ),
        actions.write_file,
        "Write a file",
        _output(path=_TEXT, size=_NUMBER),
        _hints(repeats=True),
    ),
    Tool(
        "reset",
        "Starts Python again: variables and imports are gone, files are kept.",
        _schema(),
        actions.reset,
        "Start Python again",
        _output(reset={"type": "boolean"}),
        _hints(repeats=True),
    ),
)
