"""Runs: build a recipe, train with checkpoints, record, load, list and compare."""
