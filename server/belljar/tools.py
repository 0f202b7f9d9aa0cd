"""Tools: what a language model may call, told to each provider in its own form, and how a call is answered.

    tools = definitions("anthropic")                                     # for the request
    answer = await call(sandbox, "execute_python", {"code": "1 + 1"})    # for the reply
    answer.blocks("anthropic")

One table says it all: the definitions, the check of what a model wrote, and the MCP server come from `TOOLS`.
A wrong call is answered with a sentence that the model can act on; nothing it writes raises here.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from belljar.answers.execution import Execution
from belljar.answers.report import MAX_CHARS, MAX_IMAGES, Provider, cut, text_block, to_model
from belljar.answers.structured import EXECUTION_SCHEMA, fitting, structured
from belljar.errors import UnavailableError
from belljar.untrusted import read_json

if TYPE_CHECKING:
    from belljar.client.sandbox import AsyncSandbox, OnText

#: Files that `list_files` names.
_LISTED = 200

#: Bytes that `read_file` gives where no length was asked for, so that a text and its last line fit into a
#: report; bytes that may be asked for.
_CHUNK = MAX_CHARS - 500
_LONGEST = 65_536

_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool's call gave.

    Attributes:
        text: The answer of tools that run nothing; empty for `execute_python`, whose answer is `execution`.
        execution: What the code did.
        failed: Whether it did not work; models are told so where the provider has a word for it.
        structured: The same as JSON values, for programs, cut like a report.
        asked: Characters that the call itself asked for, where those are more than usual.
    """

    text: str = ""
    execution: Execution | None = None
    failed: bool = False
    structured: Mapping[str, Any] = field(default_factory=dict)
    asked: int = 0

    def blocks(
        self,
        provider: Provider = "openai",
        *,
        max_chars: int | None = None,
        max_images: int = MAX_IMAGES,
    ) -> list[dict[str, Any]]:
        """The answer as content blocks of a provider: one of text, then images.

        Args:
            provider: Whose form the blocks have.
            max_chars: Length of the text at most, in characters; None is 8,000, or what the call asked for.
            max_images: Figures at most.

        Raises:
            ValueError: The provider is not known, or a limit can't be.
        """
        room = max(MAX_CHARS, self.asked) if max_chars is None else max_chars
        if self.execution is None:
            return [text_block(provider, cut(self.text, room))]
        return to_model(self.execution, provider, max_chars=room, max_images=max_images)


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
    run: Callable[[AsyncSandbox, Mapping[str, Any], OnText | None], Awaitable[Answer]]
    title: str
    output: Mapping[str, Any]
    hints: Mapping[str, bool]


def definitions(
    provider: Literal["openai", "openai-responses", "anthropic", "mcp"] = "openai",
) -> list[dict[str, Any]]:
    """The tools as a provider's request wants them.

    Args:
        provider: "openai" (Chat Completions), "openai-responses", "anthropic" (Messages) or "mcp".

    Raises:
        ValueError: The provider is not known.
    """
    return [_definition(provider, tool) for tool in TOOLS]


async def call(
    sandbox: AsyncSandbox, name: str, arguments: Mapping[str, Any] | str, on_stdout: OnText | None = None
) -> Answer:
    """Does what a model asked for.

    Args:
        sandbox: Where.
        name: Name of the tool.
        arguments: As an object, or as the JSON text that OpenAI's models write.
        on_stdout: Called with what is printed while it is printed.

    Returns:
        The answer, also where the call was wrong or there is no sandbox: `failed` says so.
    """
    tool = next((one for one in TOOLS if one.name == name), None)
    if tool is None:
        known = ", ".join(one.name for one in TOOLS)
        sentence = f"There is no tool {cut(name, 100)!r}. There are {known}."
        return Answer(sentence, failed=True, structured={"error": sentence})
    try:
        return await tool.run(sandbox, _checked(tool, arguments), on_stdout)
    except (ValueError, FileNotFoundError, UnavailableError) as error:
        sentence = cut(str(error), MAX_CHARS)
        return Answer(sentence, failed=True, structured={"error": fitting(sentence, MAX_CHARS)})


