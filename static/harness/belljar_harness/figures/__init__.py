"""Figures: what matplotlib has drawn, as pictures, and drawn faster than it would."""
