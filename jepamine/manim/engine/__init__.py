"""Manim as a library: load it quickly, draw one frame, measure what is visible."""
