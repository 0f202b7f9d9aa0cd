"""Calls: what a model wrote is checked against the table, done, and answered; wrong calls with a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from belljar.answers.budget import MAX_CHARS, cut
from belljar.answers.structured import fitting
from belljar.errors import UnavailableError
from belljar.tools.actions import OnText, ToolSandbox
from belljar.tools.answer import Answer
from belljar.tools.table import TOOLS, Tool
from belljar.untrusted import read_json

_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
}


async def call(
    sandbox: ToolSandbox, name: str, arguments: Mapping[str, Any] | str, on_stdout: OnText | None = None
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
