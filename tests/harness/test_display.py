"""display() and its kin."""

from __future__ import annotations

from .conftest import Runs


def test_display_shows_each_object_where_it_stands_in_the_output(run: Runs) -> None:
    ran = run("print('a')\ndisplay(1, 'two')\nprint('b')")
    assert ran.kinds == ["started", "stream", "display", "display", "stream", "done"]
    assert [event["data"]["text"] for event in ran.of("display")] == ["1", "'two'"]


def test_a_display_can_be_updated_by_its_handle_and_by_its_name(run: Runs) -> None:
    ran = run("h = display(1, display_id=True)\nh.update(2)\ndisplay(3, display_id='named')")
    first, second, third = ran.of("display")
    assert first["id"] == second["id"]
    assert (second["update"], second["data"]["text"]) == (True, "2")
    assert third["id"] == "named"
    again = run("from IPython.display import update_display\nupdate_display(4, display_id='named')").of(
        "display"
    )
    assert again[0]["id"] == "named"


def test_clear_output_is_an_event(run: Runs) -> None:
    ran = run("from IPython.display import clear_output\nclear_output(wait=True)\nclear_output()")
    assert [event["wait"] for event in ran.of("clear")] == [True, False]


def test_raw_bundles_pass(run: Runs) -> None:
    ran = run("display({'text/html': '<b>', 'text/plain': 'b'}, raw=True)")
    assert ran.of("display")[0]["data"] == {"html": "<b>", "text": "b"}


def test_displays_past_the_limit_are_counted(run: Runs) -> None:
    run.session._environment.publisher._limits = (2, 1_000_000)
    ran = run("for i in range(5): display(i)")
    assert len(ran.of("display")) == 2
    assert ran.done["truncated"] == {"stream_chars": 0, "displays": 3}


def test_a_bundle_too_large_for_what_is_left_keeps_its_text(run: Runs) -> None:
    run.session._environment.publisher._limits = (10, 1000)
    ran = run(
        "class H:\n    def _repr_html_(self): return 'x' * 5000\n    def __repr__(self): return 'h'\nH()"
    )
    assert ran.result == {"text": "h\n(html left out: this run has shown as much as it may)"}
