"""Source: the text of a cell on its way to Python, as people paste it and notebooks write it."""
