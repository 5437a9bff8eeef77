"""Honest statistics of how clips are ranked against rare labels."""
