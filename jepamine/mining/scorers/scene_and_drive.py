"""The scorers `scene`, `drive`, `variogram` and `camera`: how far a clip is from others of each."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jepamine.mining.drive_context import clean_vector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sklearn.isotonic import IsotonicRegression

    from jepamine.mining.bank import Bank
    from jepamine.mining.drive_context import DriveContext
    from jepamine.mining.scene_context import SceneContext
    from jepamine.protocols import ClipEmbeddings


class Scene:
    """Mean cosine distance of a clip's centred mean clean embedding to the other clips of its scene.

    The clip itself and clips that share frames or time with it are left out, so that the mean score does not
    depend on the number of clips in a scene. A clip without others to compare with scores 0.
    """

    def __init__(self, scenes: SceneContext) -> None:
        self.context = scenes

    def warning(self) -> str:
        """Return a warning with the number of clips that have nothing to be compared with; else empty."""
        alone = self.context.alone()
        if not alone:
            return ""
        return (
            f"{alone} clips have no scene, or no other clip in it that does not overlap them: the scorer "
            "'scene' has nothing to compare them with and scores them 0"
        )

    def __call__(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        import numpy as np

        return [np.asarray(self.context.distance(clip)) for clip in clips]


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


# Nearest training clips that count, and training clips at most that tell what is usual.
NEAREST = 5
USUAL = 1000
# Quantile of the training clips' distances that is usual: cameras also differ in how far their odd clips are.
QUANTILE = 0.9


class Camera:
    """Distance of a clip to the nearest training clips by its own camera, over what is usual among them.

    The mean distance of embeddings at unit length to the 5 nearest, divided by the `QUANTILE` of that
    distance over the camera's training clips. Not whitened: the whitening is fitted to the training clips,
    which are then closer to each other than any new clip is to them. Clips that share frames or time are
    never compared. A clip of a camera with fewer than two training clips to compare it with, or without a
    camera, is compared with all training clips.
    """

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self._usual: dict[str | None, float] = {}

    def __call__(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        import numpy as np

        scores = np.zeros(len(clips))
        groups: dict[str | None, list[int]] = defaultdict(list)
        excluded = [self.bank.overlapping(clip.content, clip.extent) for clip in clips]
        for number, clip in enumerate(clips):
            left = np.setdiff1d(self.bank.camera_rows(clip.camera), excluded[number])
            groups[clip.camera if clip.camera is not None and len(left) >= 2 else None].append(number)
        for camera, numbers in groups.items():
            vectors = np.stack([clean_vector(clips[number]) for number in numbers])
            distances = self._distances(vectors, camera, [excluded[number] for number in numbers])
            scores[numbers] = distances / self.usual(camera)
        return list(scores)

    def usual(self, camera: str | None) -> float:
        """Return the usual distance among the training clips by a camera; None: among all."""
        import numpy as np

        if camera not in self._usual:
            rows = self._rows(camera)
            rows = rows[:: -(-len(rows) // USUAL)]
            distances = self._distances(self.bank.unit[rows], camera, self.bank.overlapping_rows(rows))
            finite = distances[np.isfinite(distances)]
            self._usual[camera] = (float(np.quantile(finite, QUANTILE)) if len(finite) else 0.0) or 1.0
        return self._usual[camera]

    def _rows(self, camera: str | None) -> NDArray[np.int64]:
        import numpy as np

        return np.arange(len(self.bank.vectors)) if camera is None else self.bank.camera_rows(camera)

    def _distances(
        self, queries: NDArray[np.float32], camera: str | None, excluded: list[NDArray[np.int64]]
    ) -> NDArray[np.float64]:
        """Return the mean distances of `queries` to the nearest training clips by a camera; NaN where none
        is left."""
        import numpy as np

        from jepamine.mining.distances import euclidean_distances

        rows = self._rows(camera)
        within = [np.flatnonzero(np.isin(rows, left_out)) for left_out in excluded]
        distances = euclidean_distances(queries, self.bank.unit[rows], NEAREST, within)
        counts = np.isfinite(distances).sum(axis=1)
        return np.where(counts, np.nansum(distances, axis=1) / np.maximum(counts, 1), np.nan)


# Pairs of training clips that the curve is fitted to at most, spread evenly over them.
PAIRS = 200_000


class Variogram:
    """Mean of d / e over the other clips of a clip's drive.

    d is their whitened distance (as for `drive`), e the distance that two training clips of one drive with
    this gap in time have on average: a curve that never falls, fitted by isotonic regression. So the ends of
    a drive, which are far from most of it, are not novel for that. Clips that share frames or time are left
    out, and a clip without others scores 0.
    """

    def __init__(self, drives: DriveContext) -> None:
        self.drives = drives
        drives.columns["clean"] = clean_vector

    @functools.cached_property
    def expected(self) -> IsotonicRegression | None:
        """Return the mean distance by gap in time, fitted to the training clips; None without pairs."""
        import numpy as np
        from sklearn.isotonic import IsotonicRegression

        gaps, distances = [np.empty(0)], [np.empty(0)]
        for drive in self.drives.training:
            whitened = drive.whitened("clean", self.drives.whitening)
            for row, clip in enumerate(zip(drive.contents, drive.extents, strict=True)):
                left = np.setdiff1d(np.arange(row), drive.overlapping(*clip))
                left = left[:: max(1, len(left) * len(self.drives.bank.clip_ids) // PAIRS)]
                gaps.append(np.abs(drive.positions[left] - drive.positions[row]))
                distances.append(np.linalg.norm(whitened[left] - whitened[row], axis=1))
        gap, distance = np.concatenate(gaps), np.concatenate(distances)
        if not len(gap):
            return None
        return IsotonicRegression(out_of_bounds="clip").fit(gap, distance)

    def __call__(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        import numpy as np

        return [np.asarray(self._score(clip)) for clip in clips]

    def _score(self, clip: ClipEmbeddings) -> float:
        import numpy as np

        found = self.drives.distances("clean", clip)
        if found is None:
            return 0.0
        distances, gaps = found
        expected = np.ones(len(gaps)) if self.expected is None else self.expected.predict(gaps)
        return float(np.mean(distances / np.maximum(expected, 1e-9)))
