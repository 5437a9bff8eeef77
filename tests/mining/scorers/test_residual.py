"""The scorer `residual`: errors against the drive's usual error, under stored masks."""

from __future__ import annotations

import json

import numpy as np
import pytest

from jepamine.mining.bank import Bank
from jepamine.mining.drive_context import DriveContext
from jepamine.mining.scene_context import read_together
from jepamine.mining.scorers.residual import Residual
from jepamine.protocols import ClipEmbeddings, Extent

BANK = Bank(["a", "b"], ["00", "01"], np.eye(2, dtype=np.float32))


def clip(name: str, clean, predicted, start: float) -> ClipEmbeddings:
    rows = [np.asarray(row, dtype=np.float32) for row in (clean, predicted)]
    extent = Extent(b"", "scene d", start, start + 1)
    return ClipEmbeddings(name, None, rows[0], rows[0], rows[1], name.encode(), lambda: rows[0], extent, "d")


def test_a_usual_error_scores_0_and_another_one_its_distance_to_it_per_tubelet():
    usual = [[1, 0]], [[0, 1]]  # clean - predicted is (1, -1)
    clips = [clip(f"{n}", *usual, 2.0 * n) for n in range(3)]
    clips.append(clip("odd", [[1, 0], [0, 2]], [[0, 1], [0, 1]], 9.0))
    drives = DriveContext(BANK)
    scorer = Residual(drives, None, None, None, None, masks=1)
    read_together([drives], clips[:3])
    assert [list(row) for row in scorer(clips[:3])] == [[pytest.approx(0)]] * 3
    assert scorer(clips[3:])[0] == pytest.approx([0, 2**0.5])


def scores_of(jepamine, clips, output, *words):
    assert jepamine("score", "--run", "small", clips, "--output", output, *words).exit_code == 0
    return {line["clip_id"]: line["scores"] for line in map(json.loads, output.read_text().splitlines())}


def test_other_masks_are_encoded_once_and_scores_are_the_same_in_any_order(jepamine, recipe, clips, tmp_path):
    panel = json.dumps(["residual", "drive", "variogram", "sensor", "ensemble"])
    assert jepamine("run", recipe, "--set", f"scoring.also={panel}").exit_code == 0
    whole = scores_of(jepamine, clips, tmp_path / "a.jsonl")
    parts = sorted((tmp_path / "experiments" / "_store").rglob("*.part"))
    sizes = [part.stat().st_size for part in parts]
    reversed_clips = clips.with_name("reversed.jsonl")
    reversed_clips.write_text("\n".join(clips.read_text().splitlines()[::-1]) + "\n")
    again = scores_of(jepamine, reversed_clips, tmp_path / "b.jsonl")
    assert [part.stat().st_size for part in parts] == sizes
    assert sorted((tmp_path / "experiments" / "_store").rglob("*.part")) == parts
    shards = {}
    for number in (1, 2):
        output = tmp_path / f"s{number}.jsonl"
        shards |= scores_of(jepamine, clips, output, "--shard", f"{number}/2")
    assert len(whole) == len(again) == len(shards)
    for clip_id, scores in whole.items():
        assert again[clip_id] == pytest.approx(scores, abs=1e-6)
        assert shards[clip_id] == pytest.approx(scores, abs=1e-6)
    assert any(scores["residual"] > 0 for scores in whole.values())
