"""Scorers that look at pixels alone: baselines, and faults of a camera or a recording.

`darkness`, `contrast`, `frame-difference` and `jpeg-size` are baselines. `frozen`, `spliced`, `shuffled`,
`dropped` and `blank` look at the differences between the frames of a clip, which are computed once per clip
and kept beside its embeddings; `sensor` (`jepamine.mining.scorers.sensor`) is the most conspicuous of these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from jepamine.data.embedding_store import Store
    from jepamine.data.pixel_statistics import FrameChanges
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

    column = NAMES.index(name)
    # Clips that an older version embedded have no statistics: they are decoded once more.
    return _of_pixels(store, FOLDER, pixel_statistics, lambda values: values[:, column].astype("float64"))


# Differences of luma from 0 to 1 below this, a quarter of a grey level, are noise of the recording.
NOISE = 1e-3


def frozen(store: Store) -> Scorer:
    """Score stillness: minus the logarithm of the mean change over the stillest quarter of a clip."""

    def score(changes: FrameChanges) -> float:
        import numpy as np

        steps = changes.steps
        if not len(steps):
            return 0.0
        width = -(-len(steps) // 4)
        means = np.convolve(steps, np.full(width, 1 / width), "valid")
        return float(-np.log(means.min() + NOISE / 100))

    return _scorer(store, score)


def spliced(store: Store) -> Scorer:
    """Score the cuts that a foreign piece of film makes, over how much the frames change elsewhere.

    One cut where the piece begins or ends the clip, else two, of which the smaller counts. The largest change
    alone is also that of a fast turn (AUROC on real drives 0.96, this 0.99).
    """

    def score(changes: FrameChanges) -> float:
        import numpy as np

        steps = np.sort(changes.steps.astype(np.float64))[::-1]
        pieces = [steps[count - 1] - steps[count:].mean() for count in (1, 2) if len(steps) > count]
        return float(max(pieces, default=0.0))

    return _scorer(store, score)


def shuffled(store: Store) -> Scorer:
    """Score the change along the clip over that along the minimum spanning tree of its frames.

    1 where every frame is most similar to its neighbours in time, as in steady motion.
    """

    def score(changes: FrameChanges) -> float:
        if not len(changes.steps):
            return 1.0
        return float((changes.steps + NOISE).sum(dtype="float64") / _tree(changes))

    return _scorer(store, score)


def random_order(store: Store) -> Scorer:
    """Score what `shuffled` gives on average over all orders of a clip's frames, less 1."""

    def score(changes: FrameChanges) -> float:
        steps = len(changes.steps)
        if not steps:
            return 0.0
        # Each pair of frames is as often next to each other as any other: (F - 1) times the mean distance.
        mean = changes.distances.sum(dtype="float64") / (steps * (steps + 1)) + NOISE
        return float(mean * steps / _tree(changes) - 1)

    return _scorer(store, score)


def _tree(changes: FrameChanges) -> float:
    """Return the length of the minimum spanning tree of two frames and more."""
    import numpy as np
    from scipy.cluster.hierarchy import linkage

    distances = changes.distances.astype("float64") + NOISE
    # Single linkage joins along the edges of the tree, and is much faster than scipy's sparse graphs.
    return float(linkage(distances[np.triu_indices(len(distances), 1)], "single")[:, 2].sum())


def dropped(store: Store) -> Scorer:
    """Score the largest change from one frame to the next over the median one: a gap in even motion."""

    def score(changes: FrameChanges) -> float:
        import numpy as np

        moving = changes.steps[changes.steps > NOISE]  # a frozen part is no even motion
        return float(moving.max() / np.median(moving)) if len(moving) else 1.0

    return _scorer(store, score)


def blank(store: Store) -> Scorer:
    """Score minus the logarithm of the lowest contrast of a frame: high for frames of a single colour."""

    def score(changes: FrameChanges) -> float:
        import numpy as np

        return float(-np.log(changes.contrast.min() + NOISE))

    return _scorer(store, score)


def _scorer(store: Store, score: Callable[[FrameChanges], float]) -> Scorer:
    from jepamine.data.pixel_statistics import CHANGES_FOLDER, frame_changes, unpack

    return _of_pixels(store, CHANGES_FOLDER, frame_changes, lambda changes: score(unpack(changes)))


def _of_pixels(
    store: Store,
    folder: str,
    measure: Callable[[np.ndarray], np.ndarray],
    score: Callable[[np.ndarray], np.ndarray | float],
) -> Scorer:
    """Return a scorer of what `measure` gives for a clip's frames, computed once and kept in `folder`."""
    kept = store.beside(folder)

    def one(clip: ClipEmbeddings) -> np.ndarray:
        import numpy as np

        measured = kept.get(clip.content)
        if measured is None:
            measured = measure(clip.frames())
            kept.put(clip.content, measured)
        return np.asarray(score(measured))

    return lambda clips: [one(clip) for clip in clips]
