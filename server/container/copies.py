"""Copies: makes every compressed copy that `belljar serve` would make while it runs, and waits for them.

Minutes for each hundred megabytes: the best Brotli takes its time, once.
"""

from __future__ import annotations

import threading

from belljar.settings import load_settings
from belljar.web.site import Site

site = Site(load_settings())
for problem in site.problems():
    raise SystemExit(f"Not everything can be served: {problem}")
for thread in threading.enumerate():
    if thread.name == "belljar-compress":
        thread.join()
