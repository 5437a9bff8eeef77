"""Scorers by distance to the training clips, against scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from sklearn.covariance import LedoitWolf
from sklearn.neighbors import NearestNeighbors

from jepamine.errors import UserError
from jepamine.mining.bank import Bank
from jepamine.mining.scorers.neighbours import knn, mahalanobis, uniqueness
from jepamine.protocols import Extent

NOWHERE = Extent()


@dataclass
class Clip:
    """What these scorers look at."""

    clip_id: str
    clean: np.ndarray
    extent: Extent = NOWHERE

    @property
    def content(self) -> bytes:
        return self.clip_id.encode()


@pytest.fixture
def bank() -> Bank:
    rng = np.random.default_rng(0)
    ids = [f"train-{row}" for row in range(60)]
    return Bank(ids, [name.encode().hex() for name in ids], rng.normal(1, 1, (60, 12)).astype(np.float32))


@pytest.fixture
def clips() -> list[Clip]:
    rng = np.random.default_rng(1)
    return [Clip(f"new-{row}", rng.normal(1, 1, (4, 12)).astype(np.float32)) for row in range(20)]


def vectors(clips: list[Clip]) -> np.ndarray:
    return np.stack([clip.clean.mean(axis=0) for clip in clips])


def members(bank: Bank) -> list[Clip]:
    return [Clip(name, vector[None]) for name, vector in zip(bank.clip_ids, bank.vectors, strict=True)]


def test_knn_is_the_mean_cosine_distance_of_scikit_learn(bank, clips):
    model = NearestNeighbors(n_neighbors=5, metric="cosine", algorithm="brute").fit(bank.vectors)
    expected = model.kneighbors(vectors(clips))[0].mean(axis=1)
    assert knn(bank)(clips) == pytest.approx(expected.tolist(), abs=1e-6)


def test_a_training_clip_is_not_its_own_neighbour(bank):
    model = NearestNeighbors(n_neighbors=6, metric="cosine", algorithm="brute").fit(bank.vectors)
    expected = model.kneighbors(bank.vectors)[0][:, 1:].mean(axis=1)
    assert knn(bank)(members(bank)) == pytest.approx(expected.tolist(), abs=1e-6)


def test_knn_of_near_duplicates_is_exact(bank):
    close = bank.vectors[:1] + 1e-4
    model = NearestNeighbors(n_neighbors=1, metric="cosine", algorithm="brute").fit(
        bank.vectors.astype(float)
    )
    (expected,) = model.kneighbors(close.astype(float))[0][:, 0]
    assert knn(bank, k=1)([Clip("close", close)])[0] == pytest.approx(expected, rel=0.05, abs=1e-9)


def test_uniqueness_is_fiftyones_formula_with_the_training_clips_at_most_one(bank, clips):
    model = NearestNeighbors(n_neighbors=4, algorithm="brute").fit(bank.vectors.astype(float))
    own = model.kneighbors(bank.vectors.astype(float))[0][:, 1:] @ [0.6, 0.3, 0.1]
    assert uniqueness(bank)(members(bank)) == pytest.approx((own / own.max()).tolist(), abs=1e-6)
    new = model.kneighbors(vectors(clips).astype(float), n_neighbors=3)[0] @ [0.6, 0.3, 0.1]
    assert uniqueness(bank)(clips) == pytest.approx((new / own.max()).tolist(), abs=1e-6)


def test_mahalanobis_is_that_of_ledoit_wolf_on_unit_vectors(bank, clips):
    def unit(rows: np.ndarray) -> np.ndarray:
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    expected = LedoitWolf().fit(unit(bank.vectors.astype(float))).mahalanobis(unit(vectors(clips)))
    assert mahalanobis(bank)(clips) == pytest.approx(expected.tolist(), rel=1e-5)


def test_training_clips_that_share_frames_or_time_are_not_compared_with(bank):
    timed = [Extent(str(row).zfill(8).encode(), "v", float(row), float(row)) for row in range(60)]
    bank = replace(bank, extents=timed)
    near = Clip("near", bank.vectors[:1] + 0.01, Extent(b"00000002", "v", -1.0, 1.5))  # rows 0, 1 and 2
    without = Bank(bank.clip_ids[3:], bank.contents[3:], bank.vectors[3:])
    assert knn(bank)([near])[0] == pytest.approx(float(knn(without)([near])[0]), rel=1e-6)
    assert knn(bank)([near])[0] > 1.1 * knn(bank)([replace(near, extent=NOWHERE)])[0]
    model = NearestNeighbors(n_neighbors=4, algorithm="brute").fit(bank.vectors.astype(float))
    largest = (model.kneighbors(bank.vectors.astype(float))[0][:, 1:] @ [0.6, 0.3, 0.1]).max()
    model = NearestNeighbors(n_neighbors=3, algorithm="brute").fit(without.vectors.astype(float))
    expected = (model.kneighbors(near.clean.astype(float))[0] @ [0.6, 0.3, 0.1])[0] / largest
    assert uniqueness(bank)([near])[0] == pytest.approx(expected, rel=1e-5)


def test_mahalanobis_is_that_of_the_bank_without_the_training_clips_that_overlap(bank, clips):
    unit = bank.vectors.astype(float) / np.linalg.norm(bank.vectors.astype(float), axis=1, keepdims=True)
    whole, kept = LedoitWolf().fit(unit), unit[5:]
    # The shrinkage target is that of the whole bank, scaled as the covariance is.
    ridge = whole.shrinkage_ * np.trace(np.cov(unit.T, bias=True)) / 12 * 60 / 55
    covariance = (1 - whole.shrinkage_) * np.cov(kept.T, bias=True) + ridge * np.eye(12)
    offset = unit[0] - kept.mean(axis=0)
    expected = offset @ np.linalg.solve(covariance, offset)
    overlapping = [Extent(timeline="v", start=float(row >= 5), end=float(row >= 5)) for row in range(60)]
    bank = replace(bank, extents=overlapping)
    clip = Clip("train-0", bank.vectors[:1], overlapping[0])
    assert mahalanobis(bank)([clip])[0] == pytest.approx(expected, rel=1e-5)


def test_a_clip_that_overlaps_all_training_clips_is_compared_with_all_but_itself(bank):
    everything = replace(bank, extents=[Extent(timeline="v", start=0.0, end=1.0)] * 60)
    clips = [replace(clip, extent=everything.extents[0]) for clip in members(bank)]
    assert knn(everything)(clips) == pytest.approx(list(knn(bank)(members(bank))))


def test_fewer_neighbours_than_k_may_remain_for_one_clip_and_not_for_another(bank):
    small = Bank(bank.clip_ids[:6], bank.contents[:6], bank.vectors[:6])
    timed = replace(small, extents=[Extent(timeline="v", start=float(r), end=float(r)) for r in range(6)])
    clip = Clip("new", bank.vectors[7:8], Extent(timeline="v", start=0.0, end=3.0))
    last_two = Bank(bank.clip_ids[4:6], bank.contents[4:6], bank.vectors[4:6])

    def unit(rows: np.ndarray) -> np.ndarray:
        return rows.astype(float) / np.linalg.norm(rows.astype(float), axis=1, keepdims=True)

    expected = (1 - unit(clip.clean) @ unit(last_two.vectors).T).mean()
    assert knn(timed, k=5)([clip])[0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("scorer", [knn, uniqueness, mahalanobis])
@pytest.mark.parametrize("size", [60, 5])
def test_a_clips_score_does_not_depend_on_the_others(size, scorer, bank, clips):
    bank = Bank(bank.clip_ids[:size], bank.contents[:size], bank.vectors[:size])
    clips = clips + members(bank)
    built = scorer(bank)
    together = built(clips)
    assert [built([clip])[0] for clip in clips] == pytest.approx(list(together), rel=1e-5)


def test_more_neighbours_than_clips_are_as_many_as_there_are(clips):
    small = Bank(["a", "b"], [b"a".hex(), b"b".hex()], np.eye(2, 12, dtype=np.float32))
    assert len(knn(small, k=5)(clips)) == 20
    assert knn(small, k=5)(members(small)) == pytest.approx([1.0, 1.0])


def test_a_bank_of_one_clip_is_reported():
    with pytest.raises(UserError, match="at least 2 training clips"):
        knn(Bank(["a"], ["00"], np.ones((1, 3), dtype=np.float32)))
