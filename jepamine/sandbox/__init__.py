"""Run untrusted code in a forked child that has given up its permissions. Knows nothing of Manim."""
