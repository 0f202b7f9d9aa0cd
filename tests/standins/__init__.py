"""Stand-ins for other people's services, each a program of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Self

from .endings import die_with_parent

#: The only key that the stand-in for E2B takes.
E2B_KEY = "e2b_" + "0" * 40

#: The only image of the stand-in for Docker.
DOCKER_IMAGE = "belljar-tests:1"


def container_folder(folder: Path) -> str:
    """A folder as the image has it, with an environment that has IPython: ours."""
    (folder / ".sandbox-venv").symlink_to(sys.prefix)
    return str(folder)


class Service:
    """A stand-in that runs until the block ends.

    Args:
        program: Its file in this folder; prints its address.
        arguments: What it is told.
    """

    def __init__(self, program: str, *arguments: str) -> None:
        self._program = program
        self._arguments = arguments

    def __enter__(self) -> Self:
        command = [sys.executable, str(Path(__file__).parent / self._program), *self._arguments]
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url, f"{self._program} did not start"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdout is not None
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._process.stdout.close()

    @property
    def variables(self) -> dict[str, str]:
        """What E2B's client reads from the environment to find it."""
        return {"E2B_API_URL": self.url, "E2B_SANDBOX_URL": self.url, "E2B_HTTP_VERSION": "1.1"}
