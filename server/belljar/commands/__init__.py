"""Commands: `belljar serve | run | mcp | prompt | assets | version`."""
