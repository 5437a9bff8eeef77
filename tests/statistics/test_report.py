"""The report as a whole."""

import json

import numpy as np
import pytest

from jepamine.errors import UserError
from jepamine.statistics.report import ranking_report


def example(clips=60, scenes=12):
    random = np.random.default_rng(3)
    labels = (np.arange(clips) % 4 == 0).astype(np.int64)
    scores = {"good": random.random(clips) + 0.7 * labels, "random": random.random(clips)}
    names = [f"scene-{clip % scenes}" for clip in range(clips)]
    sources = {"log": [f"log-{clip % 3}" for clip in range(clips)], "camera": ["front"] * clips}
    return scores, labels, names, sources


def test_the_report_is_strict_json_with_the_agreed_keys():
    report = ranking_report(*example())
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert [report[key] for key in ("clips", "positives", "scenes")] == [60, 15, 12]
    assert set(report) == {"clips", "positives", "scenes", "chance", "ranking", "audit", "warnings"}
    assert set(report["chance"]["auroc"]) == {"mean", "low", "high", "exact"}
    assert set(report["ranking"]["good"]) == {
        "average_precision", "average_precision_over_ties", "auroc", "ndcg", "lift", "precision_at_10",
        "recall_at_10", "precision_at_50", "recall_at_50", "intervals", "differences", "verdict", "verdicts",
    }  # fmt: skip
    assert set(report["audit"]) == {"log"}


def test_intervals_hold_the_estimate_and_differences_are_mirrored():
    ranking = ranking_report(*example())["ranking"]
    for found in ranking.values():
        for name in ("average_precision", "auroc", "lift"):
            low, high = found["intervals"][name]
            assert low < found[name] < high
    there = ranking["good"]["differences"]["random"]["auroc"]
    back = ranking["random"]["differences"]["good"]["auroc"]
    assert there["difference"] == ranking["good"]["auroc"] - ranking["random"]["auroc"]
    assert back == pytest.approx(
        {"difference": -there["difference"], "low": -there["high"], "high": -there["low"]}, abs=1e-12
    )
    assert 0 < there["low"] < there["difference"] < there["high"]


def test_two_equal_scorers_differ_by_exactly_nothing():
    scores, *rest = example()
    ranking = ranking_report({"x": scores["good"], "y": scores["good"]}, *rest)["ranking"]
    nothing = {"difference": 0.0, "low": 0.0, "high": 0.0}
    assert ranking["x"]["differences"] == {"y": {"average_precision": nothing, "auroc": nothing}}


def test_the_same_seed_gives_the_same_report_and_the_order_of_clips_changes_nothing():
    scores, labels, scenes, sources = example()
    order = np.random.default_rng(0).permutation(len(labels))
    moved = ranking_report(
        {name: values[order] for name, values in scores.items()},
        labels[order],
        [scenes[clip] for clip in order],
        {field: [values[clip] for clip in order] for field, values in sources.items()},
    )
    report = ranking_report(scores, labels, scenes, sources)
    assert ranking_report(scores, labels, scenes, sources) == report
    assert ranking_report(scores, labels, scenes, sources, seed=1) != report
    for found in (*moved["ranking"].values(), *report["ranking"].values()):
        found["ndcg"] = pytest.approx(found["ndcg"], abs=1e-12)
    assert moved == report


def test_two_scenes_give_no_intervals_no_claim_and_say_so():
    report = ranking_report(*example(scenes=2))
    found = report["ranking"]["good"]
    assert found["intervals"] == {"average_precision": None, "auroc": None, "lift": None}
    assert found["differences"]["random"]["auroc"]["low"] is None
    assert found["verdict"] == "indistinguishable from chance"
    assert report["warnings"][0] == (
        "All clips come from 2 scenes: no intervals and no verdict but 'indistinguishable from chance'; "
        "at least 3 scenes are needed."
    )


def warnings(scores, labels, scenes, **sources):
    return ranking_report({"x": np.array(scores, dtype=float)}, np.array(labels), scenes, sources)["warnings"]


def test_a_sound_report_warns_of_nothing():
    assert ranking_report(*example())["warnings"] == []


def test_a_dataset_that_predicts_the_label_is_the_first_warning():
    labels, scenes = [0] * 20 + [1] * 10, [f"{clip % 10 + clip // 20 * 10}" for clip in range(30)]
    dataset = ["old"] * 20 + ["new"] * 10
    assert warnings(range(30), labels, scenes, dataset=dataset)[0] == (
        "The dataset alone predicts the label (AUROC 1.00): a scorer that only tells one dataset from "
        "another looks good here. No dataset holds both labels, so these clips cannot show that a scorer "
        "does more."
    )
    labels[0] = 1
    assert warnings(range(30), labels, scenes, dataset=dataset)[0].endswith(
        "Trust the AUROC within each dataset, not the overall one."
    )


def test_few_scenes_few_positives_and_ties_are_warned_of():
    said = warnings([2, 2, 1, 1, 0, 0], [1, 0, 0, 1, 0, 0], list("aabbcc"))
    assert said == [
        "Only 3 scenes: intervals over so few are rough, and rather too narrow.",
        "All positive clips lie in 2 scenes: a scorer that merely singles those scenes out looks good.",
        "Only 2 positive clips: every figure hangs on a few clips.",
        "'x' gives several clips the same score: AP is 0.500 as scikit-learn counts ties, 0.667 on average "
        "over their orders; lift and verdict use the latter.",
    ]


def test_metrics_that_disagree_are_warned_of():
    # 12 of 40 positives come first and 28 near the end: AP profits, AUROC does not.
    labels = np.array([1] * 12 + [0] * 300 + [1] * 28 + [0] * 60)
    said = warnings(-np.arange(400.0), labels, [str(clip % 40) for clip in range(400)])
    assert said == [
        "'x': AP is above chance, AUROC indistinguishable from chance; the verdict claims only what both "
        "show."
    ]


def test_many_scorers_are_warned_of_once_one_makes_a_claim():
    scores, *rest = example()
    many = {f"{name}-{number}": scores[name] for name in scores for number in range(3)}
    assert ranking_report(many, *rest)["warnings"] == [
        "6 scorers were tested, each at 95 %: among so many, one may leave chance by luck."
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"labels": [0, 0, 0]}, "0 of 3 clips are positive: ranking statistics need both labels"),
        ({"labels": [1, 1, 1]}, "3 of 3 clips are positive: ranking statistics need both labels"),
        ({"labels": [1, 0, 2]}, "a label is 2; it is 0 or 1"),
        ({"labels": [1, 0]}, "scorer 'x': 3 values for 2 labels"),
        ({"scenes": ["a"]}, "scenes: 1 values for 3 labels"),
        ({"sources": {"log": ["a"] * 4}}, "source 'log': 4 values for 3 labels"),
        ({"scores": {}}, "there is no scorer to rank by"),
        ({"scores": {"x": [1, np.nan, 2]}}, "scorer 'x': the score of clip 1 is nan, no finite number"),
        ({"scores": {"x": [1, 2, np.inf]}}, "scorer 'x': the score of clip 2 is inf, no finite number"),
    ],
)
def test_input_that_cannot_be_ranked_is_a_user_error(change, said):
    given = {"scores": {"x": [1, 2, 3]}, "labels": [1, 0, 0], "scenes": list("abc"), "sources": {}} | change
    given["scores"] = {name: np.array(values, dtype=float) for name, values in given["scores"].items()}
    with pytest.raises(UserError) as raised:
        ranking_report(given["scores"], np.array(given["labels"]), given["scenes"], given["sources"])
    assert str(raised.value) == said
