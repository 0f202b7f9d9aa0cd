"""Web: what this server serves: the page, the frames, the policy, the runtime's files."""