def replies(
    answers: Mapping[str, Answer],
    provider: Literal["openai", "openai-responses", "anthropic"] = "openai",
    *,
    max_chars: int | None = None,
    max_images: int = MAX_IMAGES,
) -> list[dict[str, Any]]:
    """What a conversation goes on with after a turn of tool calls.

    Args:
        answers: The answer to each call, by the call's id, in the order of the calls.
        provider: "openai" (messages for Chat Completions, whose tool messages hold no images, so figures
            follow in a user's message), "openai-responses" (items for `input`) or "anthropic" (one message).
        max_chars: Length of an answer's text at most, in characters; None is 8,000, or what the call asked
            for.
        max_images: Figures per answer at most.

    Raises:
        ValueError: The provider is not known, or a limit can't be.
    """
    told = {
        key: one.blocks(provider, max_chars=max_chars, max_images=max_images) for key, one in answers.items()
    }
    match provider:
        case "openai":
            messages: list[dict[str, Any]] = [
                {"role": "tool", "tool_call_id": key, "content": text["text"]}
                for key, (text, *_) in told.items()
            ]
            images = [image for _, *images in told.values() for image in images]
            if images:
                seen = text_block(provider, "The figures that these calls showed:")
                messages.append({"role": "user", "content": [seen, *images]})
            return messages
        case "openai-responses":
            return [
                {"type": "function_call_output", "call_id": key, "output": blocks}
                for key, blocks in told.items()
            ]
        case "anthropic":
            results = [
                {
                    "type": "tool_result",
                    "tool_use_id": key,
                    "content": blocks,
                    "is_error": answers[key].failed,
                }
                for key, blocks in told.items()
            ]
            return [{"role": "user", "content": results}]
    raise ValueError(f"{provider!r} has no conversation of its own.")


async def _execute(sandbox: AsyncSandbox, given: Mapping[str, Any], on_stdout: OnText | None) -> Answer:
    execution = await sandbox.execute(given["code"], timeout=given.get("timeout"), on_stdout=on_stdout)
    return Answer(execution=execution, failed=not execution.ok, structured=structured(execution))


async def _list_files(sandbox: AsyncSandbox, _: Mapping[str, Any], __: OnText | None) -> Answer:
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


async def _read_file(sandbox: AsyncSandbox, given: Mapping[str, Any], _: OnText | None) -> Answer:
    content = await sandbox.files.read(given["path"])
    size, encoded = len(content), given.get("encoding") == "base64"
    start = min(given.get("offset", 0), size)
    # Base64 writes three bytes as four characters.
    length = given.get("length", _CHUNK * 3 // 4 if encoded else _CHUNK)
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


async def _write_file(sandbox: AsyncSandbox, given: Mapping[str, Any], _: OnText | None) -> Answer:
    content = given["content"].encode("utf-8", "surrogatepass")
    if given.get("encoding") == "base64":
        try:
            content = base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("The content is not base64, which its encoding says it is.") from None
    written = await sandbox.files.write(given["path"], content)
    structured = {"path": written.path, "size": written.size}
    return Answer(f"Wrote {written.path}, {written.size:,} bytes.", structured=structured)


async def _reset(sandbox: AsyncSandbox, _: Mapping[str, Any], __: OnText | None) -> Answer:
    await sandbox.reset()
    text = "Python was started again: variables and imports are gone, files are kept."
    return Answer(text, structured={"reset": True})


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
        _execute,
        "Run Python",
        EXECUTION_SCHEMA,
        _hints(),
    ),
    Tool(
        "list_files",
        "Lists the files in the sandbox with their sizes.",
        _schema(),
        _list_files,
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
        f"Reads a file of the sandbox: the whole of a short one, else its first {_CHUNK:,} bytes. The answer "
        "says how much is left, and the offset to read on with.",
        _schema(
            ("path",),
            path=_PATH,
            encoding=_ENCODING,
            offset={"type": "integer", "minimum": 0, "description": "Byte to begin at. Default: 0."},
            length={
                "type": "integer",
                "minimum": 1,
                "maximum": _LONGEST,
                "description": f"Bytes to read. Default: as many as fit; at most {_LONGEST:,}.",
            },
        ),
        _read_file,
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
        _write_file,
        "Write a file",
        _output(path=_TEXT, size=_NUMBER),
        _hints(repeats=True),
    ),
    Tool(
        "reset",
        "Starts Python again: variables and imports are gone, files are kept.",
        _schema(),
        _reset,
        "Start Python again",
        _output(reset={"type": "boolean"}),
        _hints(repeats=True),
    ),
)


