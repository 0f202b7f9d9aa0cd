"""Silence of a tab: wherever it stops answering, the call ends with a sentence; the next run invites anew."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect

from belljar import AsyncSandbox, Execution
from belljar.backends import tab, watch
from belljar.backends.tab import TabBackend
from belljar.errors import UnavailableError

from ...helpers.waiting import soon
from .silences import ended
from .tab_runs import KEY


class Tab:
    """A tab that is asked by the relay and answers, but for what `silent` names.

    Args:
        silent: Methods, or "join", "agree"; "yet": runs never end, and it says so. "started", "loading",
            "flood": so do these, once it has said that, or while it prints.
    """

    def __init__(self, *silent: str) -> None:
        self.silent = set(silent)
        self.asked: list[str] = []
        self.invited = 0
        self._going: set[asyncio.Task[None]] = set()

    def __call__(self, link: str) -> None:
        self.invited += 1
        self._going.add(asyncio.create_task(self._open(link)))

    async def _open(self, link: str) -> None:
        parts = urlsplit(link)
        origin: Any = f"{parts.scheme}://{parts.netloc}"
        async with connect(f"ws://{parts.netloc}/tab/page", origin=origin, max_size=None) as socket:
            if "join" in self.silent:
                await socket.wait_closed()
                return
            await socket.send(json.dumps({"type": "join", "token": parts.fragment}))
            await socket.recv()
            if "agree" in self.silent:
                await socket.wait_closed()
                return
            await socket.send('{"type":"agreed"}')
            async for text in socket:
                call = json.loads(text)
                if call["type"] != "call":
                    continue
                self.asked.append(call["method"])
                if call["method"] not in self.silent:
                    said = json.dumps(await self._answer(call["method"]))
                    reply = {"type": "reply", "id": call["id"], "ok": True, "more": False, "text": said}
                    await socket.send(json.dumps(reply))

    async def _answer(self, method: str) -> object:
        kind = next(iter(self.silent & {"yet", "started", "loading", "flood"}), None)
        if method == "next" and kind is not None:
            await asyncio.sleep(0.05)
            if kind == "flood":
                return json.dumps([{"type": "started"}, {"type": "stdout", "text": "on"}])
            return "[]" if kind == "yet" else json.dumps([{"type": kind}])
        done = Execution("ok", execution_count=1).to_dict()
        said = [{"type": "started"}, {"type": "done", "execution": done}]
        given = {"next": said, "write": {"path": "a", "size": 1}, "list": []}
        return json.dumps(given[method]) if method in given else "" if method == "read" else None

    async def close(self) -> None:
        for task in self._going:
            task.cancel()
        await asyncio.gather(*self._going, return_exceptions=True)


@pytest.mark.parametrize(
    ("at", "call"),
    [
        *(("join", "execute"), ("agree", "execute"), ("open", "execute")),
        *(("execute", "execute"), ("next", "execute"), ("yet", "execute")),
        *(("started", "execute"), ("loading", "execute"), ("flood", "execute")),
        *(("part", "write"), ("write", "write"), ("read", "read"), ("list", "list"), ("remove", "remove")),
        *(("interrupt", "interrupt"), ("reset", "reset"), ("next", "close")),
    ],
)
async def test_whatever_a_tab_does_not_answer_every_call_ends(
    server: str, monkeypatch: pytest.MonkeyPatch, at: str, call: str
) -> None:
    page = Tab()
    options: dict[str, Any] = {"server": server, "key": KEY, "on_invite": page, "program": "p"}
    backend = TabBackend(wait=0.5 if at in {"join", "agree"} else 60.0, **options)
    sandbox = AsyncSandbox(backend)
    if at not in {"join", "agree", "open"}:
        assert (await asyncio.wait_for(sandbox.execute("1"), 60)).ok
    with monkeypatch.context() as bounded:
        bounded.setattr(tab, "_SILENCE", 0.5)
        bounded.setattr(tab, "_OPEN", 0.5)
        bounded.setattr(watch, "GRACE", 0.5)
        bounded.setattr(watch, "LOAD", 0.5)
        page.silent.add(at)
        runs = []
        if call in {"interrupt", "reset", "close"}:
            page.silent.add("yet")
            runs = [asyncio.create_task(sandbox.execute("1", timeout=500))]
            await soon(lambda: "next" in page.asked[-1:])
        owner: Any = sandbox if call in {"execute", "interrupt", "reset", "close"} else sandbox.files
        given = {"execute": ("1",), "write": ("a", b"1"), "read": ("a",), "remove": ("a",)}.get(call, ())
        limits = {"timeout": 1} if call == "execute" else {}
        answers = await ended(*runs, getattr(owner, call)(*given, **limits))
        if call in {"write", "read", "list", "remove"}:
            assert isinstance(answers[0], UnavailableError)
    page.silent.clear()
    backend._wait = 60.0
    if call != "close":
        again = await asyncio.wait_for(sandbox.execute("1"), 60)
        assert again.ok, again
        assert page.invited == 2 if at != "agree" else page.invited >= 2
    await ended(sandbox.close(), backend.close())
    await page.close()
