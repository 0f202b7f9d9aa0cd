"""Integrations: what makes runnable cells of the code in other people's docs, one module for each tool.

    Sphinx, MyST ──► sphinx:   directives, and the *Examples* of docstrings
    MkDocs, Zensical ──► markdown: a fence
    Quarto ──► quarto:   a filter, in Lua

Each only writes markup (`markup`): the code as text, with `<bell-jar>` around it. What runs it is `embed.js`,
in the reader's browser. The tools themselves are no dependency of belljar's: each module imports its own.
"""
