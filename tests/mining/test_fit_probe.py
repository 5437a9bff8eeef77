"""The probe: a head fitted to labels, never measured on scenes it was fitted to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from safetensors.numpy import load_file, save_file

from jepamine.mining.bank import Bank
from jepamine.mining.fit_probe import feature_scale, fit, out_of_fold, with_or_without_deviation
from jepamine.mining.scene_context import Member, SceneContext, read_together
from jepamine.protocols import Extent


def blobs(scenes: int, noise: float = 0.3) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Four clips a scene, one of them positive and moved along the first axis."""
    rng = np.random.default_rng(0)
    labels = np.tile([1, 0, 0, 0], scenes)
    rows = rng.normal(scale=noise, size=(len(labels), 5))
    rows[:, 0] += 2.0 * labels
    return rows, labels, [f"s{number // 4}" for number in range(len(labels))]


def test_the_head_is_scikit_learns_on_rows_of_mean_length_one():
    from sklearn.linear_model import LogisticRegression

    rows, labels, _ = blobs(6)
    length = np.linalg.norm(rows, axis=1).mean()
    expected = LogisticRegression(class_weight="balanced", max_iter=5000).fit(rows / length, labels)
    assert_allclose(fit(rows, labels).decide(rows), expected.decision_function(rows / length))


def test_a_head_by_example_points_to_the_mean_direction_of_those_labelled_1():
    rows = np.array([[3.0, 0.0], [0.0, 1.0], [-5.0, 0.0]])
    head = fit(rows, np.array([1, 1, 0]), by_example=True)
    assert_allclose(head.decide(rows) * 3, [1.5, 0.5, -2.5])  # 3 is the rows' mean length
    assert head.bias == 0


def test_the_judgement_of_a_scene_does_not_hang_on_its_own_labels():
    # Two scenes: each is judged by a head fitted to the other alone.
    rows, labels, scenes = blobs(2)
    held_out = out_of_fold(rows, labels, scenes)
    assert held_out is not None
    log_odds, folds = held_out
    assert len({(fold, scene) for fold, scene in zip(folds, scenes, strict=True)}) == 2
    for scene in ("s0", "s1"):
        own = np.array([name == scene for name in scenes])
        assert_allclose(log_odds[own], fit(rows[~own], labels[~own]).decide(rows[own]))


def test_two_negatives_among_many_positives_make_two_folds_without_a_warning():
    rows, labels, scenes = blobs(8)
    kept = [*np.flatnonzero(labels == 1).tolist(), 1, 5]  # warnings are errors in the tests
    held_out = out_of_fold(rows[kept], labels[kept], [scenes[row] for row in kept])
    assert held_out is not None
    assert set(held_out[1].tolist()) == {0, 1}


def test_where_no_scene_can_be_left_out_nothing_is_claimed():
    rows, labels, _ = blobs(2)
    assert out_of_fold(rows, labels, ["one"] * len(labels)) is None


@pytest.mark.parametrize("informative", [0, 5])
def test_the_deviation_is_used_only_if_it_ranks_unseen_scenes_better(informative):
    # Ten features, the last five are the deviation's; one of either half tells the labels.
    rng = np.random.default_rng(0)
    labels = np.tile([1, 0, 0, 0], 10)
    scenes = [f"s{number // 4}" for number in range(40)]
    rows = rng.normal(size=(40, 10))
    rows[:, informative] += 4.0 * labels
    features, held_out = with_or_without_deviation(rows, labels, scenes)
    assert held_out is not None
    assert_allclose(features[:, :5], rows[:, :5])
    assert_allclose(features[:, 5:], rows[:, 5:] if informative == 5 else 0)


def test_without_a_scene_to_leave_out_the_deviation_is_not_used():
    rows, labels, _ = blobs(2)
    features, held_out = with_or_without_deviation(np.hstack([rows, rows]), labels, ["one"] * len(labels))
    assert held_out is None
    assert_allclose(features, np.hstack([rows, 0 * rows]))


def test_features_are_scaled_by_the_banks_deviations_of_which_none_is_nearly_0():
    vectors = np.array([[1.0, 0.2, 0.5], [0.0, 0.4, 0.5]], dtype=np.float32)
    mean = (0.5 + 0.1) / 3
    assert_allclose(feature_scale(vectors), [0.5, 0.1, 0.1 * mean] * 2, rtol=1e-6)
    assert_allclose(feature_scale(vectors[:1]), np.ones(6))


