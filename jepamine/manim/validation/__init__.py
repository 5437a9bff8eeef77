"""Validate Manim code: check its syntax tree, run it in `jepamine.sandbox`, and measure its objects."""
