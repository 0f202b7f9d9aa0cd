"""Lines: a model's answer on its way through: whole lines, without the key, its tokens counted."""

from __future__ import annotations

from belljar.proxy.refusals import Refused
from belljar.untrusted import read_json

#: Bytes of one line, and of a whole answer, at most.
LINE_BYTES = 1_000_000
ANSWER_BYTES = 8_000_000

_STRUCK = b"[key of this server]"


class Lines:
    """Takes an answer's bytes, however they are cut, and gives those of its lines that are whole.

    A client can use nothing of a line before its end, so that waiting for it costs no time; the key can't
    hide in a cut, and whatever comes instead of the rest begins on a line of its own.

    Args:
        key: What is struck out wherever it stands; b"" for nothing.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._rest = b""
        self._bytes = 0
        self.input: int | None = None
        self.output: int | None = None

    def add(self, piece: bytes) -> bytes:
        """The lines that this piece completes.

        Raises:
            Refused: The answer has no end.
        """
        self._bytes += len(piece)
        if self._bytes > ANSWER_BYTES:
            raise Refused(502, "The model's answer has no end.")
        text = self._rest + piece
        end = max(text.rfind(b"\n"), text.rfind(b"\r")) + 1
        whole, self._rest = text[:end], text[end:]
        if len(self._rest) > LINE_BYTES:
            raise Refused(502, "The model's server sends a line without an end.")
        for line in whole.splitlines():
            if b'"usage"' in line and line.startswith(b"data:"):
                self._count(line[5:])
        return whole.replace(self._key, _STRUCK) if self._key else whole

    def tokens(self, asked: int) -> int:
        """Tokens of the request and its answer; bytes by four where the server counted none.

        Args:
            asked: Tokens of the request, as they were estimated.
        """
        return (asked if self.input is None else self.input) + (
            self._bytes // 4 if self.output is None else self.output
        )

    def _count(self, data: bytes) -> None:
        try:
            usage = read_json(data).get("usage") or {}
            sent, got = usage.get("prompt_tokens"), usage.get("completion_tokens")
        except (ValueError, AttributeError):
            return
        if isinstance(sent, int) and 0 <= sent < 10**9:
            self.input = int(sent)
        if isinstance(got, int) and 0 <= got < 10**9:
            self.output = int(got)
