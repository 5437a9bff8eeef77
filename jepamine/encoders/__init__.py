"""Frozen encoders: plugins that turn uint8 frames into tokens."""
