"""What stands in for other programs: commands on files, archives and text, and Python for scripts."""
