"""What every backend has to do. Each test is a promise to callers, whatever runs the code."""

from __future__ import annotations

import base64
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from belljar import Execution, Result, Sandbox
from belljar.errors import UnavailableError

pytestmark = pytest.mark.browser

# ------------------------------------------------------------ outputs


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("1 + 1", "2"),
        ("'text'", "'text'"),
        ("x = 1", None),
        ("None", None),
        ("1;", None),
        ("[i * i for i in range(3)]", "[0, 1, 4]"),
        ("import asyncio\nawait asyncio.sleep(0)\n7", "7"),
        ("", None),
        ("# only a comment", None),
    ],
)
def test_the_last_expression_is_the_text(sandbox: Sandbox, code: str, text: str | None) -> None:
    execution = sandbox.execute(code)
    assert (execution.status, execution.text, execution.error) == ("ok", text, None)
    assert execution.exit_code == 0


def test_what_is_printed_is_in_the_logs(sandbox: Sandbox) -> None:
    execution = sandbox.execute("import sys\nprint('out', end='')\nprint('err', file=sys.stderr)")
    assert (execution.stdout, execution.stderr) == ("out", "err\n")


def test_streams_are_told_while_the_code_runs(sandbox: Sandbox) -> None:
    heard: list[tuple[float, str]] = []
    errors: list[str] = []
    execution = sandbox.execute(
        "import sys, time\nprint('first')\nprint('oh', file=sys.stderr)\ntime.sleep(0.6)\nprint('last')",
        on_stdout=lambda text: heard.append((time.monotonic(), text)),
        on_stderr=errors.append,
    )
    assert "".join(text for _, text in heard) == execution.stdout == "first\nlast\n"
    assert "".join(errors) == "oh\n"
    assert heard[-1][0] - heard[0][0] > 0.3


def test_callbacks_run_in_the_thread_that_called(sandbox: Sandbox) -> None:
    threads: list[threading.Thread] = []
    sandbox.execute("print(1)", on_stdout=lambda _: threads.append(threading.current_thread()))
    assert threads == [threading.current_thread()]


def test_the_value_is_told_as_a_result(sandbox: Sandbox) -> None:
    told: list[Result] = []
    shown: list[Result] = []
    execution = sandbox.execute("display('shown')\n42", on_result=told.append, on_display=shown.append)
    assert [result.text for result in told] == ["42"]
    assert [result.text for result in shown] == ["'shown'"]
    assert execution.results == (*shown, *told)
    assert [result.is_main for result in execution.results] == [False, True]


def test_a_figure_is_a_png_without_show(sandbox: Sandbox) -> None:
    execution = sandbox.execute("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('growth');")
    (plot,) = execution.plots
    assert plot.png is not None
    assert plot.png.startswith(b"\x89PNG\r\n")
    assert base64.b64decode(plot.content_base64 or "") == plot.png
    assert "growth" in (plot.alt or "")


def test_two_figures_are_two_plots(sandbox: Sandbox) -> None:
    code = "import matplotlib.pyplot as plt\nfor i in range(2):\n    plt.figure()\n    plt.plot([i, 1])"
    assert len(sandbox.execute(code).plots) == 2


def test_a_figure_comes_as_svg_when_asked(sandbox: Sandbox) -> None:
    execution = sandbox.execute("import matplotlib.pyplot as plt\nplt.plot([1, 2]);", svg=True)
    assert "<svg" in (execution.plots[0].svg or "")


def test_a_table_has_its_values(sandbox: Sandbox) -> None:
    execution = sandbox.execute("import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['x', None]})")
    (result,) = execution.results
    assert result.data is not None
    assert result.data.shape == (2, 2)
    assert [column.name for column in result.data.columns][-2:] == ["a", "b"]
    assert [row[-2] for row in result.data.rows] == [1, 2]
    assert "<table" in (result.html or "")


def test_a_figure_and_a_table_come_together(sandbox: Sandbox) -> None:
    code = "import pandas as pd\ntable = pd.DataFrame({'a': [1, 2]})\ntable.plot()\ntable"
    execution = sandbox.execute(code)
    assert (execution.status, len(execution.plots)) == ("ok", 1)
    assert [result.data is not None for result in execution.results if result.is_main] == [True]


