"""Endings: a run that is killed leaves no process of a stand-in behind."""

from __future__ import annotations

import os
import signal

import docker
import pytest

from ..helpers.waiting import soon
from ..standins import DOCKER_IMAGE, Service


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.services
async def test_what_a_stand_in_runs_in_the_background_ends_with_it_even_when_it_is_killed() -> None:
    with Service("docker_engine.py") as service:
        client = docker.DockerClient(service.url)
        container = client.containers.create(DOCKER_IMAGE)
        done = container.exec_run(["sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!"])
        client.close()
        pid = int(done.output)
        assert running(pid)
        service._process.send_signal(signal.SIGKILL)
        await soon(lambda: not running(pid))
