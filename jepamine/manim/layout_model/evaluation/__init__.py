"""Measure how far predicted layouts are from true ones."""
