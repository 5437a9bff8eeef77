"""Code of others, run in a forked child that has given up its powers. Knows nothing of Manim."""
