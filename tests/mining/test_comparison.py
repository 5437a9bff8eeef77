"""Runs compared as one compares models: on the same clips, paired, with the spread over seeds."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def labels(clips, tmp_path):
    """Label every first clip of a scene 1; four scenes hold both labels."""
    lines = [json.loads(line) for line in clips.read_text().splitlines()]
    path = tmp_path / "labels.jsonl"
    path.write_text(
        "".join(
            json.dumps({"clip_id": line["clip_id"], "binary_label": int(line["clip_id"].endswith("-0"))})
            + "\n"
            for line in lines
        )
    )
    return path


def compared(jepamine, *words):
    result = jepamine("compare", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_run_compared_with_its_copy_differs_by_nothing(jepamine, recipe, clips, labels):
    jepamine("run", recipe)
    jepamine("run", recipe, "--name", "copy", "--set", "trainer.checkpoint_every=3")
    found = compared(jepamine, "small", "copy", "--labels", labels, "--manifest", clips)
    assert found["settings"] == {"trainer.checkpoint_every": [2, 3]}
    ranking = found["ranking"]
    assert (ranking["clips"], ranking["positives"], ranking["scenes"]) == (12, 4, 4)
    assert ranking["trained_on"] == 9
    assert [model["name"] for model in ranking["models"]] == ["small", "copy"]
    (pair,) = ranking["differences"]
    for measure in ("average_precision", "auroc", "mean_cosine_similarity"):
        assert (pair[measure]["difference"], pair[measure]["p"]) == (0.0, 1.0)


def test_a_better_cosine_is_beyond_luck_and_the_text_says_what_differs(jepamine, recipe, clips, labels):
    jepamine("run", recipe, "--name", "long", "--epochs", 60, "--lr", 1e-2)
    jepamine("run", recipe, "--name", "short", "--epochs", 1)
    pair = compared(jepamine, "long", "short", "--labels", labels, "--manifest", clips)["ranking"][
        "differences"
    ][0]
    cosine = pair["mean_cosine_similarity"]
    assert 0 < cosine["low"] < cosine["difference"] < cosine["high"]
    assert cosine["p"] < 0.05
    text = jepamine("compare", "long", "short", "--labels", labels, "--manifest", clips).stdout
    assert "trainer.epochs" in text
    assert (
        f"cos(predicted, clean): {cosine['difference']:+.3f} [{cosine['low']:+.3f}, {cosine['high']:+.3f}]"
        in text
    )
    assert "beyond luck" in text
    assert "warning: 9 of these clips are training clips of one of the runs" in text


def test_runs_that_differ_in_their_seed_only_are_one_model_with_a_spread(jepamine, recipe, clips, labels):
    result = jepamine("run", recipe, "--seeds", 3)
    assert result.exit_code == 0, result.output
    assert "small  small-2  small-3" in result.stdout
    jepamine("run", recipe, "--name", "other", "--epochs", 1)
    words = ("small", "small-2", "small-3", "other", "--labels", labels, "--manifest", clips)
    first, second = compared(jepamine, *words)["ranking"]["models"]
    assert (first["runs"], second["runs"]) == (["small", "small-2", "small-3"], ["other"])
    cosine = first["mean_cosine_similarity"]
    assert len(set(cosine["values"])) == 3
    assert cosine["spread"] > 0
    assert second["mean_cosine_similarity"]["spread"] is None


def test_seeds_are_consecutive_from_the_recipes_own(jepamine, recipe, tmp_path):
    jepamine("run", recipe, "--seeds", 2, "--epochs", 1)
    records = [tmp_path / "experiments" / name / "record.json" for name in ("small", "small-2")]
    assert [json.loads(path.read_text())["seed"] for path in records] == [7, 8]


def test_without_a_manifest_the_clips_are_those_that_all_runs_held_out(jepamine, recipe, labels):
    jepamine("run", recipe, "--epochs", 1, "--set", "trainer.val_fraction=0.5")
    jepamine("run", recipe, "--epochs", 2, "--set", "trainer.val_fraction=0.5")
    ranking = compared(jepamine, "small", "small-2", "--labels", labels)["ranking"]
    assert (ranking["clips"], ranking["positives"], ranking["scenes"]) == (6, 2, 2)
    assert ranking["differences"][0]["auroc"]["p"] is None
    text = jepamine("compare", "small", "small-2", "--labels", labels).stdout
    assert "too few scenes for an interval" in text


def test_clips_without_both_labels_are_an_error_with_the_next_step(jepamine, recipe, labels, tmp_path):
    jepamine("run", recipe, "--epochs", 1)
    jepamine("run", recipe, "--epochs", 2)
    path = tmp_path / "none.jsonl"
    path.write_text(json.dumps({"clip_id": "elsewhere", "binary_label": 1}) + "\n")
    result = jepamine("compare", "small", "small-2", "--labels", path)
    assert result.exit_code == 1
    assert "the runs have 0 labelled clips in common, 0 of them 1" in result.stderr
    assert "--manifest M.jsonl" in result.stderr


def test_options_of_a_ranking_need_labels(jepamine):
    assert jepamine("compare", "a", "b", "--scorer", "knn").exit_code == 2
    assert jepamine("run", "--resume", "a", "--seeds", 2).exit_code == 2
