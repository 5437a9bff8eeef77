"""The next tubelet from those before: trainer, predictor and scorer `temporal`."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from jepamine.errors import UserError
from jepamine.mining.embedding_trainers import TemporalTrainer, next_loss
from jepamine.mining.predictors.mlps import mlp, tubelets_before
from jepamine.mining.predictors.mlps import temporal as predictor_of
from jepamine.mining.scorers.cosines import temporal

CLEAN = np.array([[2, 0], [0, 3], [1, 0], [0, -1]], dtype=np.float32)


def test_the_tubelets_before_are_at_unit_length_and_unknown_at_the_start():
    before, known = tubelets_before(CLEAN, 2)
    assert known[:, 0].tolist() == [0, 0, 1, 1]
    assert before[0].tolist() == [[0, 0], [0, 0]]
    assert before[2].tolist() == [[1, 0], [0, 1]]
    assert before[3].tolist() == [[0, 1], [1, 0]]


def test_an_untrained_head_predicts_no_change_and_scores_persistence():
    clip = SimpleNamespace(clean=CLEAN)
    model = predictor_of(2).eval()
    (scores,) = temporal(model)([clip])
    # From the third on: 1 - cos((0, 3), (1, 0)) and 1 - cos((1, 0), (0, -1)); the first two get the mean.
    assert scores == pytest.approx([1, 1, 1, 1], abs=1e-6)
    still = SimpleNamespace(clean=np.ones((4, 2), dtype=np.float32))
    assert temporal(model)([still])[0] == pytest.approx([0, 0, 0, 0], abs=1e-6)


def test_a_clip_of_as_many_tubelets_as_the_context_scores_0():
    assert temporal(predictor_of(2).eval())([SimpleNamespace(clean=CLEAN[:2])])[0].tolist() == [0, 0]


def test_tubelets_without_enough_before_them_do_not_count_in_the_loss():
    before, known = (torch.from_numpy(array) for array in tubelets_before(CLEAN, 2))
    batch = {"before": before, "known": known, "clean": torch.from_numpy(CLEAN)}
    model = predictor_of(2).eval()
    # |(0, 1) - (1, 0)| and |(1, 0) - (0, -1)|, mean over 2 dimensions: 1 each.
    assert float(next_loss(model, batch).detach()) == pytest.approx(1)
    changed = {**batch, "clean": torch.cat([batch["clean"][:2] * -1, batch["clean"][2:]])}
    assert float(next_loss(model, changed).detach()) == pytest.approx(1)


def test_the_spatial_head_starts_as_the_predictor_mlp_does():
    torch.manual_seed(3)
    single = mlp(4).state_dict()
    torch.manual_seed(3)
    both = predictor_of(4).state_dict()
    assert all(torch.equal(both[f"spatial.{name}"], weights) for name, weights in single.items())


def test_the_temporal_head_learns_a_rotation_that_persistence_misses():
    angles = np.arange(40) * 0.7
    clean = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    before, known = (torch.from_numpy(array) for array in tubelets_before(clean, 2))
    batch = {"before": before, "known": known, "clean": torch.from_numpy(clean)}
    torch.manual_seed(0)
    model = predictor_of(2, hidden_dim=32, dropout=0)
    optimizer = TemporalTrainer(lr=1e-2).optimizer(model.parameters())
    start = float(next_loss(model, batch).detach())
    for _ in range(150):
        loss = next_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 0.2 * start


def test_a_run_without_a_temporal_head_is_an_error_that_names_the_predictor():
    with pytest.raises(UserError, match=r'require \[predictor\] plugin = "temporal"'):
        temporal(mlp(2))


def test_a_run_trains_both_heads_and_scorers_of_clean_embeddings_encode_nothing_more(
    jepamine, recipe, clips, tmp_path
):
    words = ("--set", "trainer.plugin=temporal", "--set", "predictor.plugin=temporal")
    words += (
        "--set",
        "trainer.context=1",
        "--set",
        "predictor.context=1",
        "--set",
        'scoring.also=["temporal", "drive", "variogram"]',
    )
    assert jepamine("run", recipe).exit_code == 0
    parts = sorted((tmp_path / "experiments" / "_store").rglob("*.part"))
    assert jepamine("run", recipe, "--name", "both", *words).exit_code == 0
    output = tmp_path / "scores.jsonl"
    assert jepamine("score", "--run", "both", clips, "--output", output).exit_code == 0
    assert sorted((tmp_path / "experiments" / "_store").rglob("*.part")) == parts
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    assert all(line["scores"][name] > 0 for line in lines for name in ("temporal", "drive", "variogram"))


def test_clips_that_are_too_short_for_the_context_are_an_error(jepamine, recipe):
    words = ("--set", "trainer.plugin=temporal", "--set", "predictor.plugin=temporal")
    result = jepamine("run", recipe, *words, "--set", "trainer.context=9", "--set", "predictor.context=9")
    assert result.exit_code == 1
    assert "trainer.context: no clip of the train part has more than 9 tubelets" in result.stderr


def test_the_trainer_has_every_key_of_the_trainer_embedding_with_its_default():
    import inspect

    from jepamine.mining.embedding_trainers import EmbeddingTrainer, TemporalTrainer

    temporal, embedding = (inspect.signature(kind).parameters for kind in (TemporalTrainer, EmbeddingTrainer))
    assert {name: temporal[name] for name in embedding} == dict(embedding)
    assert TemporalTrainer(keep_checkpoints=3).keep_checkpoints == 3
