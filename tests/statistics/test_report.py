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
    names = [f"scene-{clip // 2 % scenes}" for clip in range(clips)]
    sources = {"log": [f"log-{clip % 3}" for clip in range(clips)], "camera": ["front"] * clips}
    return scores, labels, names, sources


def test_the_report_is_strict_json_with_the_agreed_keys():
    report = ranking_report(*example())
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    sizes = [report[key] for key in ("clips", "positives", "scenes", "positive_scenes")]
    assert sizes == [60, 15, 12, 6]
    assert set(report["chance"]["auroc"]) == {"mean", "low", "high", "exact"}
    assert set(report["ranking"]["good"]) == {
        "average_precision", "average_precision_over_ties", "auroc", "ndcg", "lift", "precision_at_10",
        "recall_at_10", "precision_at_50", "recall_at_50", "clips", "intervals", "differences", "p",
        "verdict", "verdicts", "limited_by",
    }  # fmt: skip
    assert set(report["audit"]) == {"log"}


def test_intervals_hold_the_estimate_and_differences_are_mirrored():
    ranking = ranking_report(*example())["ranking"]
    for result in ranking.values():
        for name in ("average_precision", "auroc", "lift", "precision_at_10", "recall_at_10"):
            low, high = result["intervals"][name]
            assert low < result[name] < high or (result[name] == 1 and low < high)
    there = ranking["good"]["differences"]["random"]["auroc"]
    back = ranking["random"]["differences"]["good"]["auroc"]
    assert there["difference"] == pytest.approx(ranking["good"]["auroc"] - ranking["random"]["auroc"])
    assert (back["difference"], back["low"], back["high"]) == pytest.approx(
        (-there["difference"], -there["high"], -there["low"])
    )
    assert 0 < there["low"] < there["difference"] < there["high"]
    assert there["p"] < 0.05


def test_two_equal_scorers_differ_by_exactly_nothing():
    scores, *rest = example()
    ranking = ranking_report({"x": scores["good"], "y": scores["good"]}, *rest)["ranking"]
    nothing = {"difference": 0.0, "low": 0.0, "high": 0.0, "p": 1.0}
    assert ranking["x"]["differences"] == {"y": {"average_precision": nothing, "auroc": nothing}}


def test_the_same_seed_gives_the_same_report_and_the_order_of_scenes_changes_nothing():
    scores, labels, scenes, sources = example()
    order = np.argsort([int(name.split("-")[1]) * 7 % 12 for name in scenes], kind="stable")
    moved = ranking_report(
        {name: values[order] for name, values in scores.items()},
        labels[order],
        [scenes[clip] for clip in order],
        {field: [values[clip] for clip in order] for field, values in sources.items()},
    )
    report = ranking_report(scores, labels, scenes, sources)
    assert ranking_report(scores, labels, scenes, sources) == report
    assert ranking_report(scores, labels, scenes, sources, seed=1) != report
    for name, result in report["ranking"].items():
        assert moved["ranking"][name]["p"] == result["p"]
        for key, ends in result["intervals"].items():
            assert moved["ranking"][name]["intervals"][key] == pytest.approx(ends)


def test_positives_in_two_scenes_give_no_intervals():
    scores, labels, _, _ = example()
    report = ranking_report(
        scores, labels, [f"scene-{clip % 4 + (clip % 8 > 3) * 4}" for clip in range(60)], {}
    )
    result = report["ranking"]["good"]
    assert report["positive_scenes"] == 2
    assert set(result["intervals"].values()) == {None}
    assert result["differences"]["random"]["auroc"]["low"] is None
    assert report["warnings"][0] == (
        "All positive clips are in 2 scenes: no intervals; a scorer that merely recognises those scenes "
        "looks good."
    )


