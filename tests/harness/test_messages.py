"""The wire: golden events that the harness emits and that the guards of the frame accept.

`tests/fixtures/messages/<type>.json` holds what the scenes below give; tables and figures, which need pandas
and matplotlib, come from a browser. After a change that is meant, write them anew, and have the TypeScript
tests read them: `WRITE_MESSAGES=1 python -m pytest tests/harness/test_messages.py`.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from .conftest import FakeBridge, Runs

MESSAGES = Path(__file__).parent.parent / "fixtures" / "messages"

RICH = """
class Rich:
    def __repr__(self): return 'rich'
    def _repr_html_(self): return '<b>rich</b>'
    def _repr_markdown_(self): return '**rich**'
    def _repr_svg_(self): return '<svg xmlns="http://www.w3.org/2000/svg"/>'
    def _repr_png_(self): return b'\\x89PNG', {'width': 4, 'height': 3}
    def _repr_latex_(self): return '$r$'
    def _repr_json_(self): return {'a': [1, 2.5, None, True, 'x']}
"""

UPDATE = """
from IPython.display import update_display
display(1, display_id='a')
update_display(2, display_id='a')
"""

CHANGE_FILES = """
from pathlib import Path
Path('new.txt').write_text('new!')
Path('old.txt').write_text('older')
Path('gone.txt').unlink()
"""

CLEAR = """
from IPython.display import clear_output
clear_output()
clear_output(wait=True)
"""

#: Cells by the type of event that they are the example of.
SCENES: dict[str, list[str]] = {
    "started": ["pass"],
    "stream": ["import sys\nprint('é 💡')\nprint('to stderr', file=sys.stderr)"],
    "display": [UPDATE, f"{RICH}\ndisplay(Rich())"],
    "result": ["1 + 1", f"{RICH}\nRich()"],
    "clear": [CLEAR],
    "blocked": ["import urllib.request as u\nu.urlopen('http://example.org/a?b=c')", "import yfinance"],
    "loading": ["import sklearn"],
    "loaded": ["import sklearn"],
    "done": [
        "pass",
        CHANGE_FILES,
        "def f():\n    return 1 / 0\n\n\nf()",
        "x = (",
        "open('missing.csv')",
        "raise KeyboardInterrupt",
    ],
}


def settled(event: dict[str, Any]) -> dict[str, Any]:
    """The event with what differs from run to run made equal."""
    event = dict(event, run="run-1")
    for name in ("duration_ms", "ms"):
        if name in event:
            event[name] = 1.5
    if "execution_count" in event:
        event["execution_count"] = 1
    return event


@pytest.mark.parametrize("kind", sorted(SCENES))
def test_the_golden_events_are_what_the_harness_emits(run: Runs, bridge: FakeBridge, kind: str) -> None:
    for name in ("old.txt", "gone.txt"):
        Path(name).write_text("old")
    found: list[dict[str, Any]] = []
    for code in SCENES[kind]:
        ran = run(code, filename="<cell 1>")
        found += [settled(event) for event in ran.events if event["type"] == kind]
    path = MESSAGES / f"{kind}.json"
    if os.environ.get("WRITE_MESSAGES"):
        kept = [event for event in golden(kind) if from_a_browser(event)] if path.exists() else []
        path.write_text(json.dumps(found + kept, indent=2) + "\n")
    assert comparable([event for event in golden(kind) if not from_a_browser(event)]) == comparable(found)


def comparable(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events without the markers under the lines of tracebacks: Python 3.13 draws more of them than 3.11."""
    text = re.sub(r"\\n +[~^]+(?=\\n)", "", json.dumps(events))
    return list(json.loads(text))


def golden(kind: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = json.loads((MESSAGES / f"{kind}.json").read_text())
    return events


def from_a_browser(event: dict[str, Any]) -> bool:
    return "data" in event.get("data", {}) or "alt" in event.get("data", {})


def test_there_is_an_example_of_every_event() -> None:
    assert {path.stem for path in MESSAGES.glob("*.json")} >= set(SCENES)


def test_the_golden_table_is_as_wide_as_its_columns() -> None:
    tables = [event["data"]["data"] for event in golden("result") if "data" in event["data"]]
    assert tables
    for table in tables:
        assert table["kind"] == "table"
        assert {len(row) for row in table["rows"]} == {len(table["columns"])}
        assert {column["role"] for column in table["columns"]} <= {"index", "column"}
        assert len(table["rows"]) <= table["shape"][0]
