"""The code task: train a language model to write Manim code for a description and a layout."""
