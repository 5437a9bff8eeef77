"""Checks Manim code: what it says, that it runs in `jepamine.sandbox`, and where its objects end up."""
