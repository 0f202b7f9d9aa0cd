"""belljar: runs untrusted Python in the reader's own browser, sealed off from everything.

The server in this package only hands out files; no user code ever runs in its process.
"""

__version__ = "0.1.0"