def test_a_scenes_mean_is_that_of_its_other_centred_clips():
    bank = Bank(["a"], ["00"], np.array([[0.0, 2.0]], dtype=np.float32))
    context = SceneContext(bank)
    clean = np.array([[3.0, 4.0]], dtype=np.float32)
    other = np.array([[1.0, 0.0]], dtype=np.float32)
    own, neighbour = Member("s", clean, b"own", Extent()), Member("s", other, b"neighbour", Extent())
    read_together(
        [context],
        [own, neighbour, Member("s", other, b"third", Extent()), Member(None, other, b"", Extent())],
    )
    assert_allclose(context.centred(clean), [0.6, -0.2], atol=1e-7)
    assert_allclose(context.mean(own), [1.0, -1.0], atol=1e-7)
    assert_allclose(context.mean(neighbour), [0.8, -0.6], atol=1e-7)
    assert context.mean(replace(own, scene=None)) is None
    assert context.mean(replace(own, scene="unseen")) is None


@pytest.fixture
def run(jepamine, recipe, clips):
    assert jepamine("run", recipe).exit_code == 0


def held_out(tmp_path: Path) -> str:
    lines = (tmp_path / "experiments" / "small" / "manifest.jsonl").read_text().splitlines()
    (scene,) = {line["scene"] for line in map(json.loads, lines) if line["split"] == "val"}
    return scene


def write_labels(tmp_path: Path, clips: Path, *, all_scenes: bool) -> Path:
    lines = [json.loads(line) for line in clips.read_text().splitlines()]
    kept = [line for line in lines if all_scenes or line["scene"] != held_out(tmp_path)]
    path = tmp_path / "labels.jsonl"
    rows = [
        {"clip_id": line["clip_id"], "binary_label": int(line["clip_id"].endswith("-0"))}
        for line in kept[:-1]
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_probe_is_kept_in_the_run_and_scores(jepamine, run, clips, tmp_path):
    labels = write_labels(tmp_path, clips, all_scenes=False)
    result = jepamine("probe", "--run", "small", "--labels", labels, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["labelled"] == {"clips": 8, "positives": 3, "scenes": 3}
    assert set(found["ranking"]) == {"probe"}
    assert found["ranking"]["probe"]["intervals"]["auroc"] is not None
    # Of the nine clips that are not held out eight are labelled.
    assert len(found["next"]) == 1
    head = load_file(tmp_path / "experiments" / "small" / "probe.safetensors")
    assert head["weight"].shape == (96,)
    result = jepamine("score", "--run", "small", clips, "--scorer", "probe", "--output", tmp_path / "s.jsonl")
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in (tmp_path / "s.jsonl").read_text().splitlines()]
    assert all(0 <= line["score"] <= 1 and line["score"] == line["scores"]["probe"] for line in lines)
    fitted = {line["scene"] for line in lines if line.get("fitted_on") == ["probe"]}
    assert fitted == {line["scene"] for line in lines} - {held_out(tmp_path)}


def test_labels_of_held_out_scenes_are_an_error_or_left_out(jepamine, run, clips, tmp_path):
    labels = write_labels(tmp_path, clips, all_scenes=True)
    result = jepamine("probe", "--run", "small", "--labels", labels)
    assert result.exit_code == 1
    assert "of 11 labels are of scenes that run 'small' is evaluated on" in result.output
    assert "--drop-held-out" in result.output
    assert not (tmp_path / "experiments" / "small" / "probe.safetensors").exists()
    result = jepamine("probe", "--run", "small", "--labels", labels, "--drop-held-out")
    assert result.exit_code == 0, result.output
    assert "jepamine score --run small --scorer probe MANIFEST.jsonl" in result.output


def test_a_ranking_over_scenes_that_the_probe_was_fitted_to_is_refused(jepamine, run, clips, tmp_path):
    labels = write_labels(tmp_path, clips, all_scenes=True)
    assert jepamine("probe", "--run", "small", "--labels", labels, "--drop-held-out").exit_code == 0
    words = ["eval", "--run", "small", "--labels", labels, "--scorer", "probe"]
    result = jepamine(*words, "--split", "all")
    assert result.exit_code == 1
    assert "the scorer 'probe' was fitted to labels of the scenes of" in result.output
    scores = tmp_path / "s.jsonl"
    assert jepamine("score", "--run", "small", clips, "--scorer", "probe", "--output", scores).exit_code == 0
    result = jepamine("eval", "--scores", scores, "--labels", labels)
    assert (result.exit_code, "was fitted to labels" in result.output) == (1, True)
    # The held-out scene has labels of both kinds, and the head has not seen it.
    assert jepamine(*words).exit_code == 0, jepamine(*words).output


def test_without_a_probe_the_scorer_says_how_to_make_one(jepamine, run, clips):
    result = jepamine("score", "--run", "small", clips, "--scorer", "probe")
    assert result.exit_code == 1
    assert "run 'small' has no probe yet: jepamine probe --run small --labels LABELS.jsonl" in result.output


def test_a_probe_of_another_encoder_is_reported(jepamine, run, clips, tmp_path):
    path = tmp_path / "experiments" / "small" / "probe.safetensors"
    save_file({"weight": np.zeros(7), "bias": np.zeros(())}, path)
    result = jepamine("score", "--run", "small", clips, "--scorer", "probe")
    assert (result.exit_code, f"{path}: not a probe of this run" in result.output) == (1, True)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([{"clip_id": "nowhere", "binary_label": 1}], "clip 'nowhere' (1 in all) is not in"),
        ([{"clip_id": "{train}", "binary_label": 0}], "of 1 labels 0 are 1: a probe needs both 0 and 1"),
        ([{"clip_id": "{train}", "binary_label": 2}], "binary_label is 2"),
    ],
)
def test_labels_that_do_not_do_are_reported(lines, message, jepamine, run, tmp_path):
    own = (tmp_path / "experiments" / "small" / "manifest.jsonl").read_text().splitlines()
    train = next(line["clip_id"] for line in map(json.loads, own) if line["split"] == "train")
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(json.dumps(line).replace("{train}", train) + "\n" for line in lines))
    result = jepamine("probe", "--run", "small", "--labels", path)
    assert (result.exit_code, message in result.output) == (1, True), result.output


