"""Attempts to reach a network."""

from __future__ import annotations

import pytest

from .conftest import Runs

#: Code, what it is reported as, and the target.
ATTEMPTS = [
    (
        "import urllib.request as u; u.urlopen('http://example.org/a')",
        "urllib.request.urlopen",
        "http://example.org/a",
    ),
    (
        "import urllib.request as u; u.urlretrieve('http://example.org')",
        "urllib.request.urlopen",
        "http://example.org",
    ),
    (
        "import socket; socket.create_connection(('example.org', 80))",
        "socket.create_connection",
        "example.org:80",
    ),
    ("import socket; socket.socket().connect(('example.org', 80))", "socket.connect", "example.org:80"),
    ("import socket; socket.gethostbyname('example.org')", "socket.gethostbyname", "example.org"),
    (
        "from http.client import *; HTTPConnection('example.org').request('GET', '/')",
        "http.client",
        "example.org:80",
    ),
    ("import ftplib; ftplib.FTP('example.org')", "socket.create_connection", "example.org:21"),
    ("import smtplib; smtplib.SMTP('example.org')", "socket.create_connection", "example.org:25"),
    ("import webbrowser; webbrowser.open('https://example.org')", "webbrowser.open", "https://example.org"),
]


@pytest.mark.parametrize(("code", "what", "target"), ATTEMPTS)
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_every_common_way_out_fails_at_once_and_is_reported(
    run: Runs, code: str, what: str, target: str
) -> None:
    ran = run(code)
    assert ran.error["name"] == "NoNetworkError"
    assert ran.error["value"] == (
        "The sandbox has no network: it can't reach example.org. Put the data in a file instead."
    )
    assert [(event["what"], event["target"], event["by"]) for event in ran.of("blocked")] == [
        (what, target, "python")
    ]
    assert "belljar" not in ran.error["traceback"]


def test_the_libraries_own_handlers_catch_it(run: Runs) -> None:
    code = (
        "import urllib.request, urllib.error\n"
        "try: urllib.request.urlopen('http://example.org')\n"
        "except urllib.error.URLError as e: print('caught', isinstance(e, OSError), e.reason[:11])"
    )
    assert run(code).stdout == "caught True The sandbox\n"


def test_addresses_that_need_no_network_work(run: Runs) -> None:
    assert run("import urllib.request\nurllib.request.urlopen('data:,hello').read()").text == "b'hello'"


def test_a_flood_of_attempts_is_reported_up_to_a_limit(run: Runs) -> None:
    code = (
        "import socket\nfor i in range(500):\n  try: socket.gethostbyname('x' * 1000)\n  except OSError: pass"
    )
    blocked = run(code).of("blocked")
    assert len(blocked) == 50
    assert len(blocked[0]["target"]) == 500


def test_what_is_no_address_at_all_is_refused_too(run: Runs) -> None:
    assert "has no network" in run("import urllib.request\nurllib.request.urlopen('http://[')").error["value"]
