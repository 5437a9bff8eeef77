"""The cosine similarity of predicted and clean embeddings, which `eval` reports."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from jepamine.data.clips import Clip, read_clips
from jepamine.data.embeddings import Embedded
from jepamine.data.splits import chosen
from jepamine.errors import UserError
from jepamine.mining.clip_embeddings import streamed
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

    def clips() -> Iterator[Clip]:
        return (clip for clip in read_clips(parts.source) if chosen(clip, part).any())

    count = sum(1 for _ in clips())
    if not count:
        raise UserError(f"{parts.source.manifest}: no clip has the split '{part}'")
    # By tubelet: cosines, and the number of the scene.
    similarities, masked, owners = array("d"), array("d"), array("q")
    scenes: dict[str, int] = {}
    for item in streamed(parts, clips(), "eval", count):
        picked = chosen(item.clip, part)
        similarities.extend(cosine(predict(predictor, item), item.clean)[picked].tolist())
        masked.extend(cosine(item.masked, item.clean)[picked].tolist())
        scene = scenes.setdefault(item.clip.scene or "unknown", len(scenes))
        owners.extend([scene] * int(picked.sum()))
    joined = np.frombuffer(similarities)
    rows = np.argsort(np.frombuffer(owners, dtype=np.int64), kind="stable")
    ends = np.cumsum(np.bincount(np.frombuffer(owners, dtype=np.int64), minlength=len(scenes)))
    by_scene = np.split(rows, ends[:-1])
    return {
        "mean_cosine_similarity": float(joined.mean()),
        "std_cosine_similarity": float(joined.std()),
        "masked_cosine_similarity": float(np.frombuffer(masked).mean()),
        "per_scene": {scene: float(joined[by_scene[scenes[scene]]].mean()) for scene in sorted(scenes)},
        "clips": count,
        "tubelets": len(joined),
    }