def test_one_positive_clip_is_no_claim():
    labels = (np.arange(80) == 79).astype(np.int64)
    report = ranking_report({"x": np.arange(80.0)}, labels, [str(clip // 8) for clip in range(80)], {})
    result = report["ranking"]["x"]
    assert (result["average_precision"], result["verdict"]) == (1.0, "indistinguishable from chance")
    assert set(result["intervals"].values()) == {None}
    assert report["warnings"] == [
        "All positive clips are in 1 scene: no intervals and no verdict.",
        "Only 1 positive clip: every figure depends on a few clips.",
    ]


def warnings(scores, labels, scenes, **sources):
    return ranking_report({"x": np.array(scores, dtype=float)}, np.array(labels), scenes, sources)["warnings"]


def test_a_sound_report_warns_of_nothing():
    assert ranking_report(*example())["warnings"] == []


def test_a_dataset_that_predicts_the_label_is_the_first_warning():
    labels, scenes = [0] * 20 + [1] * 10, [f"{clip % 10 + clip // 20 * 10}" for clip in range(30)]
    dataset = ["old"] * 20 + ["new"] * 10
    line = warnings(range(30), labels, scenes, dataset=dataset)[0]
    assert line.startswith("The dataset alone predicts the label (AUROC 1.00, p 0.0005): a scorer that only ")
    assert line.endswith("No dataset holds both labels, so these clips cannot show that a scorer does more.")
    labels[0] = 1
    line = warnings(range(30), labels, scenes, dataset=dataset)[0]
    assert line.endswith("Trust the AUROC within each dataset, not the overall one.")


def test_few_scenes_few_positives_and_ties_are_warned_of():
    assert warnings([2, 2, 1, 1, 0, 0], [1, 0, 0, 1, 0, 0], list("aabbcc")) == [
        "All positive clips are in 2 scenes: no intervals; a scorer that merely recognises those scenes "
        "looks good.",
        "With 3 scenes the p-values assume that labels within a scene are stationary (no start or end "
        "effect).",
        "Only 2 positive clips: every figure depends on a few clips.",
        "'x' gives several clips the same score: AP is 0.500 as scikit-learn counts ties, 0.667 on average "
        "over their orders; the lift uses the latter.",
    ]


def test_metrics_that_disagree_are_warned_of():
    # 12 of 40 positives come first and 28 near the end: AP profits, AUROC does not.
    labels = np.array([1] * 12 + [0] * 300 + [1] * 28 + [0] * 60)
    assert warnings(-np.arange(400.0), labels, [str(clip % 40) for clip in range(400)]) == [
        "'x': AP is above chance, AUROC indistinguishable from chance; the verdict needs both."
    ]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"labels": [0, 0, 0]}, "0 of 3 clips are positive: ranking statistics need both labels"),
        ({"labels": [1, 1, 1]}, "3 of 3 clips are positive: ranking statistics need both labels"),
        ({"labels": [1, 0, 2]}, "a label is 2; it must be 0 or 1"),
        ({"labels": [1, 0]}, "scorer 'x': 3 values for 2 labels"),
        ({"scenes": ["a"]}, "scenes: 1 values for 3 labels"),
        ({"sources": {"log": ["a"] * 4}}, "source 'log': 4 values for 3 labels"),
        ({"scores": {}}, "there is no scorer to rank by"),
        ({"scores": {"x": [1, np.nan, 2]}}, "scorer 'x': the score of clip 1 is nan, not a finite number"),
        ({"scores": {"x": [1, 2, np.inf]}}, "scorer 'x': the score of clip 2 is inf, not a finite number"),
    ],
)
def test_input_that_cannot_be_ranked_is_a_user_error(change, error):
    given = {"scores": {"x": [1, 2, 3]}, "labels": [1, 0, 0], "scenes": list("abc"), "sources": {}} | change
    given["scores"] = {name: np.array(values, dtype=float) for name, values in given["scores"].items()}
    with pytest.raises(UserError) as raised:
        ranking_report(given["scores"], np.array(given["labels"]), given["scenes"], given["sources"])
    assert str(raised.value) == error
