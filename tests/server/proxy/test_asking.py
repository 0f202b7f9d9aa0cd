"""Questions go through the server and answers come back, over real sockets; the key stays."""

from __future__ import annotations

import json
import logging
import threading
import time
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from belljar.settings import Models, Settings
from belljar.web.app import create_app

from ..conftest import MakeClient
from ..wire import serving
from .proxying import ANSWER, KEY, QUESTION, ROUTE, answering, failing, sentence
from .upstreams import DONE, END, Line, Script, Upstream, chunk, upstream

#: What servers say of a key, and a part of one.
QUOTED = json.dumps({"error": {"message": f"Incorrect API key: {KEY}"}})
QUOTED_IN_PART = json.dumps({"error": {"message": f"bad header Bearer {KEY[:20]}..."}})


def test_a_question_is_passed_on_and_its_answer_comes_back_as_it_was(proxy: Any) -> None:
    through = proxy(answering(ANSWER))
    answer = through.ask()
    assert (answer.status_code, answer.content) == (200, ANSWER.encode())
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in answer.headers
    [heard] = through.upstream.heard
    assert heard.path == "/v1/chat/completions"
    assert heard.headers["authorization"] == f"Bearer {KEY}"
    assert json.loads(heard.body) == {**QUESTION, "stream_options": {"include_usage": True}}
    # Nothing of the visitor but the question.
    assert not {"origin", "cookie", "x-forwarded-for", "referer"} & heard.headers.keys()


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_an_answer_cut_anywhere_comes_back_whole(proxy: Any, size: int) -> None:
    raw = ANSWER.encode()
    assert proxy(answering(*(raw[at : at + size] for at in range(0, len(raw), size)))).ask().content == raw


def test_each_line_leaves_as_soon_as_it_is_there(proxy: Any) -> None:
    go = threading.Event()

    def script(line: Line, _: Upstream) -> None:
        line.head()
        line.say(chunk("first"))
        assert go.wait(10)
        line.say(chunk("second") + END + DONE)

    with proxy(script).open() as line:
        got = b""
        while b"first" not in got:
            got += line.recv(65_536)
        # The rest is not even written yet.
        assert b"second" not in got
        go.set()
        while b"[DONE]" not in got:
            got += line.recv(65_536)


def test_when_the_visitor_goes_the_model_s_server_is_hung_up_on(proxy: Any) -> None:
    heard = threading.Event()

    def script(line: Line, own: Upstream) -> None:
        line.head()
        line.say(chunk("first"))
        own.noted.append(line.wait_for_the_end())
        heard.set()

    through = proxy(script)
    with through.open() as line:
        got = b""
        while b"first" not in got:
            got += line.recv(65_536)
    # Though it says nothing more, and could be silent for two minutes.
    assert heard.wait(5)
    assert through.upstream.noted[0] < 5


def test_when_the_visitor_goes_before_the_answer_has_begun_it_is_the_same(proxy: Any) -> None:
    came, heard = threading.Event(), threading.Event()

    def script(line: Line, own: Upstream) -> None:
        came.set()
        own.noted.append(line.wait_for_the_end())
        heard.set()

    with proxy(script).open():
        assert came.wait(5)
    assert heard.wait(5)


def test_a_stream_that_breaks_is_said_to_have_broken(proxy: Any) -> None:
    def script(line: Line, _: Upstream) -> None:
        line.head(transfer_encoding="chunked")
        said = chunk("half").encode() + b'data: {"choi'
        line.say(b"%x\r\n%s\r\n" % (len(said), said))

    answer = proxy(script).ask().text
    assert answer.startswith(chunk("half"))
    # The half of a line is not passed on: what stands there can be read.
    assert "choi" not in answer[len(chunk("half")) :].replace("choices", "")
    last = json.loads(answer.strip().rpartition("data: ")[2])
    assert last["error"]["message"] == "The connection to the model's server broke."


def test_silence_is_given_up(proxy: Any) -> None:
    def mute(line: Line, _: Upstream) -> None:
        line.wait_for_the_end()

    def stuck(line: Line, _: Upstream) -> None:
        line.head()
        line.say(chunk("so"))
        line.wait_for_the_end()

    began = time.monotonic()
    through = proxy(mute, model_silence=0.3)
    answer = through.ask()
    assert answer.status_code == 504
    assert sentence(answer) == "The model's server said nothing for 0.3 s and was given up."
    through.upstream.script = stuck
    assert "said nothing for 0.3 s" in through.ask().text
    assert time.monotonic() - began < 8


def test_an_answer_without_an_end_is_cut(proxy: Any) -> None:
    def endless(line: Line, _: Upstream) -> None:
        line.head()
        while True:
            line.say("x" * 100_000)

    def lines(line: Line, _: Upstream) -> None:
        line.head()
        while True:
            line.say(": hm\n" * 20_000)

    assert "a line without an end" in proxy(endless).ask().text
    assert "has no end" in proxy(lines).ask().text[-200:]


