"""Scorers by distance to the training clips: `knn`, `uniqueness` and `mahalanobis`.

Each looks at a clip's mean clean embedding. A training clip is not compared with itself, and no clip with
training clips that share frames or time with it. With `groups` (`[scoring] relative_to`) all are moved by the
means of their cameras or drives first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from jepamine.errors import UserError

if TYPE_CHECKING:
    import numpy as np

    from jepamine.mining.bank import Bank
    from jepamine.mining.relative_to import Groups
    from jepamine.protocols import ClipEmbeddings

    Distance = Callable[[np.ndarray, list[np.ndarray]], np.ndarray]

# FiftyOne Brain's weights of the 3 nearest (compute_uniqueness).
UNIQUENESS_WEIGHTS = (0.6, 0.3, 0.1)


@dataclass(frozen=True)
class Neighbours:
    """A scorer of whole clips by `distance`, which also measures a single tubelet.

    `distance` takes embeddings float32 (Q, D) and the rows of `bank` that each must not be compared with,
    and returns float (Q,).
    """

    bank: Bank
    distance: Distance
    groups: Groups | None

    def __call__(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        """Return the distance of each clip's mean embedding."""
        import numpy as np

        means = np.concatenate([self._moved(clip, clip.clean.mean(axis=0)[None]) for clip in clips])
        return list(self.distance(means, self._excluded(clips)))

    def tubelets(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        """Return the distance of each tubelet's embedding, float (N,) for each clip."""
        import numpy as np

        counts = [len(clip.clean) for clip in clips]
        pairs = zip(self._excluded(clips), counts, strict=True)
        excluded = [rows for rows, count in pairs for _ in range(count)]
        rows = np.concatenate([self._moved(clip, clip.clean) for clip in clips])
        distances = self.distance(rows, excluded)
        return np.split(distances, np.cumsum(counts)[:-1])

    def _moved(self, clip: ClipEmbeddings, vectors: np.ndarray) -> np.ndarray:
        return vectors if self.groups is None else self.groups.moved(clip, vectors)

    def _excluded(self, clips: Sequence[ClipEmbeddings]) -> list[np.ndarray]:
        return [self.bank.overlapping(clip.content, clip.extent) for clip in clips]


def knn(bank: Bank, groups: Groups | None = None, *, k: Annotated[int, Field(ge=1)] = 5) -> Neighbours:
    """Score by the mean cosine distance to the k nearest training clips; exact."""
    import numpy as np

    from jepamine.mining.distances import cosine_distances, unit

    bank = _at_least(bank, 2) if groups is None else _at_least(groups.bank, 2)

    def distance(queries: np.ndarray, excluded: list[np.ndarray]) -> np.ndarray:
        nearest = cosine_distances(unit(queries), bank.unit, k, excluded)
        mean: np.ndarray = np.nanmean(nearest, axis=1)
        return mean

    return Neighbours(bank, distance, groups)


def uniqueness(bank: Bank, groups: Groups | None = None) -> Neighbours:
    """Score FiftyOne Brain's uniqueness: Euclidean distances to the 3 nearest, weights 0.6 / 0.3 / 0.1.

    Normalised by the training clips' maximum, not the scored file's, so that a clip's score does not depend
    on what else is scored; a clip farther out than any of them scores more than 1.
    """
    import numpy as np

    from jepamine.mining.distances import euclidean_distances

    bank = _at_least(bank, 2) if groups is None else _at_least(groups.bank, 2)

    def raw(queries: np.ndarray, excluded: list[np.ndarray]) -> np.ndarray:
        distances = euclidean_distances(queries, bank.vectors, len(UNIQUENESS_WEIGHTS), excluded)
        # Not a matrix product: its rounding depends on how many clips are scored together.
        weighted = np.nan_to_num(distances) * np.array(UNIQUENESS_WEIGHTS[: distances.shape[1]])
        total: np.ndarray = weighted.sum(axis=1)
        return total

    # In steps, so that the distances of a large bank to itself are never held at once.
    rows = np.arange(len(bank.vectors))
    steps = np.array_split(rows, max(1, len(rows) // 1000))
    largest = max(float(raw(bank.vectors[step], bank.overlapping_rows(step)).max()) for step in steps) or 1.0
    return Neighbours(bank, lambda queries, excluded: raw(queries, excluded) / largest, groups)


def mahalanobis(bank: Bank, groups: Groups | None = None) -> Neighbours:
    """Score the squared Mahalanobis distance of unit-length embeddings.

    Ledoit-Wolf covariance of the bank. The training clips that a clip overlaps are taken out of the mean and
    the covariance by a low-rank update, with the shrinkage of the whole bank.
    """
    import numpy as np
    from sklearn.covariance import LedoitWolf

    from jepamine.mining.distances import unit

    bank = _at_least(bank, 2) if groups is None else _at_least(groups.bank, 2)
    rows = bank.unit.astype(np.float64)
    estimator = LedoitWolf().fit(rows)
    count, mean, precision = len(rows), estimator.location_, estimator.precision_
    weight = (1 - estimator.shrinkage_) / count

    def without(query: np.ndarray, excluded: np.ndarray) -> float:
        left = count - len(excluded)
        removed = rows[excluded] - mean  # (R, D)
        shift = -removed.sum(axis=0) / left
        offset = query - mean - shift
        # The sum of squares about the new mean is the old one less U U^T; Woodbury inverts the difference.
        update = np.vstack([removed, np.sqrt(left) * shift[None]])  # U^T, (R + 1, D)
        projected = update @ precision
        inner = np.eye(len(update)) - weight * projected @ update.T
        along = projected @ offset
        whole = offset @ precision @ offset + weight * along @ np.linalg.solve(inner, along)
        return float(whole * left / count)

    def distance(queries: np.ndarray, excluded: list[np.ndarray]) -> np.ndarray:
        queries = unit(queries).astype(np.float64)
        distances: np.ndarray = estimator.mahalanobis(queries)
        for number, overlapping in enumerate(excluded):
            if len(overlapping) and count - len(overlapping) >= 2:
                distances[number] = without(queries[number], overlapping)
        return distances

    return Neighbours(bank, distance, groups)


def _at_least(bank: Bank, count: int) -> Bank:
    if len(bank.clip_ids) < count:
        raise UserError(
            f"the scorers knn, uniqueness and mahalanobis need at least {count} training clips, the run has "
            f"{len(bank.clip_ids)}: train on more clips, or remove them from [scoring]"
        )
    return bank
