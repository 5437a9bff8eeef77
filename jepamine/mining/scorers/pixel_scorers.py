"""Scorers that look at pixels alone: baselines, and faults of a camera or a recording.

`darkness`, `contrast`, `frame-difference` and `jpeg-size` are baselines. `frozen`, `spliced`, `shuffled`,
`dropped` and `blank` look at the differences between the frames of a clip, which are computed once per clip
and kept beside its embeddings; `sensor` is the most conspicuous fault of these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from jepamine.mining.scorers.combined import rank

if TYPE_CHECKING:
    import numpy as np

    from jepamine.data.embedding_store import Store
    from jepamine.data.pixel_statistics import FrameChanges
    from jepamine.mining.drive_context import DriveContext
    from jepamine.protocols import ClipEmbeddings, Panel, Scorer

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
        import numpy as np
        from scipy.cluster.hierarchy import linkage

        if not len(changes.steps):
            return 1.0
        distances = changes.distances.astype("float64") + NOISE
        # Single linkage joins along the edges of the tree, and is much faster than scipy's sparse graphs.
        tree = linkage(distances[np.triu_indices(len(distances), 1)], "single")[:, 2].sum()
        return float((changes.steps + NOISE).sum(dtype="float64") / tree)

    return _scorer(store, score)


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


#: Scorer -> what a score line calls the fault.
FAULTS = {name: f"{name} frames" for name in ("frozen", "spliced", "shuffled", "dropped", "blank")}


# A clip of a drive that is so many deviations (1.4826 times the median absolute one) above the drive's median
# may be faulty itself: Hampel's identifier.
FAR = 3 * 1.4826


class Sensor:
    """Highest of the ranks that a clip has among the run's own clips by the scorers in `FAULTS`.

    Among its training clips, too: the faults are fitted to nothing. A camera that the run was not trained on
    may have another frame rate or speed. Its clips are ranked among the other clips of their drive, too,
    without clips that share frames or time with them and those that may be faulty themselves: a fault of such
    a camera is what most of its other clips do not have.
    """

    def __init__(self, panel: Panel, drives: DriveContext) -> None:
        self.panel, self.drives = panel, drives
        self.references = panel.reference(tuple(FAULTS), ("train", "val"))
        drives.columns["faults"] = self._faults

    def __call__(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        return list(self._ranks(clips).max(axis=0))

    def findings(self, clips: Sequence[ClipEmbeddings]) -> list[str]:
        """Return each clip's fault, such as "frozen frames"; empty unless beyond all it is ranked among."""
        names = list(FAULTS.values())
        return [names[int(column.argmax())] if column.max() > 1 else "" for column in self._ranks(clips).T]

    def _ranks(self, clips: Sequence[ClipEmbeddings]) -> np.ndarray:
        """Return the clips' ranks by fault, float64 (faults, clips)."""
        import numpy as np

        values = np.array([self.panel.scores(name, clips) for name in FAULTS], dtype=np.float64)
        references = list(self.references.values())
        ranks = np.stack([rank(row, reference) for row, reference in zip(values, references, strict=True)])
        for number, clip in enumerate(clips):
            if self._by_a_new_camera(clip) and (others := self.drives.others("faults", clip)) is not None:
                for fault, usual in enumerate(map(_usual, others.T.astype(np.float64))):
                    reference = np.sort(np.concatenate([references[fault], usual]))
                    ranks[fault, number] = rank(values[fault, number], reference)
        return ranks

    def _by_a_new_camera(self, clip: ClipEmbeddings) -> bool:
        return clip.camera is not None and not self.drives.bank.knows(clip.camera)

    def _faults(self, clip: ClipEmbeddings) -> np.ndarray:
        """Return a clip's scores by fault, float32 (faults,); 0 where none is compared with."""
        import numpy as np

        if not self._by_a_new_camera(clip):
            return np.zeros(len(FAULTS), dtype=np.float32)
        return np.array([self.panel.scorer(name)([clip])[0] for name in FAULTS], dtype=np.float32)


def _usual(values: np.ndarray) -> np.ndarray:
    """Return those of a drive's `values` (M,) that are not far above its median."""
    import numpy as np

    median = np.median(values)
    kept: np.ndarray = values[values <= median + FAR * np.median(np.abs(values - median))]
    return kept