@pytest.mark.parametrize(
    ("method", "field", "value"),
    [
        ("_repr_html_", "html", "<b>bold</b>"),
        ("_repr_markdown_", "markdown", "**bold**"),
        ("_repr_latex_", "latex", "$x^2$"),
        ("_repr_svg_", "svg", "<svg></svg>"),
    ],
)
def test_rich_reprs_keep_their_kind(sandbox: Sandbox, method: str, field: str, value: str) -> None:
    execution = sandbox.execute(f"class Rich:\n    def {method}(self): return {value!r}\nRich()")
    assert getattr(execution.results[0], field) == value


def test_json_is_values(sandbox: Sandbox) -> None:
    code = "class J:\n    def _repr_json_(self): return {'a': [1, 2.5, None, 'x']}\nJ()"
    assert sandbox.execute(code).results[0].json == {"a": [1, 2.5, None, "x"]}


def test_every_answer_survives_json(sandbox: Sandbox) -> None:
    code = "import pandas as pd, matplotlib.pyplot as plt\nplt.plot([1])\nprint('é')\npd.Series([1.5])"
    execution = sandbox.execute(code)
    assert Execution.from_dict(json.loads(json.dumps(execution.to_dict()))) == execution


def test_executions_are_counted_and_timed_and_say_who_answered(
    sandbox: Sandbox, arguments: dict[str, Any]
) -> None:
    first, second = sandbox.execute("1"), sandbox.execute("import time\ntime.sleep(0.2)")
    assert second.execution_count == first.execution_count + 1
    assert 150 < second.duration_ms < 5000
    assert second.backend == arguments["backend"].partition("+")[0]


# ------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("code", "name", "line"),
    [
        ("1 / 0", "ZeroDivisionError", 1),
        ("x = 1\nnot_there", "NameError", 2),
        ("def f(:", "SyntaxError", 1),
        ("raise ValueError('mine')", "ValueError", 1),
        ("import json\njson.loads('{')", "JSONDecodeError", 2),
        ("raise BaseException('base')", "BaseException", 1),
        ("assert False", "AssertionError", 1),
    ],
)
def test_an_error_is_a_result_with_name_line_and_traceback(
    sandbox: Sandbox, code: str, name: str, line: int
) -> None:
    execution = sandbox.execute(code)
    assert (execution.status, execution.exit_code) == ("error", 1)
    assert execution.error is not None
    assert (execution.error.name, execution.error.line) == (name, line)
    assert name in execution.error.traceback


def test_what_came_before_an_error_is_kept(sandbox: Sandbox) -> None:
    execution = sandbox.execute("print('before')\ndisplay(1)\n1 / 0")
    assert execution.stdout == "before\n"
    assert [result.text for result in execution.results] == ["1"]


@pytest.mark.parametrize(("argument", "code"), [("", 0), ("0", 0), ("3", 3), ("'a message'", 1)])
def test_sys_exit_gives_its_exit_code(sandbox: Sandbox, argument: str, code: int) -> None:
    assert sandbox.execute(f"import sys\nsys.exit({argument})").exit_code == code


def test_a_package_that_is_not_allowed_is_named(sandbox: Sandbox) -> None:
    execution = sandbox.execute("import tensorflow")
    assert execution.error is not None
    assert execution.error.name == "ModuleNotFoundError"
    assert "tensorflow" in execution.error.value


@pytest.mark.parametrize(
    "code",
    [
        "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9/')",
        "import socket\nsocket.create_connection(('127.0.0.1', 9), timeout=2)",
        "import requests\nrequests.get('http://127.0.0.1:9/')",
        "import subprocess\nsubprocess.run(['ls'])",
    ],
)
def test_there_is_no_network_and_no_process(sandbox: Sandbox, code: str) -> None:
    assert sandbox.execute(code).status == "error"


# ------------------------------------------------------------ timeouts and interrupts


@pytest.mark.parametrize("code", ["while True: pass", "import time\ntime.sleep(60)"])
def test_time_is_up_soon_after_the_timeout(sandbox: Sandbox, code: str) -> None:
    began = time.monotonic()
    execution = sandbox.execute(code, timeout=0.5)
    assert (execution.status, execution.exit_code) == ("timeout", 124)
    assert time.monotonic() - began < 10
    assert sandbox.execute("'alive'").text == "'alive'"


