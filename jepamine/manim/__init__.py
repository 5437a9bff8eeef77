"""Manim: layouts, scenes drawn by seed, a layout predictor, code generators and their validation."""
