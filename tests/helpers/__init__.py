"""Helpers: what tests of several rooms share: people, programs, browsers, and how to wait for them."""
