"""From a description, an image or both to Manim code that was run and keeps its layout."""
