"""A language model is told what it needs, never more than it may get, and no frames of libraries."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belljar import Sandbox
from belljar.answers.blocks import PROVIDERS
from belljar.answers.budget import LEAST_CHARS, cut
from belljar.answers.execution import Execution
from belljar.answers.report import own_frames
from belljar.answers.results import (
    Blocked,
    ErrorInfo,
    FileChange,
    Logs,
    Result,
    Status,
    TableColumn,
    TableData,
    Truncated,
)

from .test_execution import EXECUTIONS, PROPERTY

TRACEBACK = """Traceback (most recent call last):
  File "<cell 2>", line 3, in <module>
    df["x"]
    ~~^^^^^
  File "/lib/python3.14/site-packages/pandas/core/frame.py", line 4102, in __getitem__
    indexer = self.columns.get_loc(key)
  File "/lib/python3.14/site-packages/pandas/core/indexes/base.py", line 3812, in get_loc
    raise KeyError(key) from err
KeyError: 'x'"""


@PROPERTY
@given(EXECUTIONS, st.integers(LEAST_CHARS, 3000))
def test_a_report_is_never_longer_than_asked(execution: Execution, most: int) -> None:
    assert 0 < len(execution.to_text(most)) <= most


@PROPERTY
@given(st.text(), st.integers(0, 300))
def test_what_is_cut_says_how_much_is_missing(text: str, room: int) -> None:
    shown = cut(text, room)
    assert len(shown) <= room or shown == text
    if "left out …]" in shown and "left out …]" not in text:
        head, _, rest = shown.partition("\n[… ")
        counts, _, tail = rest.partition(" left out …]\n")
        chars = int(counts.split(" ")[0].replace(",", ""))
        assert text == head + text[len(head) : len(head) + chars] + tail


def test_long_output_keeps_head_and_tail_and_the_error_all_the_same() -> None:
    error = ErrorInfo("KeyError", "'x'", TRACEBACK, 3, "The columns are: a, b.")
    printed = "\n".join(f"line {number}" for number in range(100_000))
    text = Execution("error", logs=Logs(printed, "warned\n"), error=error, execution_count=2).to_text(2000)
    assert "KeyError in line 3: 'x'" in text
    assert "Hint: The columns are: a, b." in text
    assert "line 0\n" in text
    assert "line 99999\n" in text
    assert "line ends left out …]" in text
    assert "warned" in text
    assert 'File "<cell 2>", line 3' in text
    assert "~~^^^^^" in text
    assert "pandas/core" not in text
    assert "[2 frames of libraries, down to base.py]" in text
    assert len(text) > 1800  # the room is used


def test_chained_tracebacks_keep_what_binds_them() -> None:
    chained = (
        f"{TRACEBACK}\n\nDuring handling of the above exception, another exception occurred:\n\n{TRACEBACK}"
    )
    assert own_frames(chained).count('File "<cell 2>"') == 2
    assert "another exception occurred" in own_frames(chained)
    assert own_frames("no traceback\n  at all") == "no traceback\n  at all"


def test_frames_of_compiled_libraries_are_frames_of_libraries() -> None:
    compiled = TRACEBACK.replace(
        "KeyError: 'x'",
        "  File \"pandas/_libs/index.pyx\", line 168, in pandas._libs.index.get_loc\nKeyError: 'x'",
    )
    assert "[3 frames of libraries, down to index.pyx]" in own_frames(compiled)
    assert "_libs" not in own_frames(compiled)


def test_everything_that_came_out_has_its_place() -> None:
    table = TableData(
        (TableColumn("i", "int64", "index"), TableColumn("a", "float64")), ((0, 1.5), (1, None)), (2, 1)
    )
    text = Execution(
        "ok",
        results=(
            Result(png=b"png", alt="Sales by year", width=640, height=480),
            Result(text="   a\n0 1.5", data=table, is_main=True),
        ),
        execution_count=1,
        duration_ms=1250,
        files=(FileChange("out.csv", "created", 1234), FileChange("old.csv", "deleted", 0)),
        truncated=Truncated(5000, 2),
        blocked=(Blocked("csp", "fetch", "https://example.org"),),
        note="Variables were kept.",
    ).to_text()
    for said in (
        "Status: ok after 1.25 s.",
        "Figure 1: 640 x 480, Sales by year",
        "Value:\ni\ta\n0\t1.5\n1\t\n[2 rows x 1 columns]",
        "Files: out.csv (created, 1,234 bytes), old.csv (deleted)",
        "left out 5,000 characters and 2 displays",
        "Refused by the sandbox: fetch https://example.org",
        "Note: Variables were kept.",
    ):
        assert said in text


def test_silence_is_told_as_such() -> None:
    assert "printed nothing" in Execution("ok", execution_count=1).to_text()


def test_what_was_refused_for_lack_of_network_says_what_to_do() -> None:
    error = ErrorInfo("ConnectionError", "failed", "ConnectionError: failed")
    blocked = (Blocked("python", "import requests", "requests"),)
    text = Execution("error", error=error, blocked=blocked, execution_count=1).to_text()
    assert "has no network" in text
    assert "uploaded" in text


def test_code_that_never_ran_says_why() -> None:
    text = Execution.unavailable("There is no Chromium here. Install one.").to_text()
    assert "unavailable; the code did not run" in text
    assert "Install one." in text


def test_a_thousand_results_are_counted_and_the_value_is_kept() -> None:
    shown = [Result(text=f"thing {number}") for number in range(1000)]
    text = Execution("ok", results=(*shown, Result(text="the value", is_main=True))).to_text(2000)
    assert "989 more were shown here" in text
    assert "thing 0" in text
    assert "Value:\nthe value" in text


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_provider_gets_its_own_blocks(provider: str) -> None:
    png, jpeg = Result(png=b"\x89PNG"), Result(jpeg=b"\xff\xd8")
    execution = Execution("ok", results=(png, jpeg, Result(svg="<svg/>")))
    text, *images = execution.to_model(provider)  # type: ignore[arg-type]
    assert text["text"].startswith("Status: ok")
    assert len(images) == 2
    data = base64.b64encode(b"\x89PNG").decode()
    assert (
        images[0]
        == {
            "openai": {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
            "openai-responses": {"type": "input_image", "image_url": f"data:image/png;base64,{data}"},
            "anthropic": {
                "type": "image",
                "source": {"type": "base64", "media_type": "image/png", "data": data},
            },
            "mcp": {"type": "image", "data": data, "mimeType": "image/png"},
        }[provider]
    )
    assert len(execution.to_model(provider, max_images=1)) == 2  # type: ignore[arg-type]


def test_what_cannot_be_is_a_sentence() -> None:
    execution = Execution("ok")
    with pytest.raises(ValueError, match="no provider known here"):
        execution.to_model("google")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least 400"):
        execution.to_model("mcp", max_chars=10)
    with pytest.raises(ValueError, match="negative"):
        execution.to_model("mcp", max_images=-1)


# ------------------------------------------------------------ what a real sandbox gives


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(browser_sandbox="off" if os.getuid() == 0 else "on") as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    ("code", "tried"),
    [
        ("import requests\nrequests.get('https://example.org/data.csv')", "import requests"),
        (
            "import pandas as pd\npd.read_csv('https://example.org/data.csv')",
            "urllib.request.urlopen https://example.org/data.csv",
        ),
    ],
)
def test_who_wants_the_network_hears_that_there_is_none_and_that_data_is_uploaded(
    sandbox: Sandbox, code: str, tried: str
) -> None:
    text = sandbox.execute(code).to_text()
    assert "Hint: This sandbox has no network" in text
    assert "ask for the data to be uploaded" in text
    assert f"Refused by the sandbox: {tried}\n" in text


def test_a_failure_deep_in_pandas_shows_the_lines_of_the_code_alone(sandbox: Sandbox) -> None:
    code = (
        "import pandas as pd\ntable = pd.DataFrame({'units': [1]})\n\n"
        "def pick(name):\n    return table[name]\n\npick('unit')"
    )
    text = sandbox.execute(code).to_text()
    assert "KeyError in line 5: 'unit'" in text
    assert "Hint: Columns: units." in text
    for own in ("in <module>", "pick('unit')", "in pick", "return table[name]"):
        assert own in text
    assert 'File "<cell' in text
    assert "pandas/" not in text
    assert "of libraries, down to " in text


def test_long_output_figures_and_files_of_a_run_have_their_blocks(sandbox: Sandbox) -> None:
    code = (
        "import matplotlib.pyplot as plt\nfor i in range(5000): print('row', i)\n"
        "plt.plot([1, 2])\nplt.title('growth')\nopen('sums.csv', 'w').write('a,b');"
    )
    text, image = sandbox.execute(code).to_model("anthropic", max_chars=1500)
    assert len(text["text"]) <= 1500
    assert "row 0\n" in text["text"]
    assert "row 4999" in text["text"]
    assert "line ends left out …]" in text["text"]
    assert "Files: sums.csv (created, 3 bytes)" in text["text"]
    assert "growth" in text["text"]
    assert base64.b64decode(image["source"]["data"]).startswith(b"\x89PNG")


@pytest.mark.parametrize("status", ["timeout", "interrupted", "crashed", "unavailable"])
def test_code_that_ran_until_it_was_ended_is_never_said_not_to_have_run(status: Status) -> None:
    logs = Logs("side effect\n")
    ended = Execution(status, logs=logs, duration_ms=3000, note="Files are lost.", ran=True)
    text = ended.to_text()
    assert f"Status: {status} after 3.00 s; the code ran until then, and what it had shown is below." in text
    assert "did not run" not in text
    assert text.index("ran until then") < text.index("side effect")
    silent = Execution(status, duration_ms=3000, ran=True).to_text()
    assert f"Status: {status} after 3.00 s; the code ran until then." in silent
    assert "did not run" in Execution(status, ran=False).to_text()


def test_an_answer_of_an_older_page_ran_if_it_was_counted() -> None:
    for status, count, ran in (("ok", 0, True), ("timeout", 2, True), ("timeout", 0, False)):
        assert Execution.from_dict({"status": status, "execution_count": count}).ran is ran
