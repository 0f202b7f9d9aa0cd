"""Origins: whether a request comes from a page of this very server."""

from __future__ import annotations

from urllib.parse import urlsplit


def same_origin(origin: str, host: str) -> bool:
    """Whether an Origin header names the host that was asked: no other site's page may use what wants this.

    The scheme is not compared, because a proxy that ends TLS changes it.
    """
    try:
        parts, asked = urlsplit(origin), urlsplit(f"//{host}")
        usual = {"http": 80, "https": 443}[parts.scheme]
        port, asked_port = parts.port or usual, asked.port or usual
    except (KeyError, ValueError):
        return False
    return bool(parts.hostname) and (parts.hostname, port) == (asked.hostname, asked_port)
