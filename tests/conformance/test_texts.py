"""Text of any script comes back as it was, and what can be no call is a TypeError."""

from __future__ import annotations

from typing import Any

import pytest

from belljar import Sandbox


@pytest.mark.parametrize(
    "text",
    [
        "ünïcödé",
        "日本語",
        "👩‍👩‍👧 family",
        "עברית",
        "\N{ZERO WIDTH JOINER}\N{COMBINING ACUTE ACCENT}",
        "tab\tand\\backslash",
        "\N{MATHEMATICAL SCRIPT CAPITAL X}",
    ],
)
def test_text_comes_back_as_it_was(sandbox: Sandbox, text: str) -> None:
    execution = sandbox.execute(f"print({text!r})\n{text!r}")
    assert execution.stdout == f"{text}\n"
    assert execution.text == repr(text)


def test_names_of_files_may_be_of_any_script(sandbox: Sandbox) -> None:
    sandbox.files.write("données 日本.csv", "1")
    assert sandbox.execute("open('données 日本.csv').read()").text == "'1'"


def test_half_a_character_harms_nothing(sandbox: Sandbox) -> None:
    assert sandbox.execute("print('\\ud800')").status in {"ok", "error"}
    assert sandbox.execute("1").ok


@pytest.mark.parametrize(
    ("code", "options", "said"),
    [
        (None, {}, "code as a str, not None"),
        (b"1 + 1", {}, "code as a str, not bytes"),
        (1, {}, "code as a str, not int"),
        ("1", {"timeout": "5"}, "timeout must be a number of seconds or None, not str"),
        ("1", {"timeout": True}, "timeout must be a number of seconds or None, not bool"),
        ("1", {"context": 5}, "context must be a name or a Context, not int"),
    ],
)
def test_what_can_be_no_call_is_a_type_error(
    sandbox: Sandbox, code: Any, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(TypeError, match=said):
        sandbox.execute(code, **options)
