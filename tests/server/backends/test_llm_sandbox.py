"""The llm-sandbox backend: their real client against a stand-in for Docker, and what happens without it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from belljar import AsyncSandbox
from belljar.backends import find_backend

from ...standins import DOCKER_IMAGE, Service, container_folder


async def reason(**options: Any) -> str:
    async with AsyncSandbox("llm-sandbox", **options) as sandbox:
        execution = await sandbox.execute("1")
    assert (execution.status, execution.backend) == ("unavailable", "llm-sandbox")
    return execution.note or ""


async def test_without_docker_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    said = await reason()
    assert "there is no socket" in said
    assert "DOCKER_HOST" in said
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    assert "No Docker answers here" in await reason()


async def test_without_the_client_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llm_sandbox.interactive", None)
    assert "pip install 'belljar[llm-sandbox]'" in await reason()


async def test_an_image_that_does_not_fit_is_a_sentence(
    docker_engine: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", docker_engine.url)
    assert "IPython" in await reason(image="not/there:1", workdir=str(tmp_path))
    # The image is there, IPython isn't.
    assert "IPython" in await reason(image=DOCKER_IMAGE, workdir=str(tmp_path))


async def test_a_container_that_dies_is_told_and_the_next_run_gets_a_new_one(
    docker_engine: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", docker_engine.url)
    options = {"image": DOCKER_IMAGE, "workdir": container_folder(tmp_path)}
    async with AsyncSandbox("llm-sandbox", **options) as sandbox:
        assert (await sandbox.execute("6 * 7")).text == "42"
        os.kill(int((tmp_path / ".interactive" / "runner.pid").read_text()), signal.SIGKILL)
        lost = await sandbox.execute("1", timeout=0.5)
        assert lost.status == "unavailable"
        assert "is gone" in (lost.note or "")
        assert (await sandbox.execute("1 + 1")).text == "2"


def test_names_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="takes no address"):
        find_backend("llm-sandbox+docker://host")


async def test_answers_that_dockers_client_loses_are_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    options = {"image": DOCKER_IMAGE, "workdir": container_folder(tmp_path)}
    with Service("docker_engine.py", "hasty") as engine:
        monkeypatch.setenv("DOCKER_HOST", engine.url)
        async with AsyncSandbox("llm-sandbox", **options) as sandbox:
            for name in ("one.txt", "two.txt", "three.txt"):
                await sandbox.files.write(name, name)
                assert await sandbox.files.read(name) == name.encode()
            assert len(await sandbox.files.list()) == 3
            made = await sandbox.execute("open('four.txt', 'w').write('4');")
            assert [file.path for file in made.files] == ["four.txt"]
