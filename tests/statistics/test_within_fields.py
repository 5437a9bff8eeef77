"""AUROC within the values of a field."""

import numpy as np
import pytest

from jepamine.statistics.within_fields import within_values


def test_the_auroc_within_values_is_that_of_the_pairs_of_one_value():
    random = np.random.default_rng(0)
    scene = np.repeat(np.arange(10), 6)
    values, labels = scene % 3, (random.random(60) < 0.3).astype(int)
    scores = np.round(random.normal(size=60))
    pairs = [
        (scores[i] > scores[j]) + 0.5 * (scores[i] == scores[j])
        for i in np.flatnonzero(labels)
        for j in np.flatnonzero(labels == 0)
        if values[i] == values[j]
    ]
    found = within_values({"x": scores}, labels, scene, values, permutations=9)
    assert found["x"].auroc == pytest.approx(np.mean(pairs))


def test_values_that_each_hold_one_label_leave_no_pair():
    scene = np.repeat(np.arange(4), 2)
    assert within_values({"x": np.arange(8.0)}, (scene < 2).astype(int), scene, scene // 2) is None
