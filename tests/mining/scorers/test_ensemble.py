"""The highest of the ranks by several scorers, and the mean."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from jepamine.data.embedding_store import Store
from jepamine.mining.bank import Bank
from jepamine.mining.bank_columns import Place
from jepamine.mining.scorer_panel import RunPanel
from jepamine.mining.scorers.combined import Ensemble
from jepamine.runs.loading import load_run


def jsonl(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


REFERENCE = np.array([0.0, 1.0, 2.0])
# Three clips by two scorers: ranks (0.25, 1, 1 + log 2) and (0.5, 0, 0.5).
SCORES = {"knn": [0.5, 2.0, 4.0], "drive": [1.0, 0.0, 1.0]}


BANK = Bank(["a"], ["00"], np.eye(1, dtype=np.float32), [], [Place("d", "known")])


def scored(camera="new", **settings):
    panel: Any = SimpleNamespace(
        reference=lambda names: dict.fromkeys(names, REFERENCE),
        scorer=lambda name: None,
        scores=lambda name, clips: [np.array(value) for value in SCORES[name]],
    )
    clips: list[Any] = [SimpleNamespace(camera=camera)] * 3
    ensemble = Ensemble(panel, BANK, of=("knn", "drive"), **settings)
    return [float(score) for score in ensemble(clips)]


@pytest.mark.parametrize("camera", ["new", None])
def test_a_clip_has_the_highest_of_its_ranks_and_a_capped_one_stays_at_about_1(camera):
    assert scored(camera) == pytest.approx([0.5, 1.0, 1 + 0.01 * np.log(2)])


def test_no_rank_of_a_clip_by_a_camera_of_the_training_clips_is_capped():
    assert scored("known") == pytest.approx([0.5, 1.0, 1 + np.log(2)])


def test_a_rank_that_is_not_capped_goes_on_beyond_1():
    assert scored(capped=()) == pytest.approx([0.5, 1.0, 1 + np.log(2)])


def test_what_is_not_relative_to_the_drive_counts_less_by_default():
    assert inspect.signature(Ensemble).parameters["strict"].default == ("camera", "sensor")


def test_a_strict_rank_counts_less_by_log_2():
    assert scored(capped=(), strict=("knn",)) == pytest.approx([0.5, 1 - np.log(2), 1.0])


def test_the_mean_of_the_ranks_is_the_other_way_to_combine_them():
    assert scored(combine="mean", capped=()) == pytest.approx([0.375, 0.5, 0.75 + np.log(2) / 2])


def test_held_out_clips_are_compared_with_the_whole_of_their_drives(jepamine, recipe, clips, tmp_path):
    lines = [
        line
        | {"split": "val" if line["clip_id"].endswith("-4") else "train"}
        | {"frame_paths": [str(clips.parent / path) for path in line["frame_paths"]]}
        for line in jsonl(clips)
    ]
    split = tmp_path / "split.jsonl"
    split.write_text("".join(json.dumps(line) + "\n" for line in lines))
    words = ("--set", f"dataset.manifest={split}", "--set", "scoring.scorer=drive")
    result = jepamine("run", recipe, *words)
    assert result.exit_code == 0, result.output
    experiments = tmp_path / "experiments"
    manifest = experiments / "small" / "manifest.jsonl"
    held_out = {line["clip_id"] for line in jsonl(manifest) if line["split"] == "val"}
    assert len(held_out) == 4
    output = tmp_path / "scores.jsonl"
    assert jepamine("score", "--run", "small", manifest, "--output", output).exit_code == 0
    opened = load_run(experiments, "small")
    with Store(opened.parts.store) as store:
        reference = RunPanel(opened, store).reference(("drive",))["drive"]
    scores = sorted(line["score"] for line in jsonl(output) if line["clip_id"] in held_out)
    assert reference.tolist() == pytest.approx(scores)
    assert scores[0] > 0


def ensemble_of(held_out, own):
    panel: Any = SimpleNamespace(
        reference=lambda names, parts=("val",): {
            name: np.array((held_out if parts == ("val",) else own)[name]) for name in names
        },
        scorer=lambda name: None,
        scores=lambda name, clips: [np.array(value) for value in SCORES[name]],
    )
    return Ensemble(panel, BANK, of=("knn", "drive"), strict=())


KNOWN: list[Any] = [SimpleNamespace(camera="known")] * 3


def test_a_scorer_that_gives_all_held_out_clips_one_score_is_ranked_among_the_training_clips_too():
    held_out = {"knn": [0.0, 4.0], "drive": [0.0, 0.0]}
    ensemble = ensemble_of(held_out, {"drive": [0.0, 0.0, 2.0, 4.0]})
    # By knn 1/8, 1/2 and 1; by drive 1/2 (halfway between 0 and 2), 0 and 1/2.
    assert [float(score) for score in ensemble(KNOWN)] == pytest.approx([0.5, 0.5, 1.0])
    assert ensemble.warning() == (
        "the run's held-out clips do not differ by some scorers; 'ensemble' ranks 'drive' among its training "
        "clips, too. Train on more clips of each drive"
    )


def test_a_scorer_that_gives_all_clips_of_the_run_one_score_is_left_out():
    ensemble = ensemble_of({"knn": [0.0, 4.0], "drive": [0.0, 0.0]}, {"drive": [0.0, 0.0, 0.0]})
    assert [float(score) for score in ensemble(KNOWN)] == pytest.approx([0.125, 0.5, 1.0])
    assert "ranks without 'drive'." in ensemble.warning()


def test_scorers_with_a_range_need_no_warning():
    assert ensemble_of({"knn": [0.0, 4.0], "drive": [0.0, 1.0]}, {}).warning() == ""
