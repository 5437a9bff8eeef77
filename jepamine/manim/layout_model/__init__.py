"""The layout task: frames and layouts as tensors, and what its predictors have in common."""
