"""Generators: plugins that write Manim code for a layout."""
