"""Questions that the server does not pass on: of other sites, of no form it knows, too large, too many."""

from __future__ import annotations

from typing import Any

import pytest

from .proxying import ANSWER, QUESTION, ROUTE, answering, sentence
from .upstreams import DONE, END, chunk, usage


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "same-site"}, 403),
        ({"content_type": "text/plain"}, 415),
        ({"content_type": "application/x-www-form-urlencoded"}, 415),
        ({"sec_fetch_site": "same-origin", "content_type": "application/json; charset=utf-8"}, 200),
    ],
)
def test_only_pages_of_this_server_are_passed_on(proxy: Any, headers: dict[str, str], status: int) -> None:
    through = proxy(answering(ANSWER))
    answer = through.ask(**headers)
    assert answer.status_code == status
    assert len(through.upstream.heard) == (status == 200)
    assert "access-control-allow-origin" not in answer.headers


def test_a_preflight_gets_no_leave(proxy: Any) -> None:
    through = proxy(answering(ANSWER))
    asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    answer = through.client.options(f"{through.origin}{ROUTE}", headers=asked)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("question", "status", "said"),
    [
        ({**QUESTION, "model": "expensive"}, 404, "It has m, n."),
        ({**QUESTION, "model": ["m"]}, 404, "It has m, n."),
        ({**QUESTION, "models": ["m", "expensive"]}, 400, "doesn't pass on models"),
        ({**QUESTION, "n": 100}, 400, "doesn't pass on n"),
        ({**QUESTION, "plugins": [{"id": "web"}]}, 400, "doesn't pass on plugins"),
        ({**QUESTION, "stream": False}, 400, "stream must be true"),
        ({**QUESTION, "messages": []}, 400, "messages must be"),
        ({**QUESTION, "messages": "Hi"}, 400, "messages must be"),
        (b"{", 400, "can't be read"),
        (b"[" * 100_000, 400, "nested too deep"),
        (b"\xff\xfe", 400, "can't be read"),
        ([1], 400, "must be a JSON object"),
    ],
)
def test_a_question_that_can_t_be_is_refused_here(
    proxy: Any, question: object, status: int, said: str
) -> None:
    through = proxy(answering(ANSWER))
    answer = through.ask(question)
    assert (answer.status_code, through.upstream.heard) == (status, [])
    assert said in sentence(answer)


def test_a_question_too_large_is_refused_before_it_is_read(proxy: Any) -> None:
    through = proxy(answering(ANSWER), model_body_bytes=1000)
    large = {**QUESTION, "messages": [{"role": "user", "content": "x" * 2000}]}
    answer = through.ask(large)
    assert (answer.status_code, through.upstream.heard) == (413, [])
    assert "1,000 bytes" in answer.text
    # Other routes still read nothing.
    assert through.client.post(f"{through.origin}/healthz", content=b"x" * 2000).status_code == 413
    assert through.ask().status_code == 200


def test_requests_and_tokens_of_a_client_are_counted(proxy: Any) -> None:
    through = proxy(answering(chunk("x") + usage(900, 200) + END + DONE), model_tokens=2000, model_requests=4)
    assert [through.ask().status_code for _ in range(2)] == [200, 200]
    spent = through.ask()
    assert spent.status_code == 429
    assert "2,000 tokens a day" in sentence(spent)
    assert 0 < int(spent.headers["retry-after"]) <= 86_401
    assert len(through.upstream.heard) == 2
    # Tokens that the server doesn't count are estimated: there is no free model.
    quiet = proxy(answering(chunk("y" * 10_000) + END + DONE), model_tokens=2000, model_requests=4)
    assert [quiet.ask().status_code for _ in range(2)] == [200, 429]
    fast = proxy(answering(ANSWER), model_requests=2)
    assert [fast.ask().status_code for _ in range(3)] == [200, 200, 429]
