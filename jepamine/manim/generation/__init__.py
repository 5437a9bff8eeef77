"""Generate Manim code from a description, an image or both, and check that it runs and keeps its layout."""
