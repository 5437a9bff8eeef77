"""Layout predictors: a dense map and a transformer."""
