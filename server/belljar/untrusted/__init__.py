"""Untrusted: what sandboxes, services and strangers say, rebuilt or refused with a sentence."""

from belljar.untrusted.reading import MOST, read_json

__all__ = ["MOST", "read_json"]
