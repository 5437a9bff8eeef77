"""Embed a manifest's clips: as training tensors, as the run's bank, and compared with predictions.

Legend of shapes: N tubelets, D dimensions of an embedding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from jepamine.data.clips import Clip, read_clips
from jepamine.data.drives import drive_of, order_of
from jepamine.data.embedding_store import Store
from jepamine.data.embeddings import Embedded, Unreadable, embed_clips
from jepamine.data.splits import chosen
from jepamine.errors import UserError
from jepamine.mining.bank import BANK, Bank, Place, save_bank
from jepamine.mining.overlap import extent_of
from jepamine.mining.predictors.mlps import tubelets_before
from jepamine.mining.predictors.modules import predict
from jepamine.mining.scorers.cosines import cosine
from jepamine.protocols import Extent, Parts, Tensors
from jepamine.utils.progress import progress


def embedded(parts: Parts, clips: list[Clip], label: str) -> Iterator[Embedded]:
    """Yield the embeddings of `clips` with progress. Raises UserError at the first that cannot be read."""
    with (
        Store(parts.store) as store,
        progress(label, len(clips), "clips") as bar,
    ):
        for item in embed_clips(clips, parts.source, parts.mask, parts.encoder, store):
            if isinstance(item, Unreadable):
                raise item.error
            yield item
            bar.step()


def training_tensors(parts: Parts, context: int = 0) -> tuple[Tensors, Tensors]:
    """Return tensors `clean`, `masked` (N, D) and `fraction` (N, 1), float32, of the train and the val part.

    With `context`, also those of `tubelets_before`. Writes the bank of training clips to the run's folder.
    """
    clips = [
        clip for clip in read_clips(parts.source) if chosen(clip, "train").any() or chosen(clip, "val").any()
    ]
    rows: dict[str, dict[str, list[NDArray[np.float32]]]] = {
        "train": defaultdict(list),
        "val": defaultdict(list),
    }
    ids: list[str] = []
    contents: list[str] = []
    vectors: list[NDArray[np.float32]] = []
    extents: list[Extent] = []
    places: list[Place] = []
    for item in embedded(parts, clips, "encode"):
        if chosen(item.clip, "train").any():
            ids.append(item.clip.clip_id)
            contents.append(item.content.hex())
            extents.append(extent_of(item.clip, item.digests))
            places.append(Place(drive_of(item.clip), item.clip.camera, order_of(item.clip)))
            vectors.append(item.clean.mean(axis=0))
        for part, tensors in rows.items():
            picked = chosen(item.clip, part)
            tensors["clean"].append(item.clean[picked])
            tensors["masked"].append(item.masked[picked])
            tensors["fraction"].append(item.fraction[picked, None])
            if context:
                before, known = tubelets_before(item.clean, context)
                tensors["before"].append(before[picked])
                tensors["known"].append(known[picked])
    if parts.folder:
        save_bank(parts.folder / BANK, Bank(ids, contents, np.stack(vectors), extents, places))
    train, val = (
        {name: torch.from_numpy(np.concatenate(arrays)) for name, arrays in rows[part].items()}
        for part in ("train", "val")
    )
    return train, val


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
