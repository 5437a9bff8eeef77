"""Baselines that look at pixels alone: `darkness`, `contrast`, `frame-difference` and `jpeg-size`.

`eval --labels` ranks them beside the run's scorers: finding what darkness finds as well proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from jepamine.data.embedding_store import Store
    from jepamine.protocols import ClipEmbeddings, Scorer

PIXEL_BASELINES = ("darkness", "contrast", "frame-difference", "jpeg-size")


def darkness(store: Store) -> Scorer:
    """Score by the mean of 1 - luma: 0 is white, 1 black."""
    return _column(store, "darkness")


def contrast(store: Store) -> Scorer:
    """Score by the standard deviation of a frame's luma."""
    return _column(store, "contrast")


def frame_difference(store: Store) -> Scorer:
    """Score by the mean difference of luma between consecutive frames."""
    return _column(store, "frame-difference")


def jpeg_size(store: Store) -> Scorer:
    """Score by the bytes per pixel of the frames as JPEG: how much detail they have."""
    return _column(store, "jpeg-size")


def _column(store: Store, name: str) -> Scorer:
    from jepamine.data.pixel_statistics import FOLDER, NAMES, pixel_statistics

    column, kept = NAMES.index(name), store.beside(FOLDER)

    def score(clip: ClipEmbeddings) -> np.ndarray:
        statistics = kept.get(clip.content)
        if statistics is None:  # embedded by an older version, which kept none: decoded once more
            statistics = pixel_statistics(clip.frames())
            kept.put(clip.content, statistics)
        values: np.ndarray = statistics[:, column].astype("float64")
        return values

    def scores(clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        return [score(clip) for clip in clips]

    return scores
