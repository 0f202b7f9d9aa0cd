"""Client: `execute(code)` for Python programs, on any backend."""
