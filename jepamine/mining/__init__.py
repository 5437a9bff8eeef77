"""Clip mining: train on masked and clean embeddings, score clips, rank them against labels, review them."""