def test_what_was_printed_before_a_timeout_is_kept(sandbox: Sandbox) -> None:
    execution = sandbox.execute("print('before', flush=True)\nwhile True: pass", timeout=0.5)
    assert execution.stdout == "before\n"


def test_loading_packages_is_no_running_time(sandbox: Sandbox) -> None:
    execution = sandbox.execute("import sympy\nsympy.Integer(2) ** 3", timeout=60)
    assert execution.text == "8"
    assert "sympy" in execution.packages or execution.execution_count > 1


@pytest.mark.parametrize("timeout", [0, -1, 1e9, float("nan")])
def test_a_timeout_that_cannot_be_is_the_callers_mistake(sandbox: Sandbox, timeout: float) -> None:
    with pytest.raises(ValueError, match="number of seconds above 0 and up to 600"):
        sandbox.execute("1", timeout=timeout)


def test_interrupt_ends_the_running_code(sandbox: Sandbox) -> None:
    timer = threading.Timer(0.5, sandbox.interrupt)
    timer.start()
    execution = sandbox.execute("import time\nwhile True: time.sleep(0.01)", timeout=30)
    timer.join()
    assert (execution.status, execution.exit_code) == ("interrupted", 130)


def test_variables_outlive_an_interrupt(sandbox: Sandbox) -> None:
    sandbox.execute("kept = 5")
    sandbox.execute("while True: pass", timeout=0.5)
    assert sandbox.execute("kept").text == "5"


# ------------------------------------------------------------ state


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


# ------------------------------------------------------------ files


