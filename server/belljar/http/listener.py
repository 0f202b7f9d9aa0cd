"""Listener: a listening socket that keeps some descriptors back, and turns away who comes past them.

Without it a process that is out of descriptors answers nobody, and asyncio (before 3.13, CPython's gh-127529)
tries again thousands of times a second and logs a traceback for each.

    accept() ── descriptors left ────────────► the connection
             ── only those kept back ────────► closed at once; one line a minute says how many
             ── none at all ─────────────────► a spare one is given up for as long as turning away takes
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import socket
import time
from typing import Any, Self

_log = logging.getLogger("belljar")

#: Part of the descriptors that connections never get: files, pipes and browsers need some.
_KEPT_BACK = 4
#: Seconds between two notes about clients that were turned away.
_NOTED = 60.0
#: What the system says when the process, or the machine, has nothing left for a connection.
_OUT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Listener(socket.socket):
    """A listening socket; see `on`."""

    _spare = -1
    _away = 0
    _noted = 0.0

    @classmethod
    def on(cls, host: str, port: int, backlog: int = 2048) -> Self:
        """A socket that listens.

        Args:
            host: Address or name of this machine, IPv4 or IPv6.
            port: Port; 0 is any free one.
            backlog: Connections that may wait to be taken.

        Raises:
            OSError: The address can't be had.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.create_server((host, port), family=family, backlog=backlog) as plain:
            listener = cls(fileno=plain.detach())
        listener._keep_spare()
        return listener

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection.

        Raises:
            BlockingIOError: There is none, or it was turned away.
        """
        try:
            connection, address = super().accept()
        except OSError as error:
            if error.errno not in _OUT or self._spare < 0:
                raise
            self._with_spare()
            raise BlockingIOError from None
        # The system gives the lowest number that is free: this says how many are in use.
        if connection.fileno() >= _ceiling():
            connection.close()
            self._turned_away()
            raise BlockingIOError
        return connection, address

    def close(self) -> None:
        """Stops listening."""
        if self._spare >= 0:
            os.close(self._spare)
            self._spare = -1
        super().close()

    def _with_spare(self) -> None:
        """Takes the client's place in the queue away, so that the queue does not stay full."""
        os.close(self._spare)
        self._spare = -1
        try:
            with contextlib.suppress(OSError):
                super().accept()[0].close()
                self._turned_away()
        finally:
            self._keep_spare()

    def _keep_spare(self) -> None:
        with contextlib.suppress(OSError):
            self._spare = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def _turned_away(self) -> None:
        self._away += 1
        if (now := time.monotonic()) - self._noted >= _NOTED or not self._noted:
            _log.warning(
                "No descriptors are left for connections: %d turned away since the last such note. "
                "Allow this process more open files (ulimit -n).",
                self._away,
            )
            self._away, self._noted = 0, now


def allow_descriptors(connections: int) -> None:
    """Lets the process open a socket and a file for each connection, where the system permits.

    Many systems start a process with 1024 open files unless it asks for more; past them, accepting fails.
    """
    try:
        import resource
    except ImportError:  # Windows, which has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * connections + 256
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # macOS has a ceiling of its own below an "unlimited" one.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _ceiling() -> float:
    """The first descriptor that connections don't get."""
    try:
        import resource
    except ImportError:  # Windows, which has no such limit
        return float("inf")
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return float("inf") if soft == resource.RLIM_INFINITY else soft - soft // _KEPT_BACK


__all__ = ["Listener", "allow_descriptors"]
