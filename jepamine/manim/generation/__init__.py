"""Generate Manim code from a description, an image or both: code that was run and matches its layout."""
