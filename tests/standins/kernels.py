"""Kernels: real IPython kernels in processes of their own, for the stand-ins of other people's services."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from queue import Empty
from typing import Any

from endings import die_with_parent
from jupyter_client.manager import AsyncKernelManager


class Kernel:
    """One kernel in a folder. Runs wait for each other.

    Args:
        folder: Its working directory.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        self._manager = AsyncKernelManager(kernel_name="python3")
        # JSON can't say half a character: packing it fails in the kernel's thread that sends, and whoever
        # printed it waits ten seconds for each flush. A pickle says everything.
        packing = {"packer": "pickle", "unpacker": "pickle"}
        for name, value in packing.items():
            setattr(self._manager.session, name, value)
        told = [f"--Session.{name}={value}" for name, value in packing.items()]
        await self._manager.start_kernel(
            extra_arguments=told, cwd=str(self._folder), preexec_fn=die_with_parent
        )
        await self._connect()

    async def restart(self) -> None:
        self._client.stop_channels()
        await self._manager.restart_kernel(now=True)
        await self._connect()

    async def stop(self) -> None:
        self._client.stop_channels()
        await self._manager.shutdown_kernel(now=True)

    async def run(self, code: str) -> AsyncIterator[dict[str, Any]]:
        """Messages of the kernel's output channel for this code. Who stops listening interrupts it."""
        heard: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        stop = asyncio.Event()
        # A task of its own: whoever listens may be cancelled in any moment, an interrupt must not be.
        task = asyncio.create_task(self._work(code, heard, stop))
        try:
            while (message := await heard.get()) is not None:
                yield message
        finally:
            stop.set()
            self._working = task

    async def _work(
        self, code: str, heard: asyncio.Queue[dict[str, Any] | None], stop: asyncio.Event
    ) -> None:
        async with self._turn:
            number = self._client.execute(code, allow_stdin=False, stop_on_error=False)
            interrupted, ended = False, False
            while not ended:
                if stop.is_set() and not interrupted:
                    interrupted = True
                    await self._manager.interrupt_kernel()
                try:
                    message = await self._client.get_iopub_msg(timeout=0.05)
                except Empty:
                    continue
                if message["parent_header"].get("msg_id") != number:
                    continue
                kind, content = message["msg_type"], message["content"]
                ended = kind == "status" and content["execution_state"] == "idle"
                heard.put_nowait({"kind": kind, **content})
        heard.put_nowait(None)

    async def _connect(self) -> None:
        self._client = self._manager.client()
        self._client.start_channels()
        await self._client.wait_for_ready(timeout=30)
        # The output channel may be joined later than the others; what is said on it until then is lost.
        joined = False
        while not joined:
            self._client.kernel_info()
            with contextlib.suppress(Empty):
                await self._client.get_iopub_msg(timeout=1)
                joined = True
