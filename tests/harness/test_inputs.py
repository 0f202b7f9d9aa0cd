"""Questions to whoever watches."""

from __future__ import annotations

from .conftest import FakeBridge, Runs


def test_input_asks_and_leaves_a_record_in_the_output(run: Runs, bridge: FakeBridge) -> None:
    bridge.answers = ["Ada"]
    ran = run("print('first')\nname = input('Name? ')\nname * 2")
    assert bridge.asked == [("Name? ", False)]
    assert ran.text == "'AdaAda'"
    assert ran.stdout == "first\nName? Ada\n"


def test_a_password_is_not_shown(run: Runs, bridge: FakeBridge) -> None:
    bridge.answers = ["secret"]
    ran = run("import getpass\ngetpass.getpass('Key: ') == 'secret'")
    assert (ran.text, ran.stdout, bridge.asked) == ("True", "Key: \n", [("Key: ", True)])


def test_stdin_can_be_read_by_line_until_nobody_answers(run: Runs, bridge: FakeBridge) -> None:
    bridge.answers = ["one", "two"]
    assert run("import sys\n[line for line in sys.stdin]").text == "['one\\n', 'two\\n']"


def test_no_answer_is_an_end_of_file_with_a_sentence(run: Runs) -> None:
    error = run("input()").error
    assert error["name"] == "EOFError"
    assert "nobody is there to answer" in error["value"]


def test_where_nobody_watches_nobody_is_asked(run: Runs, bridge: FakeBridge) -> None:
    assert run("input('?')", input=False).error["name"] == "EOFError"
    assert bridge.asked == []


def test_without_jspi_the_error_says_so(run: Runs, bridge: FakeBridge) -> None:
    bridge.can_suspend = False
    error = run("input('?')").error
    assert error["name"] == "RuntimeError"
    assert "JavaScript Promise Integration" in error["value"]
