"""The audit of sources."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from jepamine.statistics.confounding import audit, field_auroc, holm


def run(labels, scenes, scores=None, **sources):
    _, scene = np.unique(scenes, return_inverse=True)
    return audit(scores or {}, np.array(labels), scene, sources)


def two_datasets(share, scenes=40):
    """8 clips a scene; all positives in dataset a, which has `share` of the scenes."""
    random = np.random.default_rng(0)
    scene = np.repeat(np.arange(scenes), 8)
    own = scene < share * scenes
    labels = (own & (random.random(len(scene)) < min(0.8, 0.1 / share))).astype(int)
    return labels, scene, ["a" if value else "b" for value in own]


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_positives_that_all_come_from_one_dataset_are_flagged(share):
    labels, scene, dataset = two_datasets(share)
    reader = np.array([value == "a" for value in dataset]) * 1.0
    field = run(labels, scene, {"reader": reader}, dataset=dataset)["dataset"]
    assert field["flagged"]
    assert field["auroc"] == pytest.approx(roc_auc_score(labels, reader))
    assert field["within"]["reader"]["auroc"] == 0.5
    assert min(field["within"]["reader"]["p"].values()) > 0.025


def test_a_field_that_is_random_is_seldom_flagged():
    flagged = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        scene = np.repeat(np.arange(12), 6)
        labels = (random.random(72) < random.beta(0.3, 0.7, 12)[scene]).astype(int)
        labels[:2] = [0, 1]
        field = random.permutation(np.arange(12) % 3)[scene]
        flagged += run(labels, scene, field=[str(value) for value in field])["field"]["flagged"]
    assert flagged <= 12


def test_a_field_with_half_as_many_values_as_scenes_cannot_be_separated():
    scene = np.repeat(np.arange(6), 4)
    labels = (np.arange(24) % 4 == 0).astype(int)
    fields = {"scene": [str(value) for value in scene], "day": [str(value // 2) for value in scene]}
    found = run(labels, scene, **fields)
    assert [found[name]["separable"] for name in fields] == [False, False]
    assert [found[name]["p"] for name in fields] == [None, None]
    assert run(labels, scene, camera=["l", "r"] * 12)["camera"]["p"] is not None


def test_a_camera_that_varies_within_a_scene_is_tested_against_swapped_labels():
    scene = np.repeat(np.arange(12), 6)
    camera = np.arange(72) % 3
    labels = ((camera == 0) & (np.random.default_rng(0).random(72) < 0.5)).astype(int)
    assert run(labels, scene, camera=[str(value) for value in camera])["camera"]["flagged"]


def test_the_auroc_of_a_field_is_scikit_learns_of_the_rates():
    random = np.random.default_rng(0)
    scene = np.repeat(np.arange(10), 5)
    value, labels = scene % 4, (random.random(50) < 0.3).astype(int)
    rates = np.array([labels[value == kind].mean() for kind in range(4)])
    area, by_chance, p = field_auroc(labels, scene, value)
    assert area == pytest.approx(roc_auc_score(labels, rates[value]))
    assert 0.5 < by_chance < 0.8
    assert 0 < p <= 1


def test_the_metrics_of_each_source_with_both_labels_are_listed():
    labels, field = [1, 0, 1, 0, 0, 0, 0, 0, 0], list("aabbbbccc")
    scores = {"x": np.array([0.0, 1, 9, 3, 2, 1, 5, 6, 7])}
    within = run(labels, list("123456789"), scores, field=field)["field"]["within"]["x"]
    assert within["sources"] == {
        "a": {"average_precision": 0.5, "auroc": 0.0},
        "b": {"average_precision": 1.0, "auroc": 1.0},
    }
    # One pair in a, three in b.
    assert (within["auroc"], within["clips"]) == (0.75, 6)


def test_clips_of_unknown_source_are_left_out_and_counted():
    weather = run([1, 0, 0, 0, 1], list("12345"), weather=["rain", None, "sun", "sun", None])["weather"]
    assert weather["unknown"] == 2
    assert weather["sources"] == {
        "rain": {"clips": 1, "positives": 1},
        "sun": {"clips": 2, "positives": 0},
    }


def test_a_field_of_one_value_is_no_source():
    assert run([1, 0, 1], list("abc"), camera=["front"] * 3, log=[None, "x", None], day=[None] * 3) == {}


def test_a_field_whose_known_clips_hold_one_label_has_no_auroc():
    log = run([1, 0, 0], list("abc"), {"x": np.zeros(3)}, log=[None, "x", "y"])["log"]
    assert (log["auroc"], log["flagged"]) == (None, False)
    assert log["within"] == {"x": {"auroc": None, "p": None, "clips": 0, "sources": {}}}


def test_holms_adjusted_p_values():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []
