"""Approximate how large a formula is where no LaTeX is installed."""
