"""MCP: sandboxes for clients of the Model Context Protocol."""
