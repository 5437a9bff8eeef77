"""Scenes of real Manim: drawn by seed, rendered in this process, with layout, code and description."""
