"""Measure a generator over prompts as people write them."""
