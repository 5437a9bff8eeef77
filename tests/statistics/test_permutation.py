"""Permutation tests in which scenes swap their label vectors."""

import itertools

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from jepamine.statistics.metrics import expected_average_precision
from jepamine.statistics.permutation import (
    Places,
    against_chance,
    auroc_and_lift,
    observed,
    random_rank,
    swapped_labels,
    tail,
    tracks,
)


def vectors(labels, scene, values=None, permutations=400, seed=0):
    """The swapped label vectors as tuples."""
    found = []
    for places in swapped_labels(labels, tracks(scene, values), [seed], permutations):
        matrix = np.zeros((places.rows, len(labels)), dtype=int)
        matrix[places.row, places.clip] = 1
        found += [tuple(row) for row in matrix.tolist()]
    return found


def test_scenes_swap_whole_label_vectors_from_any_phase():
    labels, scene = np.array([1, 1, 0, 0, 0, 0]), np.array([0, 0, 0, 1, 1, 1])
    rotations = [(1, 1, 0), (0, 1, 1), (1, 0, 1)]
    expected = {(*run, 0, 0, 0) for run in rotations} | {(0, 0, 0, *run) for run in rotations}
    assert set(vectors(labels, scene)) == expected


def test_labels_are_repeated_in_a_longer_scene_and_cut_in_a_shorter_one():
    labels, scene = np.array([1, 0, 0, 0, 0, 0]), np.array([0, 0, 1, 1, 1, 1])
    expected = {
        (1, 0, 0, 0, 0, 0), (0, 1, 0, 0, 0, 0), (0, 0, 1, 0, 1, 0), (0, 0, 0, 1, 0, 1),
    }  # fmt: skip
    assert set(vectors(labels, scene)) == expected


def test_with_a_field_labels_stay_within_the_value_and_within_scenes_of_the_same_values():
    scene = np.array([0, 0, 1, 1, 2, 2])
    values = np.array([0, 1, 0, 1, 0, 0])
    labels = np.array([1, 0, 0, 0, 1, 0])
    expected = {(1, 0, 0, 0), (0, 0, 1, 0)}
    assert {row[:4] for row in vectors(labels, scene, values)} == expected
    assert {row[4:] for row in vectors(labels, scene, values)} == {(1, 0), (0, 1)}


@pytest.mark.parametrize("seed", range(3))
def test_p_values_are_those_of_all_permutations_of_a_small_case(seed):
    random = np.random.default_rng(seed)
    scene = np.repeat(np.arange(3), 3)
    labels = np.array([1, 0, 0, 1, 1, 0, 0, 0, 0])
    scores = random.normal(size=9) + labels
    blocks = labels.reshape(3, 3)
    null = []
    for order in itertools.permutations(range(3)):
        for phases in itertools.product(range(3), repeat=3):
            mixed = np.concatenate([np.roll(blocks[o], -p) for o, p in zip(order, phases, strict=True)])
            null.append((roc_auc_score(mixed, scores), average_precision_score(mixed, scores)))
    seen = np.array([roc_auc_score(labels, scores), average_precision_score(labels, scores)])
    exact = (np.array(null) >= seen - 1e-12).mean(axis=0)
    p = against_chance({"x": scores}, labels, scene, permutations=20_000)["x"].alone
    found = [p[metric]["above"] for metric in ("auroc", "average_precision")]
    assert found == pytest.approx(exact.tolist(), abs=0.015)


def test_the_statistics_are_scikit_learns_over_chance():
    random = np.random.default_rng(0)
    scores, labels = random.random(50), (np.arange(50) % 5 == 0).astype(int)
    auroc, lift = auroc_and_lift(random_rank(scores, [0]), observed(labels))[:, 0]
    assert auroc == pytest.approx(roc_auc_score(labels, scores))
    by_chance = expected_average_precision(50, 10)
    assert lift == pytest.approx(average_precision_score(labels, scores) / by_chance)
    two = Places(np.array([0, 0, 1]), np.array([3, 7, 4]), 2)
    first = auroc_and_lift(random_rank(scores, [0]), two)[0, 0]
    assert first == pytest.approx(roc_auc_score(np.isin(np.arange(50), [3, 7]), scores))


def test_a_claim_among_many_scorers_needs_a_smaller_p():
    random = np.random.default_rng(1)
    labels, scene = (random.random(160) < 0.2).astype(int), np.repeat(np.arange(20), 8)
    noise = {str(number): random.random(160) for number in range(8)}
    good = random.random(160) + 0.1 * labels
    alone = against_chance({"good": good}, labels, scene)["good"]
    among = against_chance({"good": good} | noise, labels, scene)["good"]
    assert alone.p("above") == alone.p("above", among_all=False) == among.p("above", among_all=False)
    assert among.p("above") > alone.p("above")


def test_the_data_counts_as_a_permutation():
    assert tail(np.array([1.0, 2.0, 3.0]), 3.0, "above") == 0.5
    assert tail(np.array([1.0, 2.0, 3.0]), 4.0, "above") == 0.25
    assert tail(np.array([1.0, 2.0, 3.0]), 1.0, "below") == 0.5
