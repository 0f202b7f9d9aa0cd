"""Limits: what code wants of the world outside, given or refused in words: packages, input, a network."""
