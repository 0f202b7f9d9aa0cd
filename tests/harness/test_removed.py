"""What newer versions of libraries have taken away: the error says what does it now."""

from __future__ import annotations

import pytest

from .conftest import Runs


@pytest.mark.parametrize(
    ("code", "now"),
    [
        ("from collections import Mapping", "collections.abc.Mapping"),
        ("import time\ntime.clock()", "time.perf_counter()"),
        ("{}.has_key(1)", "`key in d`"),
        ("unicode('x')", "str"),
        ("from fractions import gcd", "math.gcd"),
        ("class DataFrame: pass\nDataFrame().append(1)", "pd.concat([df, other])"),
        ("class DataFrame: pass\nclass Own(DataFrame): pass\nOwn().ix", "df.loc[...] or df.iloc[...]"),
        ("def fillna(): pass\nfillna(method='ffill')", "df.ffill() or df.bfill()"),
        (
            "raise OSError(\"'seaborn-white' is not a valid package style\")",
            'use("seaborn-v0_8-white")',
        ),
    ],
)
def test_a_hint_says_what_does_it_now(run: Runs, code: str, now: str) -> None:
    hint = run(code).error["hint"]
    assert hint.startswith("Newer versions don't have this any more.")
    assert now in hint


def test_a_module_that_is_gone_is_no_package_to_be_added(run: Runs) -> None:
    error = run("import urllib2").error["value"]
    assert "urllib.request" in error
    assert "assets add" not in error


def test_what_needs_a_window_or_a_server_says_so(run: Runs) -> None:
    assert "needs a window or a server" in run("import streamlit").error["value"]


@pytest.mark.parametrize("code", ["1 / 0", "x.y", "[].append", "int('x')", "def f(): pass\nf(a=1)"])
def test_other_errors_are_left_alone(run: Runs, code: str) -> None:
    assert "Newer versions" not in str(run(f"x = 1\n{code}").done)
