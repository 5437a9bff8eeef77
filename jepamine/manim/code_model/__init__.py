"""The code model: generate Manim code from a description and a layout."""
