"""HTTP itself: connections, headers, conditions, encodings; nothing of what this server serves."""
