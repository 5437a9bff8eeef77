"""Datasets for clip mining: plugins that turn a recipe table into a manifest."""