def test_the_base_rate_is_that_of_the_labels_or_the_option(jepamine, run, clips, tmp_path):
    labels = write_labels(tmp_path, clips, all_scenes=False)
    words = ["probe", "--run", "small", "--labels", labels, "--json"]
    probabilities = json.loads(jepamine(*words).stdout)["probabilities"]
    assert list(probabilities) == ["base_rate", "calibrated", "brier", "brier_of_base_rate", "reliability"]
    assert (probabilities["base_rate"], probabilities["calibrated"]) == (0.375, True)
    assert sum(row["clips"] for row in probabilities["reliability"]) == 8
    means = {}
    for rate in (0.375, 0.01):
        assert jepamine(*words, "--base-rate", rate).exit_code == 0
        output = tmp_path / f"{rate}.jsonl"
        assert (
            jepamine("score", "--run", "small", clips, "--scorer", "probe", "--output", output).exit_code == 0
        )
        means[rate] = [json.loads(line)["score"] for line in output.read_text().splitlines()]
    odds = {rate: np.array(scores) / (1 - np.array(scores)) for rate, scores in means.items()}
    assert_allclose(odds[0.01] / odds[0.375], (0.01 / 0.99) / (0.375 / 0.625))
    result = jepamine(*words[:-1], "--base-rate", 0.01)
    assert "footage with 1.0% positives (--base-rate), calibrated on scenes that" in result.output
    assert "Brier score on such scenes" in result.output
    assert jepamine(*words, "--base-rate", 1).exit_code == 2


def test_with_fewer_than_ten_labels_clips_like_the_examples_come_first(jepamine, run, clips, tmp_path):
    own = (tmp_path / "experiments" / "small" / "manifest.jsonl").read_text().splitlines()
    example = next(line for line in map(json.loads, own) if line["split"] == "train")
    labels = tmp_path / "labels.jsonl"
    labels.write_text(json.dumps({"clip_id": example["clip_id"], "binary_label": 1}))
    result = jepamine("probe", "--run", "small", "--labels", labels, "--next", 1)
    assert result.exit_code == 0, result.output
    assert "fewer than 10 labels: clips are ranked by likeness to those labelled 1" in result.stdout
    output = tmp_path / "s.jsonl"
    assert jepamine("score", "--run", "small", clips, "--scorer", "probe", "--output", output).exit_code == 0
    scores = {line["clip_id"]: line["score"] for line in map(json.loads, output.read_text().splitlines())}
    assert max(scores, key=scores.__getitem__) == example["clip_id"]
    others = [
        line["clip_id"] for line in map(json.loads, own) if line["split"] == "train" and line != example
    ]
    assert f"\n{max(others, key=scores.__getitem__)} " in result.stdout
