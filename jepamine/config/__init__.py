"""Recipes: read from TOML, checked against plugin signatures, and built through the registry."""
