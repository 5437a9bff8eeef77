"""The scorer `sensor`: the most conspicuous fault of a recording, and its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jepamine.mining.scorers.combined import rank
from jepamine.mining.scorers.pixel_scorers import random_order

if TYPE_CHECKING:
    import numpy as np

    from jepamine.data.embedding_store import Store
    from jepamine.mining.drive_context import DriveContext
    from jepamine.protocols import ClipEmbeddings, Panel

#: Scorer -> what a score line calls the fault.
FAULTS = {name: f"{name} frames" for name in ("frozen", "spliced", "shuffled", "dropped", "blank")}

# A clip of a drive that is so many deviations (1.4826 times the median absolute one) above the drive's median
# may be faulty itself: Hampel's identifier.
FAR = 3 * 1.4826

# Share of what a random order gives by which the order of frames is clearly lost.
LOST = 0.5


class Sensor:
    """Highest of the ranks that a clip has among the run's own clips by the scorers in `FAULTS`.

    Among its training clips, too: the faults are fitted to nothing. A camera that the run was not trained on
    may have another frame rate or speed. Its clips are ranked among the other clips of their drive, too,
    without clips that share frames or time with them and those that may be faulty themselves: a fault of such
    a camera is what most of its other clips do not have.

    Steady motion has `shuffled` 1.00 to 1.04, a turn at a low frame rate up to 1.36. Among clips of steady
    motion any turn is far out in units of their range, more than a splice is: so an excess counts in units of
    `LOST` times what a random order of the clip's own frames would give, where that is more.
    """

    def __init__(self, panel: Panel, drives: DriveContext, store: Store) -> None:
        self.panel, self.drives = panel, drives
        self.references = panel.reference(tuple(FAULTS), ("train", "val"))
        self._random_order = random_order(store)
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
        least, shuffled = np.zeros(values.shape), list(FAULTS).index("shuffled")
        beyond = np.flatnonzero(values[shuffled] > references[shuffled][-1])  # the range counts only there
        least[shuffled, beyond] = LOST * np.array(
            self._random_order([clips[number] for number in beyond.tolist()])
        )
        ranks = np.stack([rank(*row) for row in zip(values, references, least, strict=True)])
        for number, clip in enumerate(clips):
            if self._by_a_new_camera(clip) and (others := self.drives.others("faults", clip)) is not None:
                for fault, usual in enumerate(map(_usual, others.T.astype(np.float64))):
                    reference = np.sort(np.concatenate([references[fault], usual]))
                    ranks[fault, number] = rank(values[fault, number], reference, least[fault, number])
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
