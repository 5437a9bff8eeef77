"""Generators: plugins that write Manim code which keeps to a layout."""
