"""Layout predictors: dense heads and a transformer."""
