"""Find the training clips nearest to the clips of a page."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jepamine.data.clips import Clip, read_clips
from jepamine.mining.bank import load_bank, most_similar, unit
from jepamine.mining.task import BANK
from jepamine.runs.loading import LoadedRun, run_source


@dataclass(frozen=True)
class Near:
    """A training clip and its cosine distance; `clip` is None if the run's manifest no longer has it."""

    clip_id: str
    distance: float
    clip: Clip | None


def nearest(
    opened: LoadedRun, clips: Sequence[Clip], vectors: NDArray[np.float32], k: int
) -> list[list[Near]]:
    """Return up to `k` nearest training clips of each clip, nearest first.

    `vectors` float32 (Q, D) are the clips' own as `clip_vectors` returns them: centred on the training
    clips' mean, unit length. A training clip with the same frames is the clip itself and not a neighbour.
    """
    bank = load_bank(opened.folder.path / BANK)
    if not len(clips) or len(bank.clip_ids) < 2:
        return [[] for _ in clips]
    centred = unit(bank.unit - bank.unit.mean(axis=0))
    rows = {clip_id: row for row, clip_id in enumerate(bank.clip_ids)}
    training = _training_clips(opened, rows)
    same_frames: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for clip_id, clip in training.items():
        same_frames[_frames(clip)].append(rows[clip_id])
    own = [np.array(same_frames.get(_frames(clip), []), dtype=np.int64) for clip in clips]
    neighbours = most_similar(vectors, centred, k, own)
    # 1 - q . b = |q - b|^2 / 2 at unit length, which has digits left where both are nearly the same.
    difference = vectors[:, None].astype(np.float64) - centred[neighbours]
    distances = np.einsum("qkd,qkd->qk", difference, difference) / 2
    return [
        [
            Near(bank.clip_ids[row], float(distance), training.get(bank.clip_ids[row]))
            for row, distance in zip(neighbours[query], distances[query], strict=True)
            if row >= 0
        ]
        for query in range(len(clips))
    ]


def _training_clips(opened: LoadedRun, rows: Mapping[str, int]) -> dict[str, Clip]:
    source = run_source(opened.folder, opened.record)
    return {clip.clip_id: clip for clip in read_clips(source) if clip.clip_id in rows}


def _frames(clip: Clip) -> tuple[str, ...]:
    return tuple(os.path.abspath(str(frame)) for frame in clip.frames)  # noqa: PTH100 - also of moments
