"""Tokens: hard to guess, easy to type, kept by nobody."""

from __future__ import annotations

import re

from belljar.tabs.tokens import digest, new_token, same


def test_a_token_is_sixteen_characters_that_cannot_be_misread() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", token) for token in tokens)


def test_however_it_is_typed_it_is_the_same_token() -> None:
    assert len({digest(typed) for typed in ("01AB-CDEF", "olab cdef", " OIABCDEF", "0LAB-cdef")}) == 1
    assert digest("01AB-CDEF") != digest("01AB-CDEG")


def test_what_is_kept_does_not_show_the_token() -> None:
    token = new_token()
    assert token not in digest(token)
    assert re.fullmatch(r"[0-9a-f]{64}", digest(token))


def test_any_text_can_be_compared_and_hashed() -> None:
    assert same("ü", "ü")
    assert not same("ü", "u")
    assert not same("\ud800", "x")
    assert digest("\ud800" * 1_000_000)
