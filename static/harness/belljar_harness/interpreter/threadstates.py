"""Thread states: keeping Python's interrupts alive across suspended calls.

In Pyodide 314.0 each suspended call keeps the thread state it ran in, and the interpreter goes on in another.
CPython delivers signals to its main one only. When suspended calls resume in another order than the reverse
of how they suspended, as two tasks that both `time.sleep` do, the main one is left over, and from then on
`while True: pass` can't be interrupted. (Source: Pyodide's src/core/stack_switching/pystate.c; later versions
move the main one along.)

    now: A   idle: main        suspend, until the main one is the current one, and once more:
    now: main                  A, ... are held by suspended calls
    now: B                     A, ... and main are held
    now: main                  released in the order they were held, main last
"""

from __future__ import annotations

import _thread
import asyncio
import signal

from .bridge import Bridge

#: Pyodide keeps at most ten idle thread states.
MOST_HELD = 12
#: A signal that does nothing else in a browser.
PROBE = signal.SIGUSR1


class ThreadStates:
    """Tells whether signals arrive, and sees to it that they do."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._arrived = False
        self._installed = False

    def install(self) -> None:
        """Begin to heal. Outside Pyodide there is nothing to."""
        self._installed = True

    def _arrive(self, *_: object) -> None:
        self._arrived = True

    def signals_arrive(self) -> bool:
        """Whether running bytecode sees a signal, that is, whether this is the main thread state."""
        self._arrived = False
        users = signal.signal(PROBE, self._arrive)
        _thread.interrupt_main(PROBE)
        for _ in range(3):
            pass
        arrived = self._arrived
        repr(None)  # takes in the signal in any thread state (PyErr_CheckSignals)
        signal.signal(PROBE, users)
        return arrived

    async def heal(self) -> bool:
        """Make the main thread state the current one again, in microseconds where it is already.

        Returns:
            Whether signals arrive now.
        """
        if not self._installed or self.signals_arrive() or not self._bridge.can_suspend():
            return True
        loop = asyncio.get_running_loop()
        held: list[tuple[asyncio.Future[None], asyncio.Future[None]]] = []
        arrived = False
        while not arrived and len(held) < MOST_HELD:
            arrived = self.signals_arrive()
            entered, release, left = loop.create_future(), loop.create_future(), loop.create_future()
            loop.call_soon(self._hold, entered, release, left)
            await entered
            held.append((release, left))
        for release, left in held:
            release.set_result(None)
            await left
        return self.signals_arrive()

    def _hold(
        self, entered: asyncio.Future[None], release: asyncio.Future[None], left: asyncio.Future[None]
    ) -> None:
        """Suspend until released."""
        entered.set_result(None)
        self._bridge.run_sync(release)
        left.set_result(None)
