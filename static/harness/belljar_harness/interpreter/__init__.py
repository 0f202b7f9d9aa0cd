"""Interpreter: the one room that knows Pyodide: its modules, its event loop, its thread states, its start.

The rest of the harness names none of them, and runs in an ordinary CPython as it is.
"""

#: Pyodide's packages of Python; their frames are machinery, not the user's.
PACKAGES = ("pyodide", "_pyodide")
