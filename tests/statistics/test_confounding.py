"""The audit of sources."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jepamine.statistics.confounding import audit, source_auroc


def run(labels, scenes, scores=None, **sources):
    return audit(scores or {}, np.array(labels), scenes, sources)


def one_dataset(scenes_of_it):
    """83 clips; the 20 positives are all but 3 of the clips of dataset b."""
    labels = [0] * 60 + [1] * 20 + [0] * 3
    scenes = [f"a{clip % 6}" for clip in range(60)] + [f"b{clip % scenes_of_it}" for clip in range(23)]
    return labels, scenes, ["a"] * 60 + ["b"] * 23


@pytest.mark.parametrize("scenes_of_it", [1, 2, 5, 23])
def test_positives_that_all_come_from_another_dataset_are_flagged(scenes_of_it):
    labels, scenes, dataset = one_dataset(scenes_of_it)
    found = run(labels, scenes, dataset=dataset)["dataset"]
    # Pairs across the datasets are in order, the 3 negatives of b are ties.
    assert found == {
        "auroc": pytest.approx((60 + 3 / 2) / 63, abs=1e-12),
        "flagged": True,
        "unknown": 0,
        "sources": {"a": {"clips": 60, "positives": 0}, "b": {"clips": 23, "positives": 20}},
        "within": {},
    }


LAYOUTS = {
    "sources within one scene each": ("aaabbbcc", "aaabbbcc"),
    "sources of several scenes": ("aaaabbbb", "11223344"),
    "scenes of several sources": ("abcabcab", "11122233"),
    "one clip a source": ("abcdefgh", "11112222"),
    "mixed": ("aaabbcdd", "11222334"),
}


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("positives", [1, 3, 4])
def test_labels_that_the_source_says_nothing_about_give_exactly_a_half_on_average(name, positives):
    source, scene = (np.array([ord(letter) for letter in word]) for word in LAYOUTS[name])
    source, scene = source - source.min(), scene - scene.min()
    found = [
        source_auroc(source, scene, np.isin(np.arange(8), chosen).astype(np.int64))
        for chosen in itertools.combinations(range(8), positives)
    ]
    assert np.mean(found) == pytest.approx(0.5, abs=1e-12)


def test_rare_scenes_that_are_seen_by_every_camera_do_not_make_the_camera_predictive():
    found = []
    for seed in range(200):
        random = np.random.default_rng(seed)
        scene = random.integers(0, 8, 100)
        labels = np.isin(scene, random.permutation(8)[:3]).astype(np.int64)
        found.append(source_auroc(random.integers(0, 3, 100), scene, labels))
    assert np.mean(found) == pytest.approx(0.5, abs=0.03)


def test_a_source_is_judged_by_its_other_scenes():
    # Only scene 1 of a is positive. Without it a has no positive in 4 clips, b without a scene none in 4:
    # nothing says that clips of a are rarer, though 2 of its 6 are positive and none of b.
    found = run([1, 1] + [0] * 10, "112233445566", field="aaaaaabbbbbb")
    assert found["field"]["auroc"] == 0.5


def brute_force(source, scene, labels):
    """The definition, pair by pair."""
    count, total, summed = len(labels), sum(labels), 0.0

    def rate(clip, other):
        members = [i for i in range(count) if source[i] == source[clip]]
        if len({scene[i] for i in members}) > 1:
            left = [i for i in members if scene[i] not in (scene[clip], scene[other])]
        else:
            left = [i for i in members if i != clip]
        return (sum(labels[i] for i in left) * count + total, len(left) + 1)

    for one, other in itertools.product(range(count), repeat=2):
        if labels[one] and not labels[other]:
            (up, n), (down, m) = rate(one, other), rate(other, one)
            same = source[one] == source[other]
            summed += 0.5 if same or up * m == down * n else float(up * m > down * n)
    return summed / (total * (count - total))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 1)), min_size=2, max_size=14))
def test_the_auroc_of_the_source_is_the_definition_pair_by_pair(clips):
    source, scene, labels = (np.array(column) for column in zip(*clips, strict=True))
    if len(set(labels.tolist())) < 2:
        assert source_auroc(source, scene, labels) is None
    else:
        assert source_auroc(source, scene, labels) == pytest.approx(
            brute_force(source, scene, labels.tolist())
        )


def test_a_scorer_that_reports_datasets_apart_is_at_chance_within_them():
    labels, scenes, dataset = one_dataset(5)
    labels[:4] = [1, 1, 0, 0]
    scores = {
        "domain": np.array([one == "b" for one in dataset], dtype=float),
        "label": np.array(labels) * 1.0,
    }
    within = run(labels, scenes, scores, dataset=dataset)["dataset"]["within"]
    assert within["domain"] == {
        "auroc": 0.5,
        "clips": 83,
        "sources": {
            "a": {"average_precision": pytest.approx(2 / 60), "auroc": 0.5},
            "b": {"average_precision": pytest.approx(20 / 23), "auroc": 0.5},
        },
    }
    assert within["label"]["auroc"] == 1.0


def test_the_mean_within_sources_counts_their_clips_and_skips_sources_of_one_label():
    labels, field = [1, 0, 1, 0, 0, 0, 0, 0, 0], "aabbbbccc"
    scores = {"x": np.array([0.0, 1, 9, 3, 2, 1, 5, 6, 7])}
    found = run(labels, "123456789", scores, field=field)["field"]["within"]["x"]
    assert (found["auroc"], found["clips"], set(found["sources"])) == ((2 * 0 + 4 * 1) / 6, 6, {"a", "b"})


def test_clips_of_unknown_source_are_left_out_and_counted():
    found = run([1, 0, 0, 0, 1], "12345", weather=["rain", None, "sun", "sun", None])["weather"]
    assert found["unknown"] == 2
    assert found["sources"] == {"rain": {"clips": 1, "positives": 1}, "sun": {"clips": 2, "positives": 0}}


def test_a_field_of_one_value_is_not_a_source():
    assert run([1, 0, 1], "abc", camera=["front"] * 3, log=[None, "x", None], day=[None] * 3) == {}


def test_a_field_whose_known_clips_hold_one_label_has_no_auroc():
    found = run([1, 0, 0], "abc", {"x": np.zeros(3)}, log=[None, "x", "y"])["log"]
    assert (found["auroc"], found["flagged"]) == (None, False)
    assert found["within"] == {"x": {"auroc": None, "clips": 0, "sources": {}}}
