"""Variables stay, contexts are apart, and input() is answered by the caller."""

from __future__ import annotations

from typing import Any

import pytest

from belljar import Sandbox


def test_variables_and_imports_stay(sandbox: Sandbox) -> None:
    sandbox.execute("import math\nradius = 2\ndef area(r): return math.pi * r * r")
    assert sandbox.execute("round(area(radius), 2)").text == "12.57"


def test_contexts_have_namespaces_of_their_own(sandbox: Sandbox) -> None:
    one, other = sandbox.context("one"), sandbox.context("other")
    sandbox.execute("x = 1", context=one)
    sandbox.execute("x = 2", context=other)
    assert sandbox.execute("x", context=one).text == "1"
    assert sandbox.execute("x", context="other").text == "2"
    assert sandbox.execute("x in globals()", context="third").status == "error"


def test_the_other_name_of_execute_does_the_same(sandbox: Sandbox) -> None:
    assert sandbox.run_code("6 * 7").text == "42"


def test_input_is_answered_by_the_caller(sandbox: Sandbox) -> None:
    asked: list[tuple[str, bool]] = []

    def answer(prompt: str, password: bool) -> str:
        asked.append((prompt, password))
        return "Ada"

    assert sandbox.execute("input('Name? ').upper()", on_input=answer).text == "'ADA'"
    assert asked == [("Name? ", False)]


def test_questions_of_several_tasks_are_answered_each_by_its_own_answer(sandbox: Sandbox) -> None:
    code = """
import asyncio
async def ask(name):
    return name, input(name)
sorted(await asyncio.gather(*map(ask, "abc")))
"""
    execution = sandbox.execute(code, timeout=20, on_input=lambda prompt, _: prompt * 2)
    assert execution.text == "[('a', 'aa'), ('b', 'bb'), ('c', 'cc')]", execution


@pytest.mark.parametrize("answer", ["raises", 5, b"bytes"])
def test_a_question_that_is_answered_wrongly_is_answered_by_nobody(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, answer: Any
) -> None:
    def on_input(prompt: str, password: bool) -> Any:
        if answer == "raises":
            raise RuntimeError("theirs")
        return answer

    code = "try:\n    input('?')\nexcept EOFError as error:\n    said = 'nobody'\nsaid"
    assert sandbox.execute(code, timeout=20, on_input=on_input).text == "'nobody'"
    assert ("theirs" if answer == "raises" else "TypeError: on_input must give a str") in caplog.text
    assert sandbox.execute("1 + 1", timeout=20).text == "2"


def test_input_that_nobody_answers_is_an_error(sandbox: Sandbox) -> None:
    assert sandbox.execute("input('Name? ')").status == "error"
