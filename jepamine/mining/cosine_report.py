"""The cosine similarity of predicted and clean embeddings, which `eval` reports."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from jepamine.data.clips import read_clips
from jepamine.data.embeddings import Embedded
from jepamine.data.splits import chosen
from jepamine.errors import UserError
from jepamine.mining.clip_embeddings import embedded
from jepamine.mining.scorers.cosines import cosine
from jepamine.protocols import Parts


def predict(predictor: torch.nn.Module, item: Embedded) -> NDArray[np.float32]:
    """Return the predicted embeddings of a clip, float32 (N, D); the predictor must be in eval mode."""
    device = next(predictor.parameters()).device
    with torch.inference_mode():
        masked = torch.from_numpy(item.masked.copy()).to(device)
        fraction = torch.from_numpy(item.fraction[:, None].copy()).to(device)
        predicted: NDArray[np.float32] = predictor(masked, fraction).cpu().numpy()
        return predicted


def cosine_report(predictor: torch.nn.Module, parts: Parts, part: str | None) -> dict[str, Any]:
    """Return the cosine similarity of predicted and clean embeddings over tubelets, and that of masked ones.

    Raises UserError if no clip of the manifest belongs to `part`.
    """
    clips = [clip for clip in read_clips(parts.source) if chosen(clip, part).any()]
    if not clips:
        raise UserError(f"{parts.source.manifest}: no clip has the split '{part}'")
    similarities: list[NDArray[np.float64]] = []
    masked: list[NDArray[np.float64]] = []
    scenes: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    for item in embedded(parts, clips, "eval"):
        picked = chosen(item.clip, part)
        similarities.append(cosine(predict(predictor, item), item.clean)[picked])
        masked.append(cosine(item.masked, item.clean)[picked])
        scenes[item.clip.scene or "unknown"].append(similarities[-1])
    joined = np.concatenate(similarities)
    return {
        "mean_cosine_similarity": float(joined.mean()),
        "std_cosine_similarity": float(joined.std()),
        "masked_cosine_similarity": float(np.concatenate(masked).mean()),
        "per_scene": {scene: float(np.concatenate(scenes[scene]).mean()) for scene in sorted(scenes)},
        "clips": len(clips),
        "tubelets": len(joined),
    }