def _definition(provider: str, tool: Tool) -> dict[str, Any]:
    parameters = json.loads(json.dumps(tool.parameters))
    match provider:
        case "openai":
            function = {"name": tool.name, "description": tool.description, "parameters": parameters}
            return {"type": "function", "function": function}
        case "openai-responses":
            function = {"name": tool.name, "description": tool.description, "parameters": parameters}
            # Strict schemas have no optional arguments.
            return {"type": "function", **function, "strict": False}
        case "anthropic":
            return {"name": tool.name, "description": tool.description, "input_schema": parameters}
        case "mcp":
            return {
                "name": tool.name,
                "title": tool.title,
                "description": tool.description,
                "inputSchema": parameters,
                "outputSchema": json.loads(json.dumps(tool.output)),
                "annotations": {"title": tool.title, **tool.hints},
            }
    raise ValueError(
        f"{provider!r} is no provider known here. Known are openai, openai-responses, anthropic, mcp."
    )


def _checked(tool: Tool, arguments: Mapping[str, Any] | str) -> Mapping[str, Any]:
    """The arguments, if they are what the tool takes.

    Raises:
        ValueError: They are not; says what is wrong.
    """
    if isinstance(arguments, str):
        try:
            arguments = read_json(arguments or "{}")
        except ValueError as error:
            raise ValueError(f"The arguments of {tool.name} are not JSON: {error}.") from None
    if not isinstance(arguments, Mapping):
        raise ValueError(f"The arguments of {tool.name} must be an object.")
    known = tool.parameters["properties"]
    given = {name: value for name, value in arguments.items() if value is not None or name not in known}
    for name in tool.parameters["required"]:
        if name not in given:
            raise ValueError(f"{tool.name} needs the argument {name}.")
    for name, value in given.items():
        if name not in known:
            takes = ", ".join(known) or "no arguments"
            raise ValueError(f"{tool.name} has no argument {cut(str(name), 100)!r}. It takes: {takes}.")
        _check(tool.name, name, value, known[name])
    return given


def _check(tool: str, name: str, value: Any, schema: Mapping[str, Any]) -> None:
    kinds = _KINDS[schema["type"]]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise ValueError(f"The argument {name} of {tool} must be a {schema['type']}.")
    if "enum" in schema and value not in schema["enum"]:
        raise ValueError(f"The argument {name} of {tool} must be one of {', '.join(schema['enum'])}.")
    if "minimum" in schema and value < schema["minimum"]:
        raise ValueError(f"The argument {name} of {tool} must be {schema['minimum']} or more.")
    if "maximum" in schema and value > schema["maximum"]:
        raise ValueError(f"The argument {name} of {tool} must be {schema['maximum']:,} or less.")
    if "exclusiveMinimum" in schema and not value > schema["exclusiveMinimum"]:
        raise ValueError(f"The argument {name} of {tool} must be more than {schema['exclusiveMinimum']}.")


__all__ = ["TOOLS", "Answer", "Tool", "call", "definitions", "replies"]
