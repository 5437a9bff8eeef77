"""The scorer `drive`: how far a clip deviates from its own drive, by what is usual within a drive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jepamine.mining.drive_context import clean_vector

if TYPE_CHECKING:
    import numpy as np

    from jepamine.mining.drive_context import DriveContext
    from jepamine.protocols import ClipEmbeddings


class Drive:
    """Mahalanobis distance of a clip's mean clean embedding (unit length) from the mean of its drive.

    The covariance is that of the training clips' deviations from their own drives (Ledoit-Wolf). Clips that
    share frames or time with the clip are left out of its drive's mean. A clip without others scores 0.
    """

    def __init__(self, drives: DriveContext) -> None:
        self.drives = drives
        drives.columns["clean"] = clean_vector

    def __call__(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        import numpy as np

        scores = np.zeros(len(clips))
        deviations = {
            row: clean_vector(clip).astype(np.float64) - mean
            for row, clip in enumerate(clips)
            if (mean := self.drives.mean("clean", clip)) is not None
        }
        if deviations:
            lengths = self.drives.whitening.length(np.stack(list(deviations.values())))
            scores[list(deviations)] = lengths
        return list(scores)
