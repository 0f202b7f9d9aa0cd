"""Cells: runnable code in a folder of docs, found in its sources, run, compared, and its results stored.

    markdown, restructured, html ──► documents ──► running ──► results
                                          └──────► needs: the packages that the cells import

What runs it is a sandbox as everywhere; nothing of the docs runs on this machine.
"""

from __future__ import annotations

from belljar.cells.documents import Document, find_documents
from belljar.cells.needs import Needs, needs_of
from belljar.cells.results import Results
from belljar.cells.running import Checked, check

__all__ = ["Checked", "Document", "Needs", "Results", "check", "find_documents", "needs_of"]
