"""Copies: makes every compressed copy that `belljar serve` could send, and waits for them.

Minutes for each hundred megabytes: the best Brotli takes its time, once.
"""

from __future__ import annotations

from belljar.errors import BelljarError
from belljar.prepare import pipeline
from belljar.settings import load_settings

try:
    for event in pipeline.compress(load_settings()):
        print(event)
except BelljarError as problem:
    raise SystemExit(f"Not everything can be served: {problem}") from None
