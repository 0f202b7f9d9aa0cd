"""Tabs: carries code from a program to a page that a person has open, and the answers back.

    program ──/tab/program──► a server ══ relay ══ a server, perhaps another ◄──/tab/page── the tab
             key                                                        one-time token

The server only carries: nothing of what passes is run, kept or looked into.
"""

from __future__ import annotations

#: Characters of one message. Whoever has more to say sends pieces and waits for each to be asked for.
MAX_MESSAGE = 8 * 2**20
#: Characters of the first message, before the server knows who says it.
MAX_HELLO = 4096
#: ASGI extension by which a route lets a client send more than that; see `sockets.py`.
ADMIT = "belljar.admit"
