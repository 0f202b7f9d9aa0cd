"""The sockets of tabs: who may open them, and what each side hears, without a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from belljar.http.origins import same_origin
from belljar.tabs import views

from ..conftest import MakeClient

KEY = "key-of-the-operator-1234"
AS_PROGRAM = {"authorization": f"Bearer {KEY}"}
AS_PAGE = {"origin": "http://testserver"}


@pytest.fixture
def tabs(make_client: MakeClient) -> Iterator[TestClient]:
    # Entered, a client gives all its sockets one event loop. Otherwise each has its own, in its own thread,
    # and what one loop puts into another's queue wakes nobody there.
    with make_client(tab_key=KEY) as client:
        yield client


def invited(program: WebSocketTestSession, **more: object) -> str:
    program.send_json({"type": "offer", "name": "analysis.py", "seconds": 60, **more})
    said = program.receive_json()
    assert said["type"] == "invited"
    return str(said["token"])


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": f"Basic {KEY}"}, 401),
        ({"authorization": f"Bearer {KEY}x"}, 401),
        ({**AS_PROGRAM, **AS_PAGE}, 403),  # a page, even our own, is no program
    ],
)
def test_only_a_program_with_the_key_may_ask_for_a_tab(
    tabs: TestClient, sent: dict[str, str], status: int
) -> None:
    with (
        pytest.raises(WebSocketDenialResponse) as denied,
        tabs.websocket_connect("/tab/program", headers=sent),
    ):
        pass
    assert denied.value.status_code == status
    assert denied.value.text.endswith(".\n")
    assert KEY not in denied.value.text


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://evil.example",
        "http://testserver.evil.example",
        "http://testserver:8080",
        "file://",
    ],
)
def test_only_a_page_of_this_server_may_answer(tabs: TestClient, origin: str) -> None:
    sent = {"origin": origin} if origin else {}
    with pytest.raises(WebSocketDenialResponse) as denied, tabs.websocket_connect("/tab/page", headers=sent):
        pass
    assert denied.value.status_code == 403


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://a.example", "a.example", True),
        ("https://a.example", "a.example:443", True),
        ("https://a.example", "a.example", True),  # a proxy ended TLS
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("http://a.example:8000", "a.example", False),
        ("http://a.example:99999", "a.example", False),
        ("http://", "", False),
        ("javascript:", "a.example", False),
    ],
)
def test_an_origin_is_compared_with_the_host_that_was_asked(origin: str, host: str, same: bool) -> None:
    assert same_origin(origin, host) is same


def test_a_program_and_a_page_speak_through_the_server(tabs: TestClient) -> None:
    with tabs.websocket_connect("/tab/program", headers=AS_PROGRAM) as program:
        token = invited(program)
        with tabs.websocket_connect("/tab/page", headers=AS_PAGE) as page:
            page.send_json({"type": "join", "token": token.lower()})
            offered = page.receive_json()
            assert offered == {"type": "offered", "name": "analysis.py", "address": "testclient"}
            assert program.receive_json() == {"type": "joined"}
            page.send_text("to the program")
            program.send_text("to the page")
            assert (program.receive_text(), page.receive_text()) == ("to the program", "to the page")
        assert program.receive_json() == {"type": "left", "reason": "closed"}
        with pytest.raises(WebSocketDisconnect):
            program.receive_text()


def test_a_page_is_told_when_its_program_has_gone(tabs: TestClient) -> None:
    with tabs.websocket_connect("/tab/page", headers=AS_PAGE) as page:
        with tabs.websocket_connect("/tab/program", headers=AS_PROGRAM) as program:
            page.send_json({"type": "join", "token": invited(program)})
            page.receive_json()
        assert page.receive_json() == {"type": "left", "reason": "closed"}


@pytest.mark.parametrize("token", ["", "AAAA-AAAA-AAAA-AAAA", "x" * 3_000])
def test_a_wrong_token_is_a_sentence(tabs: TestClient, token: str) -> None:
    with tabs.websocket_connect("/tab/page", headers=AS_PAGE) as page:
        page.send_json({"type": "join", "token": token})
        assert "not known here" in page.receive_json()["reason"]
        with pytest.raises(WebSocketDisconnect):
            page.receive_text()


def test_a_second_tab_with_the_same_token_is_told_so_and_the_first_goes_on(tabs: TestClient) -> None:
    with (
        tabs.websocket_connect("/tab/program", headers=AS_PROGRAM) as program,
        tabs.websocket_connect("/tab/page", headers=AS_PAGE) as first,
        tabs.websocket_connect("/tab/page", headers=AS_PAGE) as second,
    ):
        token = invited(program)
        first.send_json({"type": "join", "token": token})
        assert first.receive_json()["type"] == "offered"
        second.send_json({"type": "join", "token": token})
        assert "used already" in second.receive_json()["reason"]
        program.receive_json()
        first.send_text("still here")
        assert program.receive_text() == "still here"


def test_a_token_of_a_program_that_has_ended_opens_nothing(tabs: TestClient) -> None:
    with tabs.websocket_connect("/tab/program", headers=AS_PROGRAM) as program:
        token = invited(program)
    with tabs.websocket_connect("/tab/page", headers=AS_PAGE) as page:
        page.send_json({"type": "join", "token": token})
        assert "has ended" in page.receive_json()["reason"]


def test_a_program_that_nobody_answers_is_told_when_its_token_is_too_old(tabs: TestClient) -> None:
    with tabs.websocket_connect("/tab/program", headers=AS_PROGRAM) as program:
        token = invited(program, seconds=0.05)
        assert program.receive_json() == {"type": "left", "reason": "expired"}
    with tabs.websocket_connect("/tab/page", headers=AS_PAGE) as page:
        page.send_json({"type": "join", "token": token})
        assert "too old" in page.receive_json()["reason"]


@pytest.mark.parametrize(
    "said", ["", "{", "[]", "1", '{"type": "join"}', '{"type": "offer", "seconds": "x"}']
)
@pytest.mark.parametrize(("path", "sent"), [("/tab/program", AS_PROGRAM), ("/tab/page", AS_PAGE)])
def test_nonsense_is_answered_with_a_sentence(
    tabs: TestClient, path: str, sent: dict[str, str], said: str
) -> None:
    with tabs.websocket_connect(path, headers=sent) as socket:
        socket.send_text(said)
        answer = socket.receive_json()
        assert answer["type"] == "refused"
        assert answer["reason"].endswith(".")


def test_who_says_nothing_is_not_waited_for(tabs: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_HELLO", 0.05)
    with tabs.websocket_connect("/tab/page", headers=AS_PAGE) as page:
        assert page.receive_json()["type"] == "refused"


def test_a_message_that_is_too_large_ends_it_for_both(
    tabs: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MAX_MESSAGE", 1000)
    with (
        tabs.websocket_connect("/tab/program", headers=AS_PROGRAM) as program,
        tabs.websocket_connect("/tab/page", headers=AS_PAGE) as page,
    ):
        page.send_json({"type": "join", "token": invited(program)})
        page.receive_json()
        program.receive_json()
        page.send_text("x" * 1001)
        with pytest.raises(WebSocketDisconnect) as closed:
            page.receive_text()
        assert closed.value.code == 1009
        assert program.receive_json() == {"type": "left", "reason": "closed"}


def test_there_is_an_end_to_how_many_programs_ask(tabs: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PROGRAMS", 1)
    with tabs.websocket_connect("/tab/program", headers=AS_PROGRAM):
        with pytest.raises(WebSocketDenialResponse) as denied:
            tabs.websocket_connect("/tab/program", headers=AS_PROGRAM).__enter__()
        assert denied.value.status_code == 503
    with tabs.websocket_connect("/tab/program", headers=AS_PROGRAM) as program:
        invited(program)


def test_the_sockets_are_found_behind_a_prefix(make_client: MakeClient) -> None:
    with (
        make_client(tab_key=KEY, root_path="/tools/belljar") as client,
        client.websocket_connect("/tools/belljar/tab/program", headers=AS_PROGRAM) as program,
    ):
        invited(program)
