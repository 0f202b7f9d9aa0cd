"""Documents: pages whose policy stands in themselves, for hosts that send no headers.

A policy in a document is the same as one in a header (CSP Level 3, section 3.3) but for three directives that
are ignored there: `sandbox`, which the element around it has; `frame-ancestors`; and `report-uri`.
"""

from __future__ import annotations

from html import escape

from belljar.errors import FrontendError
from belljar.http.headers import Headers

#: Where a document says how it is encoded: the policy comes next, before anything that it is about.
_CHARSET = '<meta charset="utf-8">\n'
_IGNORED = ("sandbox", "frame-ancestors", "report-uri")


def sealed(document: bytes, sent: Headers) -> bytes:
    """A document with the policy of these headers inside.

    Raises:
        FrontendError: There is no place for it.
    """
    head, charset, rest = document.decode().partition(_CHARSET)
    if not charset:
        raise FrontendError("A document has no place for its policy: it does not say its encoding first.")
    return f"{head}{charset}{_metas(sent)}{rest}".encode()


def policy_inside(sent: Headers) -> str:
    """The part of a Content-Security-Policy that holds inside a document."""
    directives = (part.strip() for part in sent["Content-Security-Policy"].split(";"))
    return "; ".join(part for part in directives if part.split(" ", 1)[0] not in _IGNORED)


def _metas(sent: Headers) -> str:
    lines = [_equivalent("Content-Security-Policy", policy_inside(sent))]
    if "X-DNS-Prefetch-Control" in sent:
        lines.append(_equivalent("x-dns-prefetch-control", sent["X-DNS-Prefetch-Control"]))
    lines.append(f'<meta name="referrer" content="{escape(sent["Referrer-Policy"])}">\n')
    return "".join(lines)


def _equivalent(name: str, value: str) -> str:
    # Quotes of the policy's own are single ones.
    return f'<meta http-equiv="{name}" content="{escape(value, quote=False)}">\n'
