"""Refusals: why a model is not asked, as a status and a sentence in the form that model servers use."""

from __future__ import annotations

from starlette.responses import JSONResponse

from belljar.http import headers


class Refused(Exception):  # noqa: N818 - what became of the request, not a fault
    """The request is not passed on, or its answer is not.

    Args:
        status: HTTP status.
        sentence: For people: what happened and what to do.
        wait: Seconds after which asking again may help; None where it won't.
    """

    def __init__(self, status: int, sentence: str, wait: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.wait = wait

    def response(self, *, close: bool = False) -> JSONResponse:
        """The answer that says it; `close` ends the connection with it."""
        sent = headers.refusal() | {"Cross-Origin-Resource-Policy": "same-origin"}
        if self.wait is not None:
            sent["Retry-After"] = str(self.wait)
        if close:
            sent["Connection"] = "close"
        return JSONResponse({"error": {"message": self.sentence, "type": "belljar"}}, self.status, sent)
