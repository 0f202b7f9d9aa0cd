"""Tab: code goes over a WebSocket to a page that a person has open and agreed with.

open() ── offer ──► token ──► on_invite(link) ──► somebody opens the link and allows it ──► session

Each sandbox is one tab. When the tab goes, the session ends; the next run asks for a tab again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from belljar.answers.execution import Execution
from belljar.backends.callbacks import tell
from belljar.backends.protocol import Listener, RunOptions, SessionOptions
from belljar.backends.remote import RemoteSession, refused, wanted
from belljar.backends.servers import LocalServer, Origin
from belljar.errors import UnavailableError
from belljar.tabs import MAX_MESSAGE
from belljar.untrusted import read_json

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

#: Seconds: for the server's answer; for the tab to say anything at all; for Python to start in it.
_CONNECT = 15.0
_SILENCE = 30.0
_OPEN = 240.0
#: Characters of one answer, all its pieces together.
_LONGEST = 256 * 2**20

_CLOSED = "The backend was closed. Open a new sandbox."
_AGAIN = "Variables and files are gone; the next run asks for a tab again."
_NO_WEBSOCKETS = (
    "The tab backend needs a WebSocket library, which is not installed: `pip install 'belljar[tab]'`."
)
_NO_KEY = (
    "The server {base} takes code for tabs only from programs with its key. Give it: key=…, or "
    "BELLJAR_TAB_KEY=… (the server's setting tab_key)."
)
_LEFT = {
    "refused": "The person has refused to run this program's code. Ask them, and run it again.",
    "disconnected": f"The person has disconnected this program. {_AGAIN}",
    "closed": f"The tab was closed or reloaded. {_AGAIN}",
    "expired": "Nobody has opened the link in time. Run it again and open the new link.",
}
_LOST = f"The connection to the tab was lost. {_AGAIN}"


class TabBackend:
    """Sandboxes in tabs that people have open.

    Args:
        server: URL of a belljar server that people reach; None starts one on a loopback port in this process.
        key: The server's `tab_key`; None is `BELLJAR_TAB_KEY`. Not needed without `server`.
        program: What people see as this program's name; None is the script's.
        wait: Seconds to wait for somebody to open the link and agree.
        on_invite: Called with the link that somebody has to open; None prints it to stderr.
    """

    def __init__(
        self,
        *,
        server: str | None = None,
        key: str | None = None,
        program: str | None = None,
        wait: float = 300.0,
        on_invite: Callable[[str], object] | None = None,
    ) -> None:
        if not wait > 0:
            raise ValueError(f"wait must be a number of seconds above 0, not {wait}.")
        self._given = server
        self._key = os.environ.get("BELLJAR_TAB_KEY", "") if key is None else key
        self._program = (Path(sys.argv[0]).name or "A program") if program is None else program
        self._wait = wait
        #: Seconds for a new sandbox: the server, a person, Python in their tab.
        self.patience = wait + _OPEN + 60.0
        self._on_invite = _print_link if on_invite is None else on_invite
        self._starting = asyncio.Lock()
        self._server: LocalServer | None = None
        self._origin: Origin | None = None
        self._sessions: set[TabSession] = set()
        self._closed = False

    @property
    def name(self) -> str:
        """What executions say in `backend`."""
        return "tab"

    async def open(self, options: SessionOptions) -> TabSession:
        """A sandbox in a tab, once somebody has opened the link and agreed.

        Raises:
            UnavailableError: Nobody did, or there is no way to ask; says what to do.
        """
        try:
            from websockets.asyncio.client import connect
            from websockets.exceptions import InvalidStatus, WebSocketException
        except ImportError:
            raise UnavailableError(_NO_WEBSOCKETS) from None
        origin = await self._reach()
        url = f"{origin.base.replace('http', 'ws', 1)}tab/program"
        # This process's own server is never behind a proxy.
        proxy: dict[str, Any] = {"proxy": None} if self._given is None else {}
        try:
            socket = await connect(
                url,
                additional_headers={"Authorization": f"Bearer {self._key}"},
                max_size=MAX_MESSAGE,
                compression=None,
                open_timeout=_CONNECT,
                **proxy,
            )
        except InvalidStatus as error:
            raise UnavailableError(_denied(origin, error.response.status_code, error.response.body)) from None
        except (OSError, WebSocketException, ValueError) as error:
            raise UnavailableError(
                f"The server {origin.base} does not answer ({str(error) or type(error).__name__}). "
                "Start it, or correct the address."
            ) from None
        session = TabSession(socket, self.name)
        try:
            await self._invite(session, origin)
            await session.start(options)
            if self._closed:
                raise UnavailableError(_CLOSED)
        except BaseException:
            await session.close()
            raise
        self._sessions = {other for other in self._sessions if other.alive} | {session}
        return session

    async def close(self) -> None:
        """Ends every session and the server that was started for them."""
        self._closed = True
        await asyncio.gather(*(session.close() for session in self._sessions))
        async with self._starting:
            if self._server is not None:
                await asyncio.to_thread(self._server.stop)
                self._server = None

    async def _invite(self, session: TabSession, origin: Origin) -> None:
        token = await session.offer(self._program, self._wait)
        tell(self._on_invite, f"{origin.base}tab#{token}")
        opened = False
        try:
            async with asyncio.timeout(self._wait):
                await session.joined()
                opened = True
                await session.agreed()
        except TimeoutError:
            what = "The link was opened, but nobody agreed" if opened else "Nobody has opened the link"
            raise UnavailableError(
                f"{what} within {self._wait:g} seconds. Run it again and open the new link, or raise `wait`."
            ) from None

    async def _reach(self) -> Origin:
        """The server; started where there is none."""
        async with self._starting:
            if self._closed:
                raise UnavailableError(_CLOSED)
            if self._origin is None:
                if self._given is None:
                    self._key = secrets.token_urlsafe(32)
                    self._server = LocalServer(self._key)
                    self._origin = await asyncio.to_thread(self._server.start)
                else:
                    self._origin = Origin.of(self._given)
            return self._origin


class TabSession(RemoteSession):
    """A session whose sandbox lives in somebody's tab. Made by `TabBackend.open`.

    Args:
        socket: To the server.
        backend: Name for executions.
    """

    def __init__(self, socket: ClientConnection, backend: str) -> None:
        super().__init__(backend)
        self._socket = socket
        loop = asyncio.get_running_loop()
        #: Why nothing runs here any more; settled once.
        self._end: asyncio.Future[str] = loop.create_future()
        self._said: dict[str, asyncio.Future[dict[str, Any]]] = {
            kind: loop.create_future() for kind in ("invited", "joined", "agreed")
        }
        self._calls: dict[int, asyncio.Future[tuple[bool, str]]] = {}
        self._pieces: dict[int, list[str]] = {}
        self._hearing = asyncio.create_task(self._hear_all())

    @property
    def alive(self) -> bool:
        """Whether the tab is still there."""
        return not self._end.done()

    async def offer(self, name: str, seconds: float) -> str:
        """Asks the server for a token."""
        await self._send(type="offer", name=name, seconds=seconds)
        try:
            async with asyncio.timeout(_CONNECT):
                return str((await self._heard("invited"))["token"])
        except (TimeoutError, KeyError):
            raise UnavailableError(
                "The server gave no code for a tab. Is it a belljar server of this version?"
            ) from None

    async def joined(self) -> None:
        """Waits until somebody has opened the link."""
        await self._heard("joined")

    async def agreed(self) -> None:
        """Waits until they have agreed."""
        await self._heard("agreed")

    async def start(self, options: SessionOptions) -> None:
        """Starts Python in the tab.

        Raises:
            UnavailableError: It does not start; says why.
        """
        problem = await self._call("open", wanted(options))
        if problem is not None:
            raise UnavailableError(f"Python does not start in the tab: {problem}")

    async def execute(self, code: str, options: RunOptions, listener: Listener) -> Execution:
        """Runs code; see `Session`."""
        if len(_encoded(code)) > MAX_MESSAGE - 4096:
            value = f"The code is {len(code)} characters long; no more than {MAX_MESSAGE} bytes go to a tab."
            return Execution.without("refused", "PolicyError", value, self._backend)
        return await super().execute(code, options, listener)

    async def close(self) -> None:
        """Ends it; the tab is told."""
        self._lose("The sandbox was closed.")
        await self._socket.close()
        await asyncio.wait({self._hearing})

    async def _let_go(self) -> None:
        await self._socket.close()

    def _lose(self, reason: str) -> None:
        if not self._end.done():
            self._end.set_result(reason)

    def _lost(self, reason: str) -> Execution:
        return Execution.unavailable(reason, self._backend)

    async def _heard(self, kind: str) -> dict[str, Any]:
        heard: dict[str, Any] = await self._or_end(self._said[kind], None)
        return heard

    async def _call(self, method: str, *arguments: object) -> Any:
        number = next(self._ids)
        answer: asyncio.Future[tuple[bool, str]] = asyncio.get_running_loop().create_future()
        self._calls[number] = answer
        try:
            await self._send(type="call", id=number, method=method, args=arguments)
            ok, text = await self._or_end(answer, _OPEN if method == "open" else _SILENCE)
            value = read_json(text, len(text))
        except TimeoutError:
            raise self._drop(f"The tab has not answered for {_SILENCE:g} seconds. {_AGAIN}") from None
        except ValueError:
            raise self._nonsense() from None
        finally:
            self._calls.pop(number, None)
            self._pieces.pop(number, None)
        if not ok:
            raise refused(str(value))
        return value

    async def _or_end(self, answer: asyncio.Future[Any], seconds: float | None) -> Any:
        """What is waited for, or the end of the session, whichever comes first.

        Raises:
            UnavailableError: The session has ended; says why.
            TimeoutError: Neither came.
        """
        first = asyncio.FIRST_COMPLETED
        done, _ = await asyncio.wait({answer, self._end}, timeout=seconds, return_when=first)
        if answer in done:
            return answer.result()
        if self._end.done():
            raise UnavailableError(self._end.result())
        raise TimeoutError

    async def _send(self, **message: object) -> None:
        from websockets.exceptions import ConnectionClosed

        if self._end.done():
            raise UnavailableError(self._end.result())
        text = _encoded(message)
        if len(text) > MAX_MESSAGE:
            raise UnavailableError(f"More than {MAX_MESSAGE} bytes can't be sent to a tab at once.")
        try:
            await self._socket.send(text, text=True)
        except ConnectionClosed:
            # What the other side said at last has still to be heard.
            with contextlib.suppress(TimeoutError):
                await self._or_end(asyncio.get_running_loop().create_future(), _CONNECT)
            raise UnavailableError(_LOST) from None

    async def _hear_all(self) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            async for text in self._socket:
                more = self._hear_one(read_json(text))
                if more is not None:
                    await self._socket.send(json.dumps({"type": "more", "id": more}))
        except ConnectionClosed:
            pass  # it has ended for the reason that was heard last
        except (KeyError, TypeError, ValueError, AttributeError):
            self._nonsense()
            await self._socket.close()
        self._lose(_LOST)

    def _hear_one(self, message: dict[str, Any]) -> int | None:
        """Takes in what was said; gives the call of whose answer there is more to ask for."""
        match message["type"]:
            case "reply":
                return self._hear_reply(message)
            case "left":
                self._lose(_LEFT.get(message["reason"], _LOST))
            case "refused":
                self._lose(str(message["reason"]))
            case "invited" | "joined" | "agreed" as kind:
                if not self._said[kind].done():
                    self._said[kind].set_result(message)
        return None

    def _hear_reply(self, message: dict[str, Any]) -> int | None:
        number: int = message["id"]
        answer = self._calls.get(number)
        if answer is None or answer.done():
            return None
        pieces = self._pieces.setdefault(number, [])
        pieces.append(str(message["text"]))
        if sum(map(len, pieces)) > _LONGEST:
            self._lose(f"The tab has sent more than {_LONGEST} characters at once. {_AGAIN}")
        elif message["more"]:
            return number
        else:
            answer.set_result((bool(message["ok"]), "".join(pieces)))
        return None

    def _nonsense(self) -> UnavailableError:
        self._lose(
            "The tab said what this version of belljar does not understand. Use the same one on both sides."
        )
        return UnavailableError(self._end.result())


def _encoded(value: object) -> bytes:
    """As JSON: text as it is, unless there is half a character in it, which UTF-8 can't say."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def _denied(origin: Origin, status: int, body: bytes | bytearray | None) -> str:
    said = (body or b"").decode("utf-8", "replace").strip()
    if status == 401:
        return _NO_KEY.format(base=origin.base)
    if status in {403, 404, 503} and 0 < len(said) < 500 and said.endswith("."):
        return f"The server {origin.base} answered: {said}"
    return f"The server {origin.base} answered {status} to a program that asks for a tab."


def _print_link(link: str) -> None:
    sentence = f"to let this program run code in your browser, open {link} (works once) and allow it there."
    print(f"belljar: {sentence}", file=sys.stderr, flush=True)
