"""What code shows comes back the same from every backend: values, streams, figures, tables."""

from __future__ import annotations

import base64
import json
import threading
import time
from typing import Any

import pytest

from belljar import Execution, Result, Sandbox


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
