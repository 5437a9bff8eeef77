"""Clips and what is computed from them: frames, video, masks, splits, embeddings and their store."""
