"""Silence of Docker: whatever it does not answer, the call ends with a sentence, nothing of it is left."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from belljar import AsyncSandbox
from belljar.backends import bounds, foreign
from belljar.backends.llm_sandbox import LLMSandboxBackend
from belljar.errors import UnavailableError

from ...helpers.waiting import soon
from ...standins import DOCKER_IMAGE, Service, container_folder
from .silences import ended

#: Names of the threads that call other people's libraries.
CALLS = ("belljar-call", "belljar-late")


def hush(engine: Service, *words: str) -> None:
    """From now on the stand-in lets these requests wait."""
    address = engine.url.replace("tcp:", "http:")
    urlopen(Request(f"{address}/silence", ",".join(words).encode(), method="POST"), timeout=5).close()


@dataclass
class Engine:
    """Docker's stand-in, and what other tests have left there and in this process: none of ours."""

    service: Service
    containers: set[str]
    threads: set[threading.Thread]

    @classmethod
    def of(cls, service: Service) -> Engine:
        return cls(service, listed(service), calling())


def listed(service: Service) -> set[str]:
    with urlopen(f"{service.url.replace('tcp:', 'http:')}/containers/json", timeout=5) as answer:
        return {container["Id"] for container in json.load(answer)}


def calling() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name in CALLS}


def nothing_left(engine: Engine) -> bool:
    """Whether every call to Docker of this test has ended, and every container."""
    return calling() <= engine.threads and listed(engine.service) <= engine.containers


def is_dead(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.fixture
def engine(docker_engine: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setenv("DOCKER_HOST", docker_engine.url)
    yield Engine.of(docker_engine)
    hush(docker_engine)


@pytest.mark.parametrize("at", ["GET /version", "/start$"])
async def test_a_docker_that_gives_no_container_is_not_waited_for(
    engine: Engine, tmp_path: Path, at: str
) -> None:
    backend = LLMSandboxBackend(image=DOCKER_IMAGE, workdir=container_folder(tmp_path))
    backend.patience = 0.5  # type: ignore[attr-defined]
    sandbox = AsyncSandbox(backend)
    hush(engine.service, at)
    (answer,) = await ended(sandbox.execute("1"))
    assert "gave no sandbox for 0.5 seconds" in answer.note
    hush(engine.service)
    # What comes too late is ended: nobody knows of it any more.
    await soon(lambda: nothing_left(engine))
    if at == "/start$":
        backend.patience = 60.0  # type: ignore[attr-defined]
        assert (await asyncio.wait_for(sandbox.execute("6 * 7"), 60)).text == "42"
    await sandbox.close()


@pytest.mark.parametrize("at", ["execute", "run", "interrupt", "reset", "files", "close"])
async def test_whatever_docker_does_not_answer_every_call_ends(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, at: str
) -> None:
    sandbox = AsyncSandbox(LLMSandboxBackend(image=DOCKER_IMAGE, workdir=container_folder(tmp_path)))
    assert (await asyncio.wait_for(sandbox.execute("6 * 7"), 60)).text == "42"
    runner = int((tmp_path / ".interactive" / "runner.pid").read_text())
    runs = []
    with monkeypatch.context() as bounded:
        if at in {"run", "interrupt", "reset", "close"}:
            bounded.setattr(foreign.ForeignSession, "slack", 0.5)
            code = "open('begun', 'w').close()\nimport time\ntime.sleep(60)"
            runs = [asyncio.create_task(sandbox.execute(code, timeout=1.5))]
            await soon((tmp_path / "begun").exists)
        hush(engine.service, ".")
        bounded.setattr(foreign, "_STOP", 0.2)
        for name in ("STOP", "RESET", "FILE", "CLOSE", "SLACK"):
            bounded.setattr(bounds, name, 0.5)
        bounded.setattr(foreign.ForeignSession, "slack", 0.5)
        files = sandbox.files
        if at == "files":
            calls = [files.write("a", b"1"), files.read("a"), files.list(), files.remove("a")]
        elif at == "run":
            calls = []
        else:
            calls = [sandbox.execute("1", timeout=0.5) if at == "execute" else getattr(sandbox, at)()]
        answers = await ended(*runs, *calls)
        assert at != "files" or all(isinstance(answer, UnavailableError) for answer in answers)
    hush(engine.service)
    # Its container has ended, though nobody waited for that.
    await soon(lambda: nothing_left(engine) and is_dead(runner))
    if at == "execute":
        again = await asyncio.wait_for(sandbox.execute("6 * 7"), 60)
        assert again.text == "42", again
    await sandbox.close()
