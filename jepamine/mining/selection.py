"""Choose the best clips without near-duplicates, and unlike each other.

Legend of shapes: P clips of the pool, D dimensions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jepamine.data.embedding_store import Store
from jepamine.data.embeddings import Unreadable, embed_clips
from jepamine.errors import UserError
from jepamine.mining import DIVERSITY, THRESHOLD
from jepamine.mining.bank import BANK, load_bank
from jepamine.mining.distances import unit
from jepamine.mining.score_files import Scored
from jepamine.runs.loading import LoadedRun, require_clip_ranking
from jepamine.utils.progress import progress

# How many of the best are considered: their frames are read once more, to find their embeddings.
POOL = 1000


def pool_of(k: int, pool: int = POOL) -> int:
    """Return how many of the best clips `k` are chosen from."""
    return max(pool, 20 * k)


@dataclass(frozen=True)
class Choice:
    """A chosen clip; `stands_for` are its near-duplicates of lower score, `vector` float32 (D,) centred."""

    scored: Scored
    stands_for: list[Scored]
    vector: NDArray[np.float32]


@dataclass(frozen=True)
class Chosen:
    """The result of `choose`: the clips in order, and those of the pool that can no longer be read."""

    choices: list[Choice]
    unreadable: list[tuple[Scored, UserError]]


def choose(
    opened: LoadedRun,
    scored: list[Scored],
    k: int,
    threshold: float = THRESHOLD,
    diversity: float = DIVERSITY,
    pool: int = POOL,
) -> Chosen:
    """Choose up to `k` clips of `scored` (highest score first), from its best max(`pool`, 20 k).

    Near-duplicates, by a cosine of at least `threshold`, collapse into the best of them; then clips are
    chosen one by one, each the one with the largest sum of its score (from 0 to 1 within the pool) and
    `diversity` times its distance to those chosen already (maximal marginal relevance, Carbonell and
    Goldstein 1998). Raises UserError if no clip of the pool can be read.
    """
    require_clip_ranking(opened)
    best, vectors, unreadable = _readable(opened, scored[: pool_of(k, pool)])
    return Chosen(pick(best, vectors, k, threshold, diversity), unreadable)


def pick(
    best: list[Scored], vectors: NDArray[np.float32], k: int, threshold: float, diversity: float
) -> list[Choice]:
    """Choose up to `k` of the clips `best`, highest score first, as `choose` does; `vectors` (P, D)."""
    scores = np.array([item.score for item in best])
    leaders, members = collapse(vectors, threshold)
    order = spread(vectors[leaders], scores[leaders], k, diversity)
    return [
        Choice(best[leaders[place]], [best[row] for row in members[place]], vectors[leaders[place]])
        for place in order
    ]


def _readable(
    opened: LoadedRun, items: list[Scored]
) -> tuple[list[Scored], NDArray[np.float32], list[tuple[Scored, UserError]]]:
    """Return the clips that can be read, their embeddings (P, D), and those that cannot.

    Embeddings are means of clean ones less the training clips' mean, at unit length. Centred, because all
    driving has much in common: uncentred cosines of unrelated clips go up to 0.97.
    """
    centre = load_bank(opened.folder.path / BANK).unit.mean(axis=0)
    found, errors = mean_embeddings(opened, items)
    pairs = list(zip(items, found, strict=True))
    unreadable = list(zip((item for item, mean in pairs if mean is None), errors, strict=True))
    readable = [item for item, mean in pairs if mean is not None]
    means = [mean for mean in found if mean is not None]
    if not readable:
        raise UserError(f"none of the clips can be read any more; the first: {errors[0]}")
    return readable, unit(unit(np.stack(means)) - centre), unreadable


def mean_embeddings(
    opened: LoadedRun, items: Sequence[Scored]
) -> tuple[list[NDArray[np.float32] | None], list[UserError]]:
    """Return the mean clean embedding of each clip, float32 (D,); None, and an error, for unreadable ones."""
    parts = opened.parts
    means: list[NDArray[np.float32] | None] = []
    errors: list[UserError] = []
    with Store(parts.store) as store, progress("look at", len(items), "clips") as bar:
        clips = (item.clip for item in items)
        for embedded in embed_clips(clips, parts.source, None, parts.encoder, store):
            if isinstance(embedded, Unreadable):
                errors.append(embedded.error)
                means.append(None)
            else:
                means.append(embedded.clean.mean(axis=0))
            bar.step()
    return means, errors


def collapse(vectors: NDArray[np.float32], threshold: float) -> tuple[list[int], list[list[int]]]:
    """Return (leading rows, the rows that each of them stands for) of unit `vectors` (P, D).

    Rows are taken in order: one that is near an earlier leader joins the nearest of them.
    """
    leaders: list[int] = []
    members: list[list[int]] = []
    for row, vector in enumerate(vectors):
        similarity = vectors[leaders] @ vector  # (leaders,)
        if leaders and similarity.max() >= threshold:
            members[int(similarity.argmax())].append(row)
        else:
            leaders.append(row)
            members.append([])
    return leaders, members


def spread(vectors: NDArray[np.float32], scores: NDArray[np.float64], k: int, diversity: float) -> list[int]:
    """Choose `k` rows of unit `vectors` (P, D) with `scores` (P,), in the order in which they are chosen."""
    span = float(scores.max() - scores.min()) or 1.0
    value = (1 - diversity) * (scores - scores.min()) / span
    nearest = np.full(len(vectors), -1.0)  # largest cosine to a chosen row
    chosen: list[int] = []
    for _ in range(min(k, len(vectors))):
        gain = value + diversity * (1 - nearest) / 2
        gain[chosen] = -np.inf
        row = int(gain.argmax())
        chosen.append(row)
        nearest = np.maximum(nearest, vectors @ vectors[row])
    return chosen