@pytest.mark.parametrize(
    ("script", "status", "said"),
    [
        (
            failing(401, QUOTED),
            424,
            "refused this server's key",
        ),
        (failing(403, KEY), 424, "refused this server's key"),
        (failing(429, '{"error":{"message":"slow down"}}', retry_after="7"), 429, "It says: slow down"),
        (failing(503, "<h1>down</h1>"), 503, "no more requests for now (503)."),
        (failing(529, '{"error":{"message":"Overloaded"}}'), 503, "Overloaded"),
        (failing(400, '{"error":"context too long"}'), 400, "It says: context too long"),
        (failing(404, '{"detail":"no model"}'), 424, "has no such model"),
        (
            failing(400, QUOTED_IN_PART),
            400,
            "refused (400).",
        ),
        (failing(302, location="http://127.0.0.1:9/"), 424, "sends requests elsewhere"),
        (failing(200, "{}"), 424, "sent none"),
        (failing(200, '{"error":{"code":502,"message":"no provider"}}'), 503, "It says: no provider"),
        (failing(200, '{"error":{"message":"no tools here"}}'), 424, "It says: no tools here"),
        (failing(403, '{"error":{"message":"not in your country"}}'), 424, "It says: not in your country"),
        (failing(402, '{"error":{"message":"pay"}}'), 424, "no credit left"),
        (failing(429, '{"error":{"type":"insufficient_quota"}}'), 424, "no credit left"),
        (failing(429, '[{"error":{"code":429,"message":"too fast"}}]'), 429, "It says: too fast"),
    ],
)
def test_what_goes_wrong_at_the_model_s_server_is_a_sentence_without_the_key(
    proxy: Any, script: Script, status: int, said: str
) -> None:
    answer = proxy(script).ask()
    assert answer.status_code == status
    assert said in sentence(answer)
    assert KEY[:9] not in answer.text
    assert answer.headers.get("retry-after") == ("7" if "slow down" in said else None)
    assert answer.headers["cache-control"] == "no-store"


def test_a_server_that_is_not_there_is_said_to_be(proxy: Any) -> None:
    with upstream(answering()) as gone:
        url = gone.url
    answer = proxy(answering(), model_url=url).ask()
    assert (answer.status_code, "can't be reached" in sentence(answer)) == (502, True)


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_server_that_says_the_key_back_is_not_heard_saying_it(proxy: Any, size: int) -> None:
    raw = (chunk(f"your key is {KEY}, really") + END + DONE).encode()
    through = proxy(answering(*(raw[at : at + size] for at in range(0, len(raw), size))))
    answer = through.ask()
    assert KEY not in answer.text
    assert "your key is [key of this server], really" in answer.text
    # The control: it is what the server has sent.
    assert KEY.encode() in raw


def test_the_key_is_in_no_log(proxy: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        through = proxy(answering(ANSWER))
        assert through.ask().status_code == 200
        assert proxy(failing(401, KEY)).ask().status_code == 424
    assert caplog.records
    assert KEY not in caplog.text
    assert "Hi é" not in caplog.text
    # Nor in what settings look like.
    assert KEY not in repr(Models(model_url="https://a.example", model_key=KEY, model_names=("m",)))


def test_models_and_prices_are_told_and_nothing_of_where_they_are(proxy: Any) -> None:
    through = proxy(answering(ANSWER), model_prices=(("m", 2.5, 10.0),))
    answer = through.client.get(f"{through.origin}/model/v1/models")
    assert [(one["id"], one.get("prices")) for one in answer.json()["data"]] == [
        ("m", {"input": 2.5, "output": 10.0}),
        ("n", None),
    ]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert KEY not in answer.text
    assert through.upstream.url not in answer.text


def test_a_server_asks_no_models_until_it_is_told_to(make_client: MakeClient) -> None:
    client = make_client()
    for answer in (client.get("/model/v1/models"), client.post(ROUTE, json={"model": "m"})):
        assert answer.status_code == 404
        assert "BELLJAR_MODEL_URL" in answer.json()["error"]["message"]


def test_under_a_prefix_it_is_the_same(tmp_path: Path) -> None:
    with upstream(answering(ANSWER)) as asked:
        models = Models(model_url=asked.url, model_names=("m",))
        settings = Settings(assets_dir=tmp_path, compress=False, root_path="/tools/belljar", models=models)
        with serving(create_app(settings), settings) as port:
            origin = f"http://127.0.0.1:{port}"
            long = {**QUESTION, "messages": [{"role": "user", "content": "x" * 5000}]}
            answer = httpx.post(f"{origin}/tools/belljar{ROUTE}", json=long, headers={"origin": origin})
    assert (answer.status_code, answer.text) == (200, ANSWER)
    assert "authorization" not in asked.heard[0].headers
