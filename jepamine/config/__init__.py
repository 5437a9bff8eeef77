"""Recipes: read from TOML, checked against plugin signatures, and turned into objects through the registry."""