@pytest.mark.parametrize("size", [0, 1, 4 * 2**20, 4 * 2**20 + 1, 9_000_000])
def test_a_file_of_any_size_comes_back_whole(sandbox: Sandbox, size: int) -> None:
    content = (bytes(range(256)) * (size // 256 + 1))[:size]
    assert sandbox.files.write("data.bin", content).size == size
    assert sandbox.execute("import os\nos.path.getsize('data.bin')").text == str(size)
    assert sandbox.files.read("data.bin") == content


def test_files_given_with_the_code_are_there(sandbox: Sandbox) -> None:
    files = {"a.txt": "ünï", "folder/b.csv": b"x,y\n1,2\n"}
    execution = sandbox.execute("open('a.txt').read(), open('folder/b.csv').readline()", files=files)
    assert execution.text == "('ünï', 'x,y\\n')"


def test_changes_of_files_are_told(sandbox: Sandbox) -> None:
    made = sandbox.execute("open('new.txt', 'w').write('abc');")
    assert [(file.path, file.change, file.size) for file in made.files] == [("new.txt", "created", 3)]
    assert sandbox.files.read("new.txt") == b"abc"
    changed = sandbox.execute("open('new.txt', 'w').write('abcd');")
    assert [(file.path, file.change) for file in changed.files] == [("new.txt", "changed")]
    gone = sandbox.execute("import os\nos.remove('new.txt')")
    assert [(file.path, file.change) for file in gone.files] == [("new.txt", "deleted")]
    assert sandbox.files.list() == ()


def test_files_are_listed_and_removed(sandbox: Sandbox) -> None:
    sandbox.files.write("one.txt", "1")
    sandbox.files.write("two.txt", "22")
    assert {file.path: file.size for file in sandbox.files.list()} == {"one.txt": 1, "two.txt": 2}
    sandbox.files.remove("one.txt")
    assert [file.path for file in sandbox.files.list()] == ["two.txt"]
    code = "import os\nos.path.exists('one.txt'), os.path.exists('two.txt')"
    assert sandbox.execute(code).text == "(False, True)"


def test_a_file_that_is_not_there_is_an_error_of_its_kind(sandbox: Sandbox) -> None:
    with pytest.raises(FileNotFoundError, match=r'no file "nothing\.txt"'):
        sandbox.files.read("nothing.txt")


@pytest.mark.parametrize("path", ["../up.txt", "/etc/passwd", "", "a//b", "a\\b", "nul\0"])
def test_a_path_outside_is_refused(sandbox: Sandbox, path: str) -> None:
    with pytest.raises(ValueError, match="can't be used"):
        sandbox.files.write(path, b"x")


# ------------------------------------------------------------ caps


def test_too_much_output_is_cut_and_counted(sandbox: Sandbox) -> None:
    execution = sandbox.execute("for _ in range(1200): print('x' * 9_999)")
    assert execution.truncated is not None
    assert execution.truncated.stream_chars > 0
    assert len(execution.stdout) <= 10_100_000


def test_too_many_displays_are_cut_and_counted(sandbox: Sandbox) -> None:
    execution = sandbox.execute("for i in range(250): display(i)")
    assert execution.truncated is not None
    assert execution.truncated.displays == 50
    assert len(execution.results) == 200


def test_code_that_is_too_long_is_refused(sandbox: Sandbox) -> None:
    execution = sandbox.execute("#" * 1_000_001)
    assert (execution.status, execution.exit_code) == ("refused", 126)
    assert execution.error is not None
    assert execution.error.name == "PolicyError"


def test_memory_has_an_end_and_the_session_goes_on(sandbox: Sandbox) -> None:
    execution = sandbox.execute("x = [bytearray(2**28) for _ in range(16)]")
    assert execution.error is not None
    assert execution.error.name == "MemoryError"
    assert sandbox.execute("1").ok


# ------------------------------------------------------------ unicode


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


# ------------------------------------------------------------ concurrency


def test_runs_of_many_threads_are_queued_and_none_is_swapped(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda n: sandbox.execute(f"print('nonce {n}')\n{n}"), range(30)))
    assert [(one.text, one.stdout) for one in answers] == [(str(n), f"nonce {n}\n") for n in range(30)]
    assert len({one.execution_count for one in answers}) == 30


def test_a_callback_that_fails_harms_no_run(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: str) -> None:
        raise RuntimeError("theirs")

    execution = sandbox.execute("print(1)\n2", on_stdout=fail)
    assert (execution.text, execution.stdout) == ("2", "1\n")
    assert "theirs" in caplog.text


# ------------------------------------------------------------ fresh, reset, crash, close


def test_fresh_is_a_clean_python_that_keeps_files(sandbox: Sandbox) -> None:
    sandbox.execute("held = 1")
    sandbox.files.write("kept.txt", "kept")
    assert (
        sandbox.execute("'held' in globals(), open('kept.txt').read()", fresh=True).text == "(False, 'kept')"
    )


def test_reset_forgets_variables_and_keeps_files(sandbox: Sandbox) -> None:
    sandbox.execute("held = 1\nopen('kept.txt', 'w').write('kept');")
    sandbox.reset()
    assert sandbox.execute("'held' in globals(), open('kept.txt').read()").text == "(False, 'kept')"


def test_a_crash_is_reported_and_the_next_run_works(sandbox: Sandbox) -> None:
    execution = sandbox.execute("x = []\nfor _ in range(1_000_000): x = [x]\nrepr(x)")
    assert (execution.status, execution.exit_code) == ("crashed", 134)
    assert execution.note
    assert sandbox.execute("1 + 1").text == "2"


def test_closing_answers_everything_that_is_pending(arguments: dict[str, Any]) -> None:
    sandbox = Sandbox.open(**arguments, packages=())
    with ThreadPoolExecutor(3) as threads:
        pending = [threads.submit(sandbox.execute, "import time\ntime.sleep(30)") for _ in range(3)]
        time.sleep(0.3)
        began = time.monotonic()
        sandbox.close()
        answers = [future.result(timeout=10) for future in pending]
    assert {answer.status for answer in answers} == {"unavailable"}
    assert time.monotonic() - began < 8


def test_a_closed_sandbox_says_so(arguments: dict[str, Any]) -> None:
    sandbox = Sandbox(**arguments)
    sandbox.close()
    sandbox.close()
    execution = sandbox.execute("1")
    assert (execution.status, execution.exit_code) == ("unavailable", 69)
    assert "closed" in (execution.note or "")
    with pytest.raises(UnavailableError, match="closed"):
        sandbox.files.list()
