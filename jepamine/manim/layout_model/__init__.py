"""The layout model: predict the layout of a frame."""
