"""Clip mining: train on masked and clean embeddings, score clips, rank them against labels, review them."""

from __future__ import annotations

#: Cosine of centred embeddings from which on two clips count as near-duplicates. Clips of real drives that
#: share half their frames: 0.86 to 0.99 (median 0.94); other clips of the same stretch of a drive 0.68 to
#: 0.87; other drives up to 0.80.
THRESHOLD = 0.85
#: Weight of the distance to clips chosen already, against the score.
DIVERSITY = 0.3
