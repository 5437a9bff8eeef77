"""Evaluation of predicted layouts."""
