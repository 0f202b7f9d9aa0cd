"""Answers: what a run gave, and how that is shown to people and told to language models."""
