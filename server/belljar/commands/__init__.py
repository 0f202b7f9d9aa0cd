"""Commands: `belljar serve | run | mcp | prompt | export | check | assets | version`."""
