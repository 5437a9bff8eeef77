"""Predictors of clean embeddings from masked ones."""
