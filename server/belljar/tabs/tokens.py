"""Tokens: what a program shows to a person, so that one tab, once, may answer it.

80 random bits as sixteen characters that can be typed: no I, L, O, U (Crockford's base 32). A server keeps
only the hash. The token stands in a link's fragment, which browsers send to nobody and no log has.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 16
_MISREAD = str.maketrans("OIL", "011")


def new_token() -> str:
    """A token, as "K7QF-2M9X-8TRP-4WZC"."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return "-".join(letters[at : at + 4] for at in range(0, _LENGTH, 4))


def digest(token: str) -> str:
    """What a server keeps of a token, however somebody has typed it: hexadecimal digits."""
    letters = re.sub(r"[\s-]", "", token[:100]).upper().translate(_MISREAD)
    return hashlib.sha256(letters.encode("utf-8", "replace")).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing about where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
