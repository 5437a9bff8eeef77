"""Scorers by distance to the training clips: `knn`, `uniqueness` and `mahalanobis`.

Each looks at a clip's mean clean embedding; a training clip is not its own neighbour.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from jepamine.errors import UserError

if TYPE_CHECKING:
    import numpy as np

    from jepamine.mining.bank import Bank
    from jepamine.protocols import ClipEmbeddings, Scorer

# FiftyOne Brain's weights of the 3 nearest (compute_uniqueness).
UNIQUENESS_WEIGHTS = (0.6, 0.3, 0.1)


def knn(bank: Bank, *, k: Annotated[int, Field(ge=1)] = 5) -> Scorer:
    """Score by the mean cosine distance to the k nearest training clips; exact."""
    from jepamine.mining.bank import cosine_distances, unit

    _at_least(bank, 2)

    def score(clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        queries, own = _queries(clips, bank)
        return list(cosine_distances(unit(queries), bank.unit, k, own).mean(axis=1))

    return score


def uniqueness(bank: Bank) -> Scorer:
    """Score FiftyOne Brain's uniqueness: Euclidean distances to the 3 nearest, weights 0.6 / 0.3 / 0.1.

    Normalised by the training clips' maximum, not the scored file's, so that a clip's score does not depend
    on what else is scored; a clip farther out than any of them scores more than 1.
    """
    import numpy as np

    from jepamine.mining.bank import euclidean_distances

    _at_least(bank, 2)

    def raw(queries: np.ndarray, own: np.ndarray) -> np.ndarray:
        distances = euclidean_distances(queries, bank.vectors, len(UNIQUENESS_WEIGHTS), own)
        weighted: np.ndarray = distances @ np.array(UNIQUENESS_WEIGHTS[: distances.shape[1]])
        return weighted

    # In steps, so that the distances of a large bank to itself are never held at once.
    rows = np.arange(len(bank.vectors))
    steps = np.array_split(rows, max(1, len(rows) // 1000))
    largest = max(float(raw(bank.vectors[step], step).max()) for step in steps) or 1.0
    return lambda clips: list(raw(*_queries(clips, bank)) / largest)


def mahalanobis(bank: Bank) -> Scorer:
    """Score the squared Mahalanobis distance of unit-length embeddings.

    Ledoit-Wolf covariance of the bank.
    """
    import numpy as np
    from sklearn.covariance import LedoitWolf

    from jepamine.mining.bank import unit

    _at_least(bank, 2)
    estimator = LedoitWolf().fit(bank.unit.astype(np.float64))

    def score(clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        queries, _ = _queries(clips, bank)
        return list(estimator.mahalanobis(unit(queries).astype(np.float64)))

    return score


def _queries(clips: Sequence[ClipEmbeddings], bank: Bank) -> tuple[np.ndarray, np.ndarray]:
    """Return mean clean embeddings float32 (Q, D), and each clip's row in the bank, int64 (Q,), or -1."""
    import numpy as np

    own = np.array([bank.rows.get(clip.content.hex(), -1) for clip in clips], dtype=np.int64)
    return np.stack([clip.clean.mean(axis=0) for clip in clips]), own


def _at_least(bank: Bank, count: int) -> None:
    if len(bank.clip_ids) < count:
        raise UserError(
            f"the scorers knn, uniqueness and mahalanobis need at least {count} training clips, the run has "
            f"{len(bank.clip_ids)}: train on more clips, or remove them from [scoring]"
        )
