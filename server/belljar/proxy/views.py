"""Views: the two routes of the proxy: the models that there are, and a question to one of them."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from belljar.errors import SettingsError
from belljar.http import headers
from belljar.http.origins import same_origin
from belljar.proxy.asked import Asked, checked, read
from belljar.proxy.budgets import Budgets, Use
from belljar.proxy.lines import Lines
from belljar.proxy.refusals import Refused
from belljar.settings import Models

if TYPE_CHECKING:
    from belljar.proxy.upstream import Upstream

log = logging.getLogger("belljar.proxy")

#: Where questions are taken, which is the one route that reads a body.
COMPLETIONS = "/model/v1/chat/completions"
NAMES = "/model/v1/models"

#: Seconds of one answer at most.
_WHOLE = 900.0

_ELSEWHERE = "Only pages of this very server may ask its models."
_OFF = (
    "This server asks no models. Its operator can let it: BELLJAR_MODEL_URL (as https://api.example/v1), "
    "BELLJAR_MODEL_KEY and BELLJAR_MODEL_NAMES."
)


def names(models: Models) -> Response:
    """The models that visitors may ask, with what a million tokens cost where the operator has said it."""
    if not models.model_url:
        return Refused(404, _OFF).response()
    prices = {name: {"input": sent, "output": got} for name, sent, got in models.model_prices}
    found = [
        {"id": name, "object": "model", "owned_by": "belljar"}
        | ({"prices": prices[name]} if name in prices else {})
        for name in models.model_names
    ]
    return JSONResponse({"object": "list", "data": found}, headers=headers.json())


class Completions:
    """A question to a model: an ASGI app, so that each line leaves as it comes.

    Raises:
        SettingsError: The operator has named a server, and there is no HTTP client to ask it with.
    """

    def __init__(self, models: Models) -> None:
        self._models = models
        self._upstream = _upstream(models) if models.model_url else None
        self._budgets = Budgets(models)

    async def close(self) -> None:
        """Ends all connections to the model's server."""
        if self._upstream is not None:
            await self._upstream.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a question on, and its answer back."""
        request = Request(scope, receive)
        try:
            if self._upstream is None:
                # Whatever it sends is not read.
                return await Refused(404, _OFF).response(close=True)(scope, receive, send)
            _admit(request)
            body = await read(request, self._models.model_body_bytes)
            asked = checked(body, self._models.model_names)
            address = request.client.host if request.client else ""
            with self._budgets.request(address, len(body) // 4) as use:
                refused = await self._pass(self._upstream, asked, use, receive, send)
            log.info("a question to %s: about %d tokens", asked.model, use.tokens)
        except Refused as error:
            refused = error
        if refused is not None:
            await refused.response()(scope, receive, send)
        return None

    async def _pass(
        self, upstream: Upstream, asked: Asked, use: Use, receive: Receive, send: Send
    ) -> Refused | None:
        """Passes the answer on until it is over or nobody listens; gives why there was none."""
        lines = Lines(self._models.model_key.encode())
        answer = _Answer(send)
        refused: Refused | None = None
        async with anyio.create_task_group() as group:

            async def gone() -> None:
                while (await receive())["type"] != "http.disconnect":
                    pass
                # The model's server is not kept writing for nobody.
                group.cancel_scope.cancel()

            group.start_soon(gone)
            try:
                with anyio.fail_after(_WHOLE):
                    async with upstream.answer(asked) as pieces:
                        await _stream(pieces, lines, answer)
            except Refused as error:
                refused = error
            except TimeoutError:
                refused = Refused(504, f"The model's answer took longer than {_WHOLE:g} s.")
            finally:
                group.cancel_scope.cancel()
                if answer.begun:
                    use.tokens = lines.tokens(use.tokens)
                elif refused is not None and refused.status != 504:
                    # Who was refused has used nothing; who goes away, or waits in vain, may have.
                    use.tokens = 0
        if refused is None or not answer.begun:
            return refused
        await answer.broke(refused)
        return None


class _Answer:
    """The answer to the client: its head before its first line, its end in any case."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def begin(self) -> None:
        sent = headers.common() | {
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store",
            "Cross-Origin-Resource-Policy": "same-origin",
            # nginx would else wait for more.
            "X-Accel-Buffering": "no",
        }
        raw = [(name.lower().encode(), value.encode()) for name, value in sent.items()]
        await self._send({"type": "http.response.start", "status": 200, "headers": raw})
        self.begun = True

    async def add(self, text: bytes, *, more: bool = True) -> None:
        await self._send({"type": "http.response.body", "body": text, "more_body": more})

    async def broke(self, refused: Refused) -> None:
        """Says why the rest doesn't come, as model servers do within a stream."""
        said = {"error": {"message": refused.sentence, "type": "server_error"}}
        await self.add(f"\ndata: {json.dumps(said)}\n\n".encode(), more=False)


async def _stream(pieces: AsyncIterator[bytes], lines: Lines, answer: _Answer) -> None:
    await answer.begin()
    async for piece in pieces:
        if whole := lines.add(piece):
            await answer.add(whole)
    await answer.add(b"", more=False)


def _upstream(models: Models) -> Upstream:
    try:
        # Late: its HTTP client is an extra.
        from belljar.proxy.upstream import Upstream
    except ImportError:
        raise SettingsError(
            "model_url is set, but asking models needs an HTTP client: `pip install 'belljar[ask]'`."
        ) from None
    return Upstream(models)


def _admit(request: Request) -> None:
    """Only a page of this server: browsers say where a request comes from, and no page can say otherwise.

    The sandbox's frame has no origin ("null"), and its policy lets it send nothing anyway.
    """
    sent = request.headers
    if not same_origin(sent.get("origin", ""), sent.get("host", "")):
        raise Refused(403, _ELSEWHERE)
    if sent.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Refused(403, _ELSEWHERE)
