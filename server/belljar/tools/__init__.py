"""Tools: what a language model may call, told to each provider in its own form, and how a call is answered.

    tools = definitions("anthropic")                                     # for the request
    answer = await call(sandbox, "execute_python", {"code": "1 + 1"})    # for the reply
    answer.blocks("anthropic")

One table says it all: the definitions, the check of what a model wrote, and the MCP server come from `TOOLS`.
A wrong call is answered with a sentence that the model can act on; nothing it writes raises here.
"""

from __future__ import annotations

from belljar.tools.answer import Answer
from belljar.tools.calls import call
from belljar.tools.providers import definitions, replies
from belljar.tools.table import TOOLS, Tool

__all__ = ["TOOLS", "Answer", "Tool", "call", "definitions", "replies"]
