"""Scorers: plugins that give each clip one novelty score."""
