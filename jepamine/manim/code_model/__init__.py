"""The task of writing code: description and layout in, Manim code out."""
